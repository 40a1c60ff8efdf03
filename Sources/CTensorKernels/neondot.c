// NEON with dot products of bytes: the same, and packed weights stay packed.
#if defined(__aarch64__)
#include "CTensorKernels.h"
#include <arm_neon.h>
#include <math.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define LANES 4
#define TILE_ROWS 8
#define TILE_VECTORS 2
#define HAS_DOT_PRODUCTS
#define TABLE ctk_table_neondot
#define TABLE_NAME "neondot"
#include "vector.inc"
#pragma clang attribute pop
#else
typedef int ctk_no_neondot;
#endif
