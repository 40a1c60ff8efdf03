// NEON with products of matrices of bytes: the same, and two rows meet two rows.
#if defined(__aarch64__)
#include "CTensorKernels.h"
#include <arm_neon.h>
#include <math.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("dotprod,i8mm"))), apply_to = function)
#define LANES 4
#define TILE_ROWS 8
#define TILE_VECTORS 2
#define HAS_DOT_PRODUCTS
#define HAS_MATRIX_PRODUCTS
#define TABLE ctk_table_neoni8mm
#define TABLE_NAME "neoni8mm"
#include "vector.inc"
#pragma clang attribute pop
#else
typedef int ctk_no_neoni8mm;
#endif
