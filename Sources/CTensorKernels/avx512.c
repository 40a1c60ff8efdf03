// AVX-512: 16 lanes; 12 × 32 results fill 24 of 32 registers.
#if defined(__x86_64__)
#include "CTensorKernels.h"
#include <immintrin.h>
#include <math.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"))), apply_to = function)
#define LANES 16
#define TILE_ROWS 12
#define TILE_VECTORS 2
#define HAS_BLOCK_KERNELS
#define TABLE ctk_table_avx512
#define TABLE_NAME "avx512"
#include "vector.inc"
#pragma clang attribute pop
#else
typedef int ctk_no_avx512;
#endif
