#pragma once
#include "CTensorKernels.h"

extern const ctk_table ctk_scalar_table;
#if defined(CTK_VECTORS) && defined(__x86_64__)
extern const ctk_table ctk_avx2_table, ctk_avx512_table;
#elif defined(CTK_VECTORS) && defined(__aarch64__)
extern const ctk_table ctk_neon_table;
#endif
