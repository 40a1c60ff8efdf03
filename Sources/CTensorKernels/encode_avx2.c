// The block encoders in registers of eight lanes. Without fused multiplication, so that the bytes are everywhere the same.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define ENCODERS ctk_encoders_avx2
#include "encode.inc"
#pragma clang attribute pop
#else
typedef int ctk_no_avx2_encoders;
#endif
