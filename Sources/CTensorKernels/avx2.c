// AVX2 with FMA: 8 lanes; 6 × 16 results fill 12 of 16 registers.
#if defined(__x86_64__)
#include "CTensorKernels.h"
#include <immintrin.h>
#include <math.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define LANES 8
#define TILE_ROWS 6
#define TILE_VECTORS 2
#define HAS_BLOCK_KERNELS
#define TABLE ctk_table_avx2
#define TABLE_NAME "avx2"
#include "vector.inc"
#pragma clang attribute pop
#else
typedef int ctk_no_avx2;
#endif
