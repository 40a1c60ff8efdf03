// Element types: from stored bytes to float32 and back. Layouts and rounding are GGUF's.
#include "CTensorKernels.h"
#include "numbers.h"
#include <math.h>
#include <string.h>

ctk_count ctk_block_size(ctk_type type) {
  switch (type) {
    case ctk_q4_0: case ctk_q4_1: case ctk_q5_0: case ctk_q5_1: case ctk_q8_0: case ctk_iq4_nl: case ctk_mxfp4:
      return 32;
    case ctk_q2_K: case ctk_q3_K: case ctk_q4_K: case ctk_q5_K: case ctk_q6_K: case ctk_iq4_xs:
      return 256;
    default:
      return 1;
  }
}

ctk_count ctk_block_bytes(ctk_type type) {
  static const unsigned char bytes[ctk_type_count] = {
      4, 2, 2, 18, 20, 22, 24, 34, 84, 110, 144, 176, 210, 18, 136, 17, 1, 1, 2, 4, 8, 8};
  return bytes[type];
}

static const int8_t nonlinear4[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
static const int8_t doubled_e2m1[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

// 32 numbers: d, 16 bytes of nibbles; the low nibbles are the first half.
static void q4_0(const uint8_t *b, float *y) {
  const float d = ctk_read_half(b);
  for (int j = 0; j < 16; j++) {
    y[j] = (float)((b[2 + j] & 15) - 8) * d;
    y[j + 16] = (float)((b[2 + j] >> 4) - 8) * d;
  }
}

static void q4_1(const uint8_t *b, float *y) {
  const float d = ctk_read_half(b), m = ctk_read_half(b + 2);
  for (int j = 0; j < 16; j++) {
    y[j] = (float)(b[4 + j] & 15) * d + m;
    y[j + 16] = (float)(b[4 + j] >> 4) * d + m;
  }
}

// The fifth bits of all 32 numbers stand in one little-endian word.
static void q5(const uint8_t *high, const uint8_t *low, float d, float m, float *y) {
  const uint32_t bits = (uint32_t)high[0] | (uint32_t)high[1] << 8 | (uint32_t)high[2] << 16 | (uint32_t)high[3] << 24;
  for (int j = 0; j < 16; j++) {
    y[j] = (float)((low[j] & 15) | (int)((bits >> j) & 1) << 4) * d + m;
    y[j + 16] = (float)((low[j] >> 4) | (int)((bits >> (j + 16)) & 1) << 4) * d + m;
  }
}

static void q5_0(const uint8_t *b, float *y) {
  const float d = ctk_read_half(b);
  q5(b + 2, b + 6, d, -16 * d, y);
}

static void q5_1(const uint8_t *b, float *y) { q5(b + 4, b + 8, ctk_read_half(b), ctk_read_half(b + 2), y); }

static void q8_0(const uint8_t *b, float *y) {
  const float d = ctk_read_half(b);
  for (int j = 0; j < 32; j++) y[j] = (float)(int8_t)b[2 + j] * d;
}

// 16 scale bytes (scale | minimum << 4), 64 bytes of 2-bit numbers, d, dmin.
static void q2_K(const uint8_t *b, float *y) {
  const float d = ctk_read_half(b + 80), dmin = ctk_read_half(b + 82);
  for (int i = 0; i < 16; i++) {  // group i of 16 numbers
    const float scale = d * (float)(b[i] & 15), minimum = dmin * (float)(b[i] >> 4);
    const uint8_t *q = b + 16 + 32 * (i / 8) + 16 * (i & 1);
    const int shift = 2 * ((i / 2) & 3);
    for (int l = 0; l < 16; l++) y[16 * i + l] = scale * (float)((q[l] >> shift) & 3) - minimum;
  }
}

// 32 bytes of high bits, 64 bytes of 2-bit numbers, 12 bytes of 6-bit scales, d.
static void q3_K(const uint8_t *b, float *y) {
  const float d = ctk_read_half(b + 108);
  const uint8_t *scales = b + 96;
  for (int i = 0; i < 16; i++) {
    const int low = i < 8 ? scales[i] & 15 : scales[i - 8] >> 4;
    const int scale = low | ((scales[8 + (i & 3)] >> (2 * (i / 4))) & 3) << 4;
    const float dl = d * (float)(scale - 32);
    const uint8_t *q = b + 32 + 32 * (i / 8) + 16 * (i & 1), *high = b + 16 * (i & 1);
    const int shift = 2 * ((i / 2) & 3), bit = i / 2;
    for (int l = 0; l < 16; l++)
      y[16 * i + l] = dl * (float)(((q[l] >> shift) & 3) - ((high[l] >> bit) & 1 ? 0 : 4));
  }
}

// The 6-bit scale and minimum of group j of 8, from 12 bytes.
static void scale_and_minimum(const uint8_t *s, int j, float *scale, float *minimum) {
  if (j < 4) {
    *scale = (float)(s[j] & 63);
    *minimum = (float)(s[j + 4] & 63);
  } else {
    *scale = (float)((s[j + 4] & 15) | (s[j - 4] >> 6) << 4);
    *minimum = (float)((s[j + 4] >> 4) | (s[j] >> 6) << 4);
  }
}

static void q4_K(const uint8_t *b, float *y) {
  const float d = ctk_read_half(b), dmin = ctk_read_half(b + 2);
  for (int j = 0; j < 8; j++) {
    float scale, minimum;
    scale_and_minimum(b + 4, j, &scale, &minimum);
    const float ds = d * scale, dm = dmin * minimum;
    const uint8_t *q = b + 16 + 32 * (j / 2);
    const int shift = 4 * (j & 1);
    for (int l = 0; l < 32; l++) y[32 * j + l] = ds * (float)((q[l] >> shift) & 15) - dm;
  }
}

static void q5_K(const uint8_t *b, float *y) {
  const float d = ctk_read_half(b), dmin = ctk_read_half(b + 2);
  for (int j = 0; j < 8; j++) {
    float scale, minimum;
    scale_and_minimum(b + 4, j, &scale, &minimum);
    const float ds = d * scale, dm = dmin * minimum;
    const uint8_t *q = b + 48 + 32 * (j / 2), *high = b + 16;
    const int shift = 4 * (j & 1);
    for (int l = 0; l < 32; l++)
      y[32 * j + l] = ds * (float)(((q[l] >> shift) & 15) | ((high[l] >> j) & 1) << 4) - dm;
  }
}

// 128 bytes of low nibbles, 64 bytes of high pairs, 16 signed scales, d.
static void q6_K(const uint8_t *b, float *y) {
  const float d = ctk_read_half(b + 208);
  const int8_t *scales = (const int8_t *)(b + 192);
  for (int i = 0; i < 16; i++) {
    const int half = i / 8, quarter = (i / 2) & 3, offset = 16 * (i & 1);
    const uint8_t *low = b + 64 * half + 32 * (quarter & 1) + offset, *high = b + 128 + 32 * half + offset;
    const float dl = d * (float)scales[i];
    for (int l = 0; l < 16; l++)
      y[16 * i + l] =
          dl * (float)((((low[l] >> (4 * (quarter / 2))) & 15) | ((high[l] >> (2 * quarter)) & 3) << 4) - 32);
  }
}

static void table_nibbles(const uint8_t *q, const int8_t *values, float d, float *y) {
  for (int j = 0; j < 16; j++) {
    y[j] = d * (float)values[q[j] & 15];
    y[j + 16] = d * (float)values[q[j] >> 4];
  }
}

static void iq4_nl(const uint8_t *b, float *y) { table_nibbles(b + 2, nonlinear4, ctk_read_half(b), y); }

static void iq4_xs(const uint8_t *b, float *y) {
  const float d = ctk_read_half(b);
  const int high = b[2] | b[3] << 8;
  for (int i = 0; i < 8; i++) {
    const int scale = ((b[4 + i / 2] >> (4 * (i & 1))) & 15) | ((high >> (2 * i)) & 3) << 4;
    table_nibbles(b + 8 + 16 * i, nonlinear4, d * (float)(scale - 32), y + 32 * i);
  }
}

// The scale is a power of two, 2^(e - 127), halved because the table holds doubled values.
static void mxfp4(const uint8_t *b, float *y) {
  const uint32_t bits = b[0] < 2 ? (uint32_t)0x00200000 << b[0] : (uint32_t)(b[0] - 1) << 23;
  table_nibbles(b + 1, doubled_e2m1, ctk_float_of(bits), y);
}

#define PLAIN(type, stored) \
  case type: \
    for (ctk_count i = 0; i < count; i++) { \
      stored value; \
      memcpy(&value, (const char *)source + i * (ctk_count)sizeof(stored), sizeof(stored)); \
      out[i] = (float)value; \
    } \
    return;

void ctk_decode_blocks(ctk_type type, const void *source, ctk_count count, float *out) {
  static void (*const decoders[ctk_type_count])(const uint8_t *, float *) = {
      [ctk_q4_0] = q4_0, [ctk_q4_1] = q4_1, [ctk_q5_0] = q5_0, [ctk_q5_1] = q5_1, [ctk_q8_0] = q8_0,
      [ctk_q2_K] = q2_K, [ctk_q3_K] = q3_K, [ctk_q4_K] = q4_K, [ctk_q5_K] = q5_K, [ctk_q6_K] = q6_K,
      [ctk_iq4_nl] = iq4_nl, [ctk_iq4_xs] = iq4_xs, [ctk_mxfp4] = mxfp4};
  switch (type) {
    case ctk_f32: memcpy(out, source, (size_t)count * sizeof(float)); return;
    case ctk_f16:
      for (ctk_count i = 0; i < count; i++) out[i] = ctk_read_half((const uint8_t *)source + 2 * i);
      return;
    case ctk_bf16:
      for (ctk_count i = 0; i < count; i++) {
        uint16_t bits;
        memcpy(&bits, (const uint8_t *)source + 2 * i, 2);
        out[i] = ctk_float_of((uint32_t)bits << 16);
      }
      return;
    PLAIN(ctk_i8, int8_t) PLAIN(ctk_u8, uint8_t) PLAIN(ctk_i16, int16_t) PLAIN(ctk_i32, int32_t)
    PLAIN(ctk_i64, int64_t) PLAIN(ctk_f64, double)
    default: break;
  }
  const ctk_count size = ctk_block_size(type), bytes = ctk_block_bytes(type);
  const uint8_t *block = source;
  for (ctk_count i = 0; i < count; i += size, block += bytes) decoders[type](block, out + i);
}

void ctk_decode_with(const ctk_table *table, ctk_type type, const void *source, ctk_count count, float *out) {
  table->decode[type](source, count, out);
}

static void encode_q8_0(const float *x, uint8_t *b) {
  float largest = 0;
  for (int j = 0; j < 32; j++) largest = fmaxf(largest, fabsf(x[j]));
  const float d = largest / 127, inverse = d != 0 ? 1 / d : 0;
  ctk_write_half(d, b);
  for (int j = 0; j < 32; j++) b[2 + j] = (uint8_t)(int8_t)roundf(x[j] * inverse);
}

// The number of largest magnitude becomes -8, so that the full range of a nibble is used.
static void encode_q4_0(const float *x, uint8_t *b) {
  float magnitude = 0, extreme = 0;
  for (int j = 0; j < 32; j++)
    if (fabsf(x[j]) > magnitude) magnitude = fabsf(x[j]), extreme = x[j];
  const float d = extreme / -8, inverse = d != 0 ? 1 / d : 0;
  ctk_write_half(d, b);
  for (int j = 0; j < 16; j++) {
    const int low = (int)(x[j] * inverse + 8.5f), high = (int)(x[j + 16] * inverse + 8.5f);
    b[2 + j] = (uint8_t)((low > 15 ? 15 : low) | (high > 15 ? 15 : high) << 4);
  }
}

int ctk_encode(const ctk_table *table, ctk_type type, const float *x, ctk_count count, void *out) {
  uint8_t *block = out;
  switch (type) {
    case ctk_f32: memcpy(out, x, (size_t)count * sizeof(float)); return 1;
    case ctk_f16: table->encode_f16(x, count, out); return 1;
    case ctk_bf16: table->encode_bf16(x, count, out); return 1;
    case ctk_q8_0:
      for (ctk_count i = 0; i < count; i += 32, block += 34) encode_q8_0(x + i, block);
      return 1;
    case ctk_q4_0:
      for (ctk_count i = 0; i < count; i += 32, block += 18) encode_q4_0(x + i, block);
      return 1;
    default: return 0;
  }
}
