// GGUF blocks of float32 values: the encoders that every processor runs, and the choice among all.
#define ENCODERS ctk_encoders_portable
#include "encode.inc"
#include <float.h>

static const ctk_block_encoder *encoder(int type, int portable) {
  const ctk_block_encoder *e = ctk_encoders_portable;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!portable && __builtin_cpu_supports("avx2")) e = ctk_encoders_avx2;
#else
  (void)portable;
#endif
  while (e->encode && e->type != type) e++;
  return e->encode ? e : NULL;
}

// Scales are float16, but MXFP4's; half types round to infinity a little above their largest.
static float largest_of_type(int type) {
  return type == 0 || type == 39 ? FLT_MAX : type == 30 ? 0x1.fep127f : 65504;
}

int ctk_can_hold(int type, const float *values, size_t count) {
  float limit = largest_of_type(type);
  uint32_t largest = 0, most;
  memcpy(&most, &limit, 4);
  // Without their sign, the bits of floats are in order, infinities and then not-a-numbers last.
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, values + i, 4);
    bits &= 0x7fffffffu;
    largest = bits > largest ? bits : largest;
  }
  return largest <= most;
}

static void encode(const ctk_block_encoder *e, const float *x, const float *weights, int count, uint8_t *blocks) {
  if (ctk_can_hold(e->type, x, (size_t)(count * e->size))) return e->encode(x, weights, count, blocks);
  for (int j = 0; j < count; j++, blocks += e->bytes) {
    if (ctk_can_hold(e->type, x + j * e->size, (size_t)e->size)) {
      e->encode(x + j * e->size, weights ? weights + j * e->size : NULL, 1, blocks);
    } else {
      memset(blocks, 0, (size_t)e->bytes);
      memset(blocks + e->scale_at, 255, e->type == 39 ? 1 : 2);
    }
  }
}

int ctk_encode_row(int type, const float *values, const float *importance, size_t count, void *blocks, int portable) {
  const ctk_block_encoder *e = encoder(type, portable);
  if (!e || count % (size_t)e->size) return -1;
  double sum = 0;
  for (size_t i = 0; importance && i < count; i++) sum += importance[i];
  // Relative to the mean, so that no sum runs over; a little for columns that nothing ever reaches.
  float unit = sum > 0 && sum < INFINITY ? (float)((double)count / sum) : 0;
  for (size_t done = 0; done < count; done += 256) {
    int pass = count - done < 256 ? (int)(count - done) : 256;
    float weights[256];
    for (int i = 0; unit > 0 && i < pass; i++) weights[i] = importance[done + (size_t)i] * unit + 1e-4f;
    encode(e, values + done, unit > 0 ? weights : NULL, pass / e->size,
           (uint8_t *)blocks + done / (size_t)e->size * (size_t)e->bytes);
  }
  return 0;
}
