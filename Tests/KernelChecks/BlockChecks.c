#include "BlockChecks.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Products of packed weights, against what the blocks decode to, in double.

enum { ROWS = 7, COUNT = 8, LONGEST = 1024 };

static const int types[] = {2, 3, 6, 7, 8, 10, 11, 12, 13, 14, 20, 23, 39};
static const int plain_types[] = {1, 30};  // float16 and bfloat16

static _Thread_local uint32_t state;  // tests of several tables run at once
static uint32_t next(void) { return (state = state * 1664525u + 1013904223u) >> 8; }

// Of a block, or of the 32 plain numbers that a group has.
static size_t block_bytes(int type) { return ctk_block_bytes(type) ? ctk_block_bytes(type) : 64; }

// Any bits, but for the scales, which are positive halves of a common size.
static void fill_blocks(int type, uint8_t *b, size_t count) {
  for (size_t i = 0; i < count; i++, b += block_bytes(type)) {
    for (size_t k = 0; k < block_bytes(type); k++) b[k] = (uint8_t)next();
    uint16_t h[2] = {ctk_float_to_half((float)(next() % 1000 + 1) * 1e-5f), ctk_float_to_half((float)(next() % 1000) * 1e-5f)};
    switch (type) {
      case 1: case 30:
        for (int k = 0; k < 32; k++) {
          float v = ((float)(next() % 20001) - 10000) * 1e-4f;
          uint32_t bits;
          memcpy(&bits, &v, 4);
          uint16_t half = type == 1 ? ctk_float_to_half(v) : (uint16_t)(bits >> 16);
          memcpy(b + 2 * k, &half, 2);
        }
        break;
      case 3: case 7: case 12: case 13: memcpy(b, h, 4); break;
      case 10: memcpy(b + 80, h, 4); break;
      case 11: memcpy(b + 108, h, 2); break;
      case 14: memcpy(b + 208, h, 2); break;
      case 39: b[0] = (uint8_t)(next() % 16 < 2 ? next() % 3 : 120 + next() % 8); break;
      default: memcpy(b, h, 2);
    }
  }
}

static void decode(int type, const uint8_t *blocks, size_t n, float *out) {
  if (!ctk_decode_blocks(type, blocks, n, out)) return;
  for (size_t i = 0; i < n; i++) {
    uint16_t half;
    memcpy(&half, blocks + 2 * i, 2);
    uint32_t bits = (uint32_t)half << 16;
    if (type == 1) out[i] = ctk_half_to_float(half);
    else memcpy(out + i, &bits, 4);
  }
}

// Rows with an outlier here and there, as activations have them.
static void fill_rows(float *x, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] = ((float)(next() % 20001) - 10000) * 1e-4f * (next() % 37 ? 1.0f : 30.0f);
}

// What dots came to, against what the blocks they were made from decode to.
static void check_exact(const char *form, const ctk_block_dots *dots, int order, const uint8_t *weights, size_t row_bytes,
                        check_report *report) {
  const ctk_bytes x = dots->x;
  float w[LONGEST];
  for (size_t row = 0; row < dots->weights.rows; row++) {
    decode(dots->weights.type, weights + row * row_bytes, x.n, w);
    for (size_t j = 0; j < x.count; j++) {
      double exact = 0, size = 0;
      for (size_t i = 0; i < x.n; i++) {
        double product = (double)w[i] * x.codes[j * x.row_stride + ctk_byte_place(order, x.n, i)] *
                         x.scales[j * x.scale_stride + i / ctk_byte_group(order)];
        exact += product;
        size += fabs(product);
      }
      float found = dots->out[j * dots->out_stride + row];
      // Below the smallest normal number, 1e-38, there are fewer bits.
      if (!(fabs(found - exact) <= 2e-6 * size + 1e-40))
        report("%stype %d, n = %zu, row %zu · %zu: %g, not %g\n", form, dots->weights.type, x.n, row, j, found, exact);
    }
  }
}

// The same rows as so many streams, which are so many groups of rows each, and what they leave over.
static void in_streams(void (*kernel)(const ctk_block_dots *), ctk_block_dots dots, size_t streams, size_t group) {
  const size_t rows = dots.weights.rows, each = rows / group / streams * group, rest = streams * each;
  dots.weights.streams = streams;
  dots.weights.apart = dots.weights.rows = each;
  if (each) kernel(&dots);
  dots.weights.streams = 1;
  dots.weights.rows = rows - rest;
  dots.weights.first = (const char *)dots.weights.first + rest / group * dots.weights.row_bytes;
  dots.out += rest;
  if (rest < rows) kernel(&dots);
}

static void check_bytes(const ctk_table *reference, const ctk_table *table, int type, size_t n, check_report *report) {
  const int order = ctk_byte_order(type);
  size_t group = ctk_byte_group(order), stride = (n / group + 7) / 8 * 8, row_bytes = n / group * block_bytes(type);
  const size_t length = ctk_byte_row(order, n), sums_apart = length / 16;
  static _Thread_local uint8_t weights[ROWS * LONGEST * 2];
  static _Thread_local float x[COUNT * LONGEST], scales[2][COUNT * LONGEST], sums[2][COUNT * LONGEST];
  static _Thread_local int8_t codes[2][COUNT * (LONGEST + 256)];
  static _Thread_local int16_t group_sums[2][COUNT * (LONGEST + 256)];
  fill_blocks(type, weights, ROWS * n / group);
  fill_rows(x, COUNT * n);
  memset(x + n, 0, n * sizeof *x);  // a row of zeros
  memset(scales, 0, sizeof scales);
  memset(sums, 0, sizeof sums);
  memset(group_sums, 0, sizeof group_sums);
  memset(codes, 0, sizeof codes);
  for (int second = 0; second < 2; second++)
    for (size_t j = 0; j < COUNT; j++)
      (second ? table : reference)->to_bytes(n, order, x + j * n, codes[second] + j * length, scales[second] + j * stride,
                                             sums[second] + j * stride, group_sums[second] + j * sums_apart);
  if (memcmp(codes[0], codes[1], COUNT * length) || memcmp(scales[0], scales[1], COUNT * stride * sizeof(float)) ||
      memcmp(sums[0], sums[1], COUNT * stride * sizeof(float)) ||
      memcmp(group_sums[0], group_sums[1], COUNT * sums_apart * sizeof(int16_t)))
    report("bytes for type %d, n = %zu differ\n", type, n);
  float together[COUNT * ROWS], alone[COUNT * ROWS];
  ctk_block_dots dots = {{type, 1, 0, ROWS, row_bytes, weights},
                         {COUNT, n, codes[0], scales[0], sums[0], group_sums[0], length, stride, sums_apart}, together, ROWS};
  for (size_t j = 0; j < COUNT; j++) {
    ctk_block_dots one = dots;
    one.x.count = 1;
    one.x.codes += j * length, one.x.scales += j * stride, one.x.sums += j * stride;
    one.x.group_sums += j * sums_apart;
    one.out = alone + j * ROWS;
    in_streams(table->block_dots, one, CTK_BLOCK_STREAMS + 1, 1);
  }
  // Any number of them; the last time all.
  for (size_t count = 1; count <= COUNT; count++) {
    dots.x.count = count;
    table->block_dots(&dots);
    if (memcmp(together, alone, count * ROWS * sizeof *alone))
      report("type %d, n = %zu: %zu rows together and alone differ\n", type, n, count);
  }
  check_exact("", &dots, order, weights, row_bytes, report);
  // What is no number shows in the result.
  x[n / 2] = next() % 2 ? INFINITY : NAN;
  table->to_bytes(n, order, x, codes[1], scales[1], sums[1], group_sums[1]);
  dots.x.count = 1, dots.x.codes = codes[1], dots.x.scales = scales[1], dots.x.sums = sums[1], dots.x.group_sums = group_sums[1];
  table->block_dots(&dots);
  if (isfinite(together[0])) report("type %d: a result of no number is %g\n", type, together[0]);
}

// Interleaved rows, of which the last group is not whole.
static void check_interleaved(const ctk_table *table, int type, size_t n, size_t rows, size_t count, check_report *report) {
  const int order = ctk_interleaved_order(type);
  const size_t group = ctk_byte_group(order), stride = (n / group + 7) / 8 * 8, row_bytes = n / group * block_bytes(type);
  const size_t eight_bytes = ctk_interleaved_bytes(type, n), eights = (rows + CTK_INTERLEAVED - 1) / CTK_INTERLEAVED;
  uint8_t *weights = malloc(rows * row_bytes), *interleaved = malloc(eights * eight_bytes);
  float *x = malloc(count * n * sizeof *x), *scales = calloc(count * stride, 4), *sums = calloc(count * stride, 4);
  float *together = malloc((count * rows + 8) * 4), *alone = malloc(rows * 4);
  int8_t *codes = malloc(count * n);
  int16_t *group_sums = malloc(count * n / 16 * 2);
  fill_blocks(type, weights, rows * n / group);
  fill_rows(x, count * n);
  for (size_t j = 0; j < count; j++)
    table->to_bytes(n, order, x + j * n, codes + j * n, scales + j * stride, sums + j * stride, group_sums + j * n / 16);
  ctk_interleave(type, rows, weights, row_bytes, interleaved);
  ctk_block_dots dots = {{type, 1, 0, rows, eight_bytes, interleaved},
                         {count, n, codes, scales, sums, group_sums, n, stride, n / 16}, together, rows};
  for (int i = 0; i < 8; i++) together[count * rows + i] = 7;
  table->interleaved_dots(&dots);
  for (int i = 0; i < 8; i++)
    if (together[count * rows + i] != 7) report("interleaved type %d writes behind the last row\n", type);
  for (size_t j = 0; j < count; j++) {
    ctk_block_dots one = dots;
    one.x.count = 1;
    one.x.codes += j * n, one.x.scales += j * stride, one.x.sums += j * stride, one.x.group_sums += j * n / 16;
    one.out = alone;
    in_streams(table->interleaved_dots, one, CTK_INTERLEAVED_STREAMS + 1, CTK_INTERLEAVED);
    if (memcmp(together + j * rows, alone, rows * 4)) report("interleaved type %d, n = %zu: together and alone differ\n", type, n);
  }
  check_exact("interleaved ", &dots, order, weights, row_bytes, report);
  free(weights), free(interleaved), free(x), free(scales), free(sums), free(together), free(alone);
  free(codes), free(group_sums);
}

static void check_fixed(const ctk_table *table, int type, size_t n, size_t count, check_report *report) {
  size_t group, sum_group;
  if (ctk_fixed_groups(type, &group, &sum_group)) {
    report("type %d has no groups\n", type);
    return;
  }
  const size_t columns = table->fixed_columns, depth = (n + CTK_FIXED_DEPTH - 1) / CTK_FIXED_DEPTH * CTK_FIXED_DEPTH;
  const size_t per_block = ctk_block_size(type) ? ctk_block_size(type) : 32;
  const size_t rows = table->fixed_rows, present = rows - 1, row_bytes = n / per_block * block_bytes(type);
  if (count > columns) count = columns;
  uint8_t *weights = malloc(rows * row_bytes + 64);
  float *x = malloc(columns * n * sizeof *x), *sums = calloc(rows * columns, sizeof *sums), *w = malloc(n * sizeof *w);
  ctk_fixed_strip strip = {depth, group, sum_group, malloc(depth * columns * 2), malloc(depth / group * columns * 4),
                           malloc(depth / sum_group * columns * 4)};
  ctk_fixed_tile tile = {type, rows, malloc(rows * CTK_FIXED_DEPTH * 2), malloc(rows * CTK_FIXED_DEPTH / group * 4),
                         malloc(rows * CTK_FIXED_DEPTH / sum_group * 4)};
  fill_blocks(type, weights, present * n / per_block);
  fill_rows(x, count * n);
  for (size_t first = 0; first < depth; first += CTK_FIXED_DEPTH) {
    table->to_fixed(&strip, first, x, n, count, n);
    table->unpack_fixed(&tile, first, weights, row_bytes, present, n);
    table->multiply_fixed(&tile, &strip, first, sums);
  }
  for (size_t j = 0; j < columns; j++)
    for (size_t i = 0; i < n; i++) {
      float scale = strip.scales[i / group * columns + j], value = j < count ? x[j * n + i] : 0;
      float code = strip.codes[(i / 2 * columns + j) * 2 + i % 2];
      if (!(fabsf(value - scale * code) <= 0.502f * scale)) report("type %d: %g became %g · %g\n", type, value, scale, code);
    }
  for (size_t row = 0; row < rows; row++) {
    if (row < present) decode(type, weights + row * row_bytes, n, w);
    else memset(w, 0, n * sizeof *w);
    for (size_t j = 0; j < columns; j++) {
      double exact = 0, size = 1e-30;
      for (size_t i = 0; i < n; i++) {
        float scale = strip.scales[i / group * columns + j];
        double product = (double)w[i] * scale * strip.codes[(i / 2 * columns + j) * 2 + i % 2];
        exact += product;
        size += fabs(product);
      }
      // Plain weights are rounded to 14 bits beside the largest of 32, blocks of 32 to 13 beside the largest of eight.
      double tolerance = per_block == 32 ? 4e-4 : 2e-6;
      if (!(fabs(sums[row * columns + j] - exact) <= tolerance * size))
        report("fixed type %d, n = %zu, row %zu · %zu: %g, not %g\n", type, n, row, j, sums[row * columns + j], exact);
    }
  }
  free(weights), free(x), free(sums), free(w), free(strip.codes), free(strip.scales), free(strip.sums);
  free(tile.codes), free(tile.scales), free(tile.minimums);
}

void check_blocks(const ctk_table *reference, const ctk_table *table, check_report *report) {
  state = 1;
  for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
    size_t group = ctk_block_size(types[t]);
    const size_t small[] = {32, 64, 256, 288, 480, 1024}, large[] = {256, 512, 1024};
    for (size_t i = 0; i < (group == 32 ? 6 : 3); i++) {
      size_t n = group == 32 ? small[i] : large[i];
      if (table->block_dots) check_bytes(reference, table, types[t], n, report);
      if (table->interleaved_dots && ctk_interleaved_bytes(types[t], n))
        for (size_t count = 1; count <= 7; count += 2) check_interleaved(table, types[t], n, 24 * count + i, count, report);
      if (table->multiply_fixed) check_fixed(table, types[t], n, i % 2 ? 3 : 64, report);
    }
  }
  for (size_t t = 0; t < 2; t++)
    if (table->multiply_fixed)
      for (size_t n = 32; n < 600; n += 160) check_fixed(table, plain_types[t], n, 64, report);
}
