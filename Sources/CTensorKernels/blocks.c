// Block types as GGUF stores them: layouts are the format's, values are scale · integer (− minimum).
#include "CTensorKernels.h"
#include <math.h>
#include <string.h>

static float half_at(const uint8_t *p) { return ctk_half_to_float((uint16_t)(p[0] | p[1] << 8)); }

// MARK: blocks of 32

// half scale, 16 bytes: low nibbles are values 0–15, high nibbles 16–31
static void q4_0(const uint8_t *b, float *y) {
  float d = half_at(b);
  for (int i = 0; i < 16; i++) {
    y[i] = d * (float)((b[2 + i] & 15) - 8);
    y[i + 16] = d * (float)((b[2 + i] >> 4) - 8);
  }
}
// half scale, half minimum, nibbles
static void q4_1(const uint8_t *b, float *y) {
  float d = half_at(b), m = half_at(b + 2);
  for (int i = 0; i < 16; i++) {
    y[i] = d * (float)(b[4 + i] & 15) + m;
    y[i + 16] = d * (float)(b[4 + i] >> 4) + m;
  }
}
// The fifth bits of all 32 values stand together in four bytes.
static void q5(const uint8_t *high, const uint8_t *low, float d, float offset, float m, float *y) {
  uint32_t bits;
  memcpy(&bits, high, 4);
  for (int i = 0; i < 16; i++) {
    y[i] = d * ((float)((low[i] & 15) | (bits >> i & 1) << 4) - offset) + m;
    y[i + 16] = d * ((float)((low[i] >> 4) | (bits >> (i + 16) & 1) << 4) - offset) + m;
  }
}
static void q5_0(const uint8_t *b, float *y) { q5(b + 2, b + 6, half_at(b), 16, 0, y); }
static void q5_1(const uint8_t *b, float *y) { q5(b + 4, b + 8, half_at(b), 0, half_at(b + 2), y); }
// half scale, 32 signed bytes
static void q8_0(const uint8_t *b, float *y) {
  float d = half_at(b);
  for (int i = 0; i < 32; i++) y[i] = d * (float)(int8_t)b[2 + i];
}
static const int8_t nonlinear[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
static void iq4_nl(const uint8_t *b, float *y) {
  float d = half_at(b);
  for (int i = 0; i < 16; i++) {
    y[i] = d * nonlinear[b[2 + i] & 15];
    y[i + 16] = d * nonlinear[b[2 + i] >> 4];
  }
}
// One power of two, then four-bit floats (OCP microscaling, E2M1)
static void mxfp4(const uint8_t *b, float *y) {
  static const float values[16] = {0, .5f, 1, 1.5f, 2, 3, 4, 6, -0.0f, -.5f, -1, -1.5f, -2, -3, -4, -6};
  float d = ldexpf(1, (int)b[0] - 127);
  for (int i = 0; i < 16; i++) {
    y[i] = d * values[b[1 + i] & 15];
    y[i + 16] = d * values[b[1 + i] >> 4];
  }
}

// MARK: blocks of 256

// 16 × (4-bit scale, 4-bit minimum), 64 bytes of 2-bit values, half d, half dmin
static void q2_K(const uint8_t *b, float *y) {
  const uint8_t *q = b + 16;
  float d = half_at(b + 80), m = half_at(b + 82);
  for (int i = 0; i < 256; i++) {
    int group = i / 16, part = i / 128, shift = i % 128 / 32 * 2;
    int value = q[part * 32 + i % 32] >> shift & 3;
    y[i] = d * (float)(b[group] & 15) * (float)value - m * (float)(b[group] >> 4);
  }
}
// 32 bytes of third bits, 64 bytes of 2-bit values, 16 six-bit scales in 12 bytes, half d
static void q3_K(const uint8_t *b, float *y) {
  const uint8_t *high = b, *q = b + 32, *s = b + 96;
  float d = half_at(b + 108);
  for (int i = 0; i < 256; i++) {
    int group = i / 16, part = i / 128, shift = i % 128 / 32 * 2;
    int low = group < 8 ? s[group] & 15 : s[group - 8] >> 4;
    int scale = (low | (s[8 + group % 4] >> group / 4 * 2 & 3) << 4) - 32;
    int value = (q[part * 32 + i % 32] >> shift & 3) - (high[i % 32] >> i / 32 & 1 ? 0 : 4);
    y[i] = d * (float)scale * (float)value;
  }
}
// Eight six-bit scales and minimums in 12 bytes
static void scale_min(const uint8_t *s, int j, float *scale, float *min) {
  int a = j < 4 ? s[j] & 63 : (s[j + 4] & 15) | s[j - 4] >> 6 << 4;
  int m = j < 4 ? s[j + 4] & 63 : s[j + 4] >> 4 | s[j] >> 6 << 4;
  *scale = (float)a;
  *min = (float)m;
}
// half d, half dmin, scales, nibbles: 64 values a pass, low nibbles first
static void q4_K(const uint8_t *b, float *y) {
  float d = half_at(b), dmin = half_at(b + 2), s, m;
  for (int j = 0; j < 8; j++) {
    scale_min(b + 4, j, &s, &m);
    const uint8_t *q = b + 16 + j / 2 * 32;
    for (int i = 0; i < 32; i++) y[j * 32 + i] = d * s * (float)(j % 2 ? q[i] >> 4 : q[i] & 15) - dmin * m;
  }
}
// as Q4_K with 32 bytes of fifth bits before the nibbles
static void q5_K(const uint8_t *b, float *y) {
  float d = half_at(b), dmin = half_at(b + 2), s, m;
  for (int j = 0; j < 8; j++) {
    scale_min(b + 4, j, &s, &m);
    const uint8_t *q = b + 48 + j / 2 * 32;
    for (int i = 0; i < 32; i++) {
      int value = (j % 2 ? q[i] >> 4 : q[i] & 15) | (b[16 + i] >> j & 1) << 4;
      y[j * 32 + i] = d * s * (float)value - dmin * m;
    }
  }
}
// 128 bytes of low nibbles, 64 of two high bits, 16 signed scales, half d
static void q6_K(const uint8_t *b, float *y) {
  float d = half_at(b + 208);
  for (int i = 0; i < 256; i++) {
    int part = i / 128, in = i % 128, quarter = in / 32, l = in % 32;
    int low = b[part * 64 + (quarter & 1) * 32 + l] >> (quarter > 1 ? 4 : 0) & 15;
    int high = b[128 + part * 32 + l] >> quarter * 2 & 3;
    y[i] = d * (float)(int8_t)b[192 + i / 16] * (float)((low | high << 4) - 32);
  }
}
// half d, 16 bits of high scale bits, 4 bytes of low ones, nibbles into the nonlinear table
static void iq4_xs(const uint8_t *b, float *y) {
  float d = half_at(b);
  uint16_t high = (uint16_t)(b[2] | b[3] << 8);
  for (int j = 0; j < 8; j++) {
    int scale = ((b[4 + j / 2] >> j % 2 * 4 & 15) | (high >> 2 * j & 3) << 4) - 32;
    const uint8_t *q = b + 8 + j * 16;
    for (int i = 0; i < 16; i++) {
      y[j * 32 + i] = d * (float)scale * nonlinear[q[i] & 15];
      y[j * 32 + i + 16] = d * (float)scale * nonlinear[q[i] >> 4];
    }
  }
}

typedef struct {
  int type, size, bytes;
  void (*decode)(const uint8_t *, float *);
  int scale_at, halves;  // where the block's float16 scales lie side by side, and how many; MXFP4's is a byte
} block_type;

static const block_type block_types[] = {
    {2, 32, 18, q4_0, 0, 1},       {3, 32, 20, q4_1, 0, 2},      {6, 32, 22, q5_0, 0, 1},    {7, 32, 24, q5_1, 0, 2},
    {8, 32, 34, q8_0, 0, 1},       {10, 256, 84, q2_K, 80, 2},   {11, 256, 110, q3_K, 108, 1}, {12, 256, 144, q4_K, 0, 2},
    {13, 256, 176, q5_K, 0, 2},    {14, 256, 210, q6_K, 208, 1}, {20, 32, 18, iq4_nl, 0, 1}, {23, 256, 136, iq4_xs, 0, 1},
    {39, 32, 17, mxfp4, 0, 0},
};

static const block_type *block_type_of(int type) {
  for (size_t t = 0; t < sizeof block_types / sizeof *block_types; t++)
    if (block_types[t].type == type) return &block_types[t];
  return NULL;
}

int ctk_decode_blocks(int type, const void *blocks, size_t count, float *out) {
  const block_type *b = block_type_of(type);
  if (!b) return -1;
  for (size_t i = 0; i < count / (size_t)b->size; i++)
    b->decode((const uint8_t *)blocks + i * (size_t)b->bytes, out + i * (size_t)b->size);
  return 0;
}

size_t ctk_first_without_scale(int type, const void *blocks, size_t count) {
  const block_type *b = block_type_of(type);
  for (size_t i = 0; b && i < count; i++) {
    const uint8_t *scale = (const uint8_t *)blocks + i * (size_t)b->bytes + b->scale_at;
    if (b->halves == 0 && *scale == 0xff) return i;
    for (int k = 0; k < b->halves; k++)
      if ((scale[2 * k + 1] & 0x7c) == 0x7c) return i;  // all bits of the exponent
  }
  return count;
}

int ctk_byte_order(int type) {
  const block_type *b = block_type_of(type);
  if (!b) return CTK_BYTES_NONE;
  if (b->size == 256) return CTK_BYTES_OF_256;
  if (type != 8) return CTK_BYTES_OF_32_FOR_NIBBLES;  // 8 is Q8_0
#ifdef __aarch64__
  return CTK_BYTES_OF_32;
#else
  return CTK_BYTES_OF_32_BY_WORDS;
#endif
}

size_t ctk_block_size(int type) {
  const block_type *b = block_type_of(type);
  return b ? (size_t)b->size : 0;
}
size_t ctk_block_bytes(int type) {
  const block_type *b = block_type_of(type);
  return b ? (size_t)b->bytes : 0;
}

int ctk_fixed_groups(int type, size_t *group, size_t *sum_group) {
  int is_plain = type == 1 || type == 30;  // float16, bfloat16
  if (!is_plain && !ctk_block_size(type)) return -1;
  *group = is_plain ? 32 : 256;
  *sum_group = type == 10 ? 16 : 32;  // Q2_K's minimums are those of 16
  return 0;
}
