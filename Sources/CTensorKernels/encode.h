// What the block encoders of one instruction set offer.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct {
  // GGUF's number of the type, the values and bytes of a block, and where in it the scale lies.
  int type, size, bytes, scale_at;
  // Encodes `count` blocks of 32 values, at most eight, or one of 256. `weights`, one a value, may be null.
  void (*encode)(const float *x, const float *weights, int count, uint8_t *blocks);
} ctk_block_encoder;

// The last of each has no function.
extern const ctk_block_encoder ctk_encoders_portable[];
#if defined(__x86_64__)
extern const ctk_block_encoder ctk_encoders_avx2[];
#endif
