#include "KernelChecks.h"
#include "BlockChecks.h"
#include "DotChecks.h"
#include "CTensorKernels.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Below, at and past every vector width and unrolling.
static const size_t lengths[] = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65, 130, 257};
enum { LONGEST = 257, KINDS = 5, TYPES = 3 };

static _Thread_local char messages[4096];

static void report(const char *format, ...) {
  size_t used = strlen(messages);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(messages + used, sizeof messages - used, format, arguments);
  va_end(arguments);
}

// Numbers in ±size that are the same everywhere.
static void fill(float *x, size_t n, float size, uint32_t seed) {
  uint32_t state = seed * 2654435761u + 12345;
  for (size_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    x[i] = size * ((float)(state >> 8) * 0x1p-23f - 1);
  }
}

static const float untouched = 12345.678f;

// The results a[n] of the reference and b[n] of the table, within `tolerance` of the largest. A kernel must not write
// past its results, where both hold `untouched`.
static void compare(const char *what, size_t n, double tolerance, const float *a, const float *b) {
  double size = 1, worst = 0;
  for (size_t i = 0; i < n; i++) {
    size = fmax(size, fabs(a[i]));
    double difference = fabs((double)a[i] - b[i]);
    if (!(difference <= worst)) worst = difference;  // also where it is no number
  }
  if (!(worst <= tolerance * size)) report("%s, n = %zu: off by %g of %g\n", what, n, worst, size);
  if (b[n] != untouched) report("%s, n = %zu: wrote past the end\n", what, n);
}

// Runs `statement`, which writes `count` numbers to `out` with table `t`, for the reference and for the table.
#define AGREE(count, tolerance, statement)                                  \
  do {                                                                      \
    for (int second = 0; second < 2; second++) {                            \
      const ctk_table *t = second ? table : reference;                      \
      float *out = second ? b : a;                                          \
      for (size_t i = 0; i <= (count); i++) out[i] = untouched;             \
      statement;                                                            \
    }                                                                       \
    compare(#statement, count, tolerance, a, b);                            \
  } while (0)

// The parameters, the first or the second moments after a step along x.
static void adam_result(const ctk_table *t, size_t n, int result, const float *x, const float *y, const float *z,
                        float *out) {
  const ctk_adam step = {0.9f, 0.95f, 1e-8f, 3e-3f, 1.5f, 0.999f, 0.5f};
  float p[LONGEST], m[LONGEST], v[LONGEST], *results[] = {p, m, v};
  memcpy(p, y, n * sizeof *y);
  memcpy(m, z, n * sizeof *z);
  for (size_t i = 0; i < n; i++) v[i] = fabsf(z[i]);
  t->adam(n, &step, x, p, m, v);
  memcpy(out, results[result], n * sizeof *out);
}

// A softmax in three pieces, the largest score in any of them.
static void softmax_in_pieces(const ctk_table *t, size_t n, const float *x, int result, float *out) {
  float scores[LONGEST], sums[3] = {0}, largest = -INFINITY, total = 0;
  memcpy(scores, x, n * sizeof *x);
  for (int piece = 0; piece < 3; piece++) {
    size_t first = n * (size_t)piece / 3, count = n * (size_t)(piece + 1) / 3 - first;
    if (!count) continue;
    t->softmax_step(count, scores + first, 3, sums, &largest, &total);
    for (size_t i = 0; i < count; i++) sums[(first + i) % 3] += scores[first + i];
  }
  if (result == 0) out[0] = largest;
  else if (result == 1) out[0] = total / (float)n;
  else memcpy(out, sums, sizeof sums);
}

// One line for each kernel of the table.
static void check_rows(const ctk_table *reference, const ctk_table *table, size_t n) {
  float x[LONGEST], wide[LONGEST], y[LONGEST], z[LONGEST], a[LONGEST + 1], b[LONGEST + 1];
  uint16_t packed[2 * LONGEST];
  fill(x, n, 6, (uint32_t)n);
  fill(wide, n, 30, (uint32_t)n + 1);
  fill(y, n, 1, 7);
  fill(z, n, 1, 8);
  const double rounding = 2e-6;

  for (int kind = 0; kind < KINDS; kind++) {
    AGREE(n, rounding, t->activation(n, kind, x, out));
    AGREE(n, rounding, t->gate(n, kind, x, y, out));
  }
  AGREE(n, rounding, t->clamped_swish(n, 1.702f, 4, x, y, out));
  AGREE(n, rounding, t->softmax(n, wide, out));
  AGREE(n, rounding, t->layer_norm(n, x, y, z, 1e-5f, out));
  AGREE(n, rounding, t->layer_norm(n, x, NULL, NULL, 1e-5f, out));
  AGREE(n, rounding, t->rms_norm(n, x, y, NULL, 1e-5f, out));
  AGREE(n, rounding, t->rms_norm(n, x, y, z, 1e-5f, out));
  AGREE(n, rounding, t->add(n, x, y, out));
  AGREE(n, rounding, t->scale(n, 1.5f, x, out));
  AGREE(1, 0, out[0] = t->maximum(n, x));
  AGREE(n, rounding, t->exp_sum(n, x, 1.5f, out));
  AGREE(1, rounding, { float all[LONGEST]; out[0] = t->exp_sum(n, x, 1.5f, all); });
  for (int result = 0; result < 3; result++) AGREE(n, rounding, adam_result(t, n, result, x, y, z, out));
  AGREE(1, rounding, softmax_in_pieces(t, n, wide, 0, out));
  AGREE(1, rounding, softmax_in_pieces(t, n, wide, 1, out));
  AGREE(3, rounding, softmax_in_pieces(t, n, wide, 2, out));
  AGREE(n, rounding, t->softmax_gradient(n, x, y, 0.5f, out));
  AGREE(n, 0, t->dropout(n, (uint32_t)n * 77777u, 0x40000000u, 1.25f, x, out));
  for (int adds = 0; adds < 2; adds++) {
    float other[LONGEST] = {0};
    for (int kind = 0; kind < KINDS; kind++) {
      AGREE(n, rounding, { memcpy(out, y, n * sizeof *y); t->activation_gradient(n, kind, x, z, out, adds); });
      AGREE(n, rounding, { memcpy(out, y, n * sizeof *y); t->gate_gradient(n, kind, x, y, z, out, other, adds); });
      AGREE(n, rounding, { memcpy(out, y, n * sizeof *y); t->gate_gradient(n, kind, x, y, z, other, out, adds); });
    }
    AGREE(n, rounding, { memcpy(out, y, n * sizeof *y); t->clamped_swish_gradient(n, 1.702f, 4, x, wide, z, out, other, adds); });
    AGREE(n, rounding, { memcpy(out, y, n * sizeof *y); t->clamped_swish_gradient(n, 1.702f, 4, x, wide, z, other, out, adds); });
    for (int centered = 0; centered < 2; centered++) {
      AGREE(n, rounding, {
        memcpy(out, y, n * sizeof *y);
        t->norm_gradient(n, centered, 1e-5f, x, y, z, out, adds, NULL, NULL);
      });
      AGREE(n, rounding, {
        memcpy(out, y, n * sizeof *y);
        t->norm_gradient(n, centered, 1e-5f, x, NULL, z, other, 0, out, NULL);
      });
      AGREE(n, rounding, {
        memcpy(out, y, n * sizeof *y);
        t->norm_gradient(n, centered, 1e-5f, x, y, z, other, 0, NULL, out);
      });
    }
  }
  uint32_t words[LONGEST];
  memcpy(words, x, n * sizeof *x);
  if (reference->read(n, words) != table->read(n, words)) report("read %zu\n", n);
  for (int type = 0; type < TYPES; type++) {
    reference->narrow(n, y, type, packed);
    AGREE(n, 0, { uint16_t own[2 * LONGEST]; t->narrow(n, y, type, own); reference->widen(n, own, type, out); });
    AGREE(n, 0, t->widen(n, packed, type, out));
    AGREE(n, rounding, { memcpy(out, x, n * sizeof *x); t->axpy(n, 0.75f, packed, type, out); });
    AGREE(1, 1e-5, out[0] = t->dot(n, x, packed, type));
    // Overlapping rows, a number apart.
    uint16_t rows[2 * LONGEST + 32];
    reference->narrow(n, y, type, rows);
    size_t bytes = type == CTK_F32 ? 4 : 2;
    memset((char *)rows + n * bytes, 0, 10 * bytes);
    const ctk_weight_rows one_stream = {type, 1, 0, 11, bytes, rows}, five = {type, 5, 2, 2, bytes, rows};
    AGREE(11, 1e-5, t->dots(&one_stream, n, 1, x, out, 0));
    AGREE(10, 1e-5, t->dots(&five, n, 1, x, out, 0));
    const float factors[7] = {0.75f, -2, 0.5f, 1, -0.25f, 3, 1.5f};
    AGREE(n, 1e-5, { memcpy(out, x, n * sizeof *x); t->add_rows(n, 7, factors, rows, bytes, type, out); });
  }
}

// Tiles of a cache: as the reference fills them, and read again.
static void check_tiles(const ctk_table *reference, const ctk_table *table, size_t size, uint32_t seed) {
  enum { MOST = 160 * CTK_TILE };
  float x[MOST], a[MOST + 1], b[MOST + 1];
  uint8_t tile[MOST * 4];
  fill(x, size * CTK_TILE, 3, seed);
  if (seed % 3 == 0) memset(x, 0, size * sizeof *x);
  if (seed % 3 == 1 && size >= 32) x[7] = 4, x[20] = -4, x[3] = -4;
  for (int type = CTK_F32; type <= CTK_Q4_0; type++) {
    if (type >= CTK_Q8_0 && size % 32) continue;
    const double step = type == CTK_Q8_0 ? 4 / 254.0 + 0.002 : type == CTK_Q4_0 ? 0.51 : 0.02;
    for (int is_value = 0; is_value < 2; is_value++) {
      const size_t row = is_value ? size : 1, column = is_value ? 1 : CTK_TILE;
#define FILL(t)                                                        \
  for (size_t k = CTK_TILE; k-- > 0;) {                                \
    if (is_value) t->write_value(size, x + k * size, type, tile, k);   \
    else t->write_key(size, x + k * size, type, tile, k);              \
  }
#define READ(t)                                                        \
  do {                                                                 \
    if (is_value) t->read_values(size, tile, type, out);               \
    else t->read_keys(size, tile, type, out, CTK_TILE);                \
  } while (0)
      memset(tile, 0xa5, sizeof tile);
      FILL(reference)
      AGREE(size * CTK_TILE, 0, READ(t));
      memset(tile, 0xa5, sizeof tile);
      AGREE(size * CTK_TILE, 1e-6, { FILL(t) READ(reference); });
      for (size_t k = 0; k < CTK_TILE; k++)
        for (size_t i = 0; i < size; i++) {
          float number = b[is_value ? k * row + i : k + i * column];
          if (!(fabs(number - x[k * size + i]) <= step)) report("tile of type %d: %g became %g\n", type, x[k * size + i], number);
        }
    }
  }
}

// Scores and sums for every number of queries and every type; and each query's are those that it has alone.
static void check_attention(const ctk_table *reference, const ctk_table *table, size_t size, size_t count, size_t first) {
  enum { MOST = 11, LARGEST = 160, KEYS = 96, COUNT = MOST * (LARGEST + 1) };
  float x[COUNT], y[KEYS * LARGEST], weights[MOST * KEYS], a[COUNT + 1], b[COUNT + 1];
  static _Thread_local uint8_t keys[KEYS * LARGEST * 4], values[KEYS * LARGEST * 4];
  fill(x, MOST * (size + 1), 1, 1);
  fill(y, KEYS * size, 2, 2);
  fill(weights, MOST * KEYS, 1, 3);
  for (int type = CTK_F32; type <= CTK_Q4_0; type++) {
    if (type >= CTK_Q8_0 && size % 32) continue;
    const size_t bytes[] = {4 * size, 2 * size, 2 * size, size / 32 * 34, size / 32 * 18};
    memset(keys, 0xff, sizeof keys);  // no numbers beyond the last token
    for (size_t k = 0; k < first + count; k++) {
      size_t place = k / CTK_TILE * CTK_TILE * bytes[type];
      if (k < count) reference->write_key(size, y + k * size, type, keys + place, k % CTK_TILE);
      reference->write_value(size, y + k * size, type, values + place, k % CTK_TILE);
    }
    const uint8_t *value = type < CTK_Q8_0 ? values + first * bytes[type] : values;
    for (size_t n = 1; n <= MOST; n++) {
      const size_t whole = (count + CTK_TILE - 1) / CTK_TILE * CTK_TILE;
      ctk_attention piece = {.row_count = n, .count = count, .size = size, .stride = bytes[type], .first = first, .type = type,
                             .next = keys, .next_bytes = count * bytes[type], .vector_row = size + 1, .score_row = whole};
      AGREE(n * count, 2e-6, {
        float scores[MOST * KEYS];
        piece.tiles = keys; piece.vectors = x; piece.scores = scores;
        t->key_scores(&piece);
        for (size_t r = 0; r < n; r++) memcpy(out + r * count, scores + r * whole, count * sizeof(float));
      });
      for (size_t r = 0; r < n; r++) {
        float alone[KEYS];
        ctk_attention one = piece;
        one.row_count = 1, one.vectors = x + r * (size + 1), one.scores = alone;
        table->key_scores(&one);
        if (memcmp(alone, b + r * count, count * sizeof(float))) report("scores of type %d, row %zu of %zu\n", type, r, n);
      }
      AGREE(n * (size + 1), 2e-6, {
        memcpy(out, x, n * (size + 1) * sizeof *x);
        piece.tiles = value; piece.vectors = out; piece.scores = weights;
        t->value_sums(&piece);
      });
      for (size_t r = 0; r < n; r++) {
        float alone[LARGEST];
        ctk_attention one = piece;
        memcpy(alone, x + r * (size + 1), size * sizeof *x);
        one.row_count = 1, one.vectors = alone, one.scores = weights + r * whole;
        table->value_sums(&one);
        if (memcmp(alone, b + r * (size + 1), size * sizeof(float))) report("sums of type %d, row %zu of %zu\n", type, r, n);
      }
    }
  }
}

static void check_rotation(const ctk_table *reference, const ctk_table *table, size_t pairs) {
  float c[LONGEST], s[LONGEST], x[2 * LONGEST], a[2 * LONGEST + 1], b[2 * LONGEST + 1];
  fill(c, pairs, 1, 1);
  fill(s, pairs, 1, 2);
  fill(x, 2 * pairs, 4, 3);
  for (int adjacent = 0; adjacent < 2; adjacent++) {
    AGREE(2 * pairs, 1e-6, t->rotate(pairs, adjacent, c, s, x, out));
    AGREE(2 * pairs, 1e-6, { memcpy(out, x, 2 * pairs * sizeof *x); t->rotate(pairs, adjacent, c, s, out, out); });
  }
}

// c += a · b for whole and ragged tiles, against sums in double.
// A piece of a product: a read along either axis, c stored along either axis, and nothing written beside it.
static void check_piece(const ctk_table *table, size_t depth, size_t rows, size_t columns, int deep, int transposed) {
  enum { DEEPEST = 64, WIDEST = 64 };
  float a[WIDEST * DEEPEST], b[WIDEST * DEEPEST], packed[WIDEST * DEEPEST], c[WIDEST * (WIDEST + 1)];
  fill(a, rows * depth, 1, 1);
  fill(b, columns * depth, 1, 2);
  table->pack(packed, b, columns, columns, table->tile_columns, depth);
  size_t outer = transposed ? columns : rows, inner = transposed ? rows : columns;
  for (size_t i = 0; i < outer * (inner + 1); i++) c[i] = 1;
  ctk_piece piece = {.rows = rows, .columns = columns, .depth = depth, .a = a, .b = packed, .c = c, .accumulate = 1};
  piece.a_row = deep ? 1 : depth, piece.a_depth = deep ? rows : 1;
  piece.c_row = transposed ? 1 : inner + 1, piece.c_column = transposed ? inner + 1 : 1;
  table->multiply(&piece);
  for (size_t x = 0; x < outer; x++)
    for (size_t y = 0; y <= inner; y++) {
      size_t i = transposed ? y : x, j = transposed ? x : y;
      double exact = 1;  // past the piece nothing is added
      for (size_t k = 0; k < depth && y < inner; k++)
        exact += (double)a[deep ? k * rows + i : i * depth + k] * b[k * columns + j];
      if (!(fabs(c[x * (inner + 1) + y] - exact) < 1e-5))
        report("piece %zu × %zu, depth %zu: (%zu, %zu) is %g, not %g\n", rows, columns, depth, i, j,
               c[x * (inner + 1) + y], exact);
    }
}

static void check_product(const ctk_table *table, size_t depth, size_t rows, size_t columns) {
  for (int axes = 0; axes < 4; axes++) check_piece(table, depth, rows, columns, axes & 1, axes & 2);
}

// Columns become strips, and rows become columns.
static void check_packing(const ctk_table *reference, const ctk_table *table, size_t count, size_t depth) {
  enum { WIDTH = 8, LARGEST = 40 };
  float x[(LARGEST + 3) * (LARGEST + 3)], a[LARGEST * LARGEST], b[LARGEST * LARGEST];
  fill(x, (count + 3) * (depth + 3), 1, 3);
  size_t size = (count + WIDTH - 1) / WIDTH * WIDTH * depth;
  reference->pack(a, x, count + 3, count, WIDTH, depth);
  table->pack(b, x, count + 3, count, WIDTH, depth);
  if (memcmp(a, b, size * sizeof(float))) report("pack %zu × %zu\n", depth, count);
  size_t rows = count < WIDTH ? count : WIDTH;
  reference->pack_transposed(a, x, depth + 3, rows, WIDTH, depth);
  table->pack_transposed(b, x, depth + 3, rows, WIDTH, depth);
  if (memcmp(a, b, WIDTH * depth * sizeof(float))) report("pack transposed %zu × %zu\n", rows, depth);
}

// Every number that 16 bits hold, and floats between them.
static void check_halves(const ctk_table *reference, const ctk_table *table) {
  enum { STEP = 256 };
  for (int type = CTK_F16; type <= CTK_BF16; type++)
    for (uint32_t first = 0; first < 65536; first += STEP) {
      uint16_t halves[STEP], narrowed[2][STEP];
      uint32_t bits[STEP], a[STEP], b[STEP];
      for (uint32_t i = 0; i < STEP; i++) {
        halves[i] = (uint16_t)(first + i);
        bits[i] = (first + i) << 16 | (first * 40503u + i * 2531u & 0xffff);
      }
      reference->widen(STEP, halves, type, (float *)a);
      table->widen(STEP, halves, type, (float *)b);
      reference->narrow(STEP, (const float *)bits, type, narrowed[0]);
      table->narrow(STEP, (const float *)bits, type, narrowed[1]);
      for (uint32_t i = 0; i < STEP; i++) {
        float p, q;
        memcpy(&p, a + i, 4);
        memcpy(&q, b + i, 4);
        // Which NaN a NaN becomes is the processor's business.
        if (a[i] != b[i] && !(isnan(p) && isnan(q))) report("widen %d of %#x: %g, not %g\n", type, halves[i], q, p);
      }
      if (memcmp(narrowed[0], narrowed[1], sizeof *narrowed)) report("narrow %d from %#x\n", type, bits[0]);
    }
}

// The whole range in small steps, and its edges.
static void check_exponentials(const ctk_table *table) {
  enum { STEPS = 1024 };
  const float edges[] = {0, -0.0f, 88, -87, -104, -INFINITY, 1e-8f, -1e-8f};
  float x[STEPS], y[STEPS];
  for (size_t i = 0; i < STEPS; i++) x[i] = -87 + (float)i * 0.1709f;
  memcpy(x, edges, sizeof edges);
  table->exp_sum(STEPS, x, 0, y);
  for (size_t i = 0; i < STEPS; i++)
    if (!(fabs(y[i] - exp(x[i])) <= 3e-7 * exp(x[i]) + 1e-37)) report("e^%g is %g\n", x[i], y[i]);
}

// All sums have come to 2 after so many rounds, whatever they began with.
static void check_multiply_adds(const ctk_table *table) {
  enum { ROUNDS = 64 };
  float mean = 0;
  size_t operations = table->multiply_adds(ROUNDS, &mean);
  if (mean != 2 || operations < 2 * ROUNDS || operations % (2 * ROUNDS)) report("multiply_adds: %zu give %g\n", operations, mean);
}

const char *kernel_disagreements(const char *name) {
  messages[0] = 0;
  const ctk_table *reference = ctk_table_named("scalar"), *table = ctk_table_named(name);
  if (!table) {
    report("this processor cannot run %s\n", name);
    return messages;
  }
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) check_rows(reference, table, lengths[i]);
  const size_t depths[] = {1, 2, 17, 64}, rows = table->tile_rows, columns = table->tile_columns;
  for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
    check_product(table, depths[i], rows, columns);
    check_product(table, depths[i], 1, 1);
    check_product(table, depths[i], rows - 1, columns);
    check_product(table, depths[i], rows, columns - 1);
    check_product(table, depths[i], 2, 3);
    check_product(table, depths[i], 2 * rows + 3, columns / 2);
    check_packing(reference, table, 1 + i * 9, 1 + i * 13 % 40);
  }
  const size_t sizes[] = {1, 6, 20, 32, 64, 72, 80, 96, 128, 160}, counts[] = {1, 2, 16, 19, 64};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    for (uint32_t seed = 0; seed < 3; seed++) check_tiles(reference, table, sizes[i], seed);
    for (size_t j = 0; j < sizeof counts / sizeof *counts; j++)
      check_attention(reference, table, sizes[i], counts[j], i * 7 % 16);
  }
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) check_rotation(reference, table, lengths[i]);
  check_halves(reference, table);
  check_exponentials(table);
  check_multiply_adds(table);
  check_dots(reference, table, report);
  check_blocks(reference, table, report);
  return messages;
}

#ifdef KERNEL_CHECKS_MAIN
// What the block types decode to, in few enough digits that fused multiplications do not show: the same on every
// processor.
static void print_blocks(void) {
  enum { COUNT = 512 };
  uint8_t bytes[COUNT * 4];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 2654435761u >> 13) & 0x3f;
  for (int type = 0; type < 64; type++) {
    float values[COUNT];
    if (ctk_decode_blocks(type, bytes, COUNT, values)) continue;
    double sum = 0;
    for (size_t i = 0; i < COUNT; i++) sum += values[i] * (double)(i % 7 + 1);
    printf("blocks of type %d: %.4g", type, sum);
    uint8_t again[COUNT * 4];
    if (!ctk_encode_row(type, values, NULL, COUNT, again, 1)) {
      ctk_decode_blocks(type, again, COUNT, values);
      for (size_t i = 0; i < COUNT; i++) sum -= values[i] * (double)(i % 7 + 1);
      printf(", encoded again: %.3g off", fabs(sum));
    }
    printf("\n");
  }
}

// Prints what each named table does otherwise than the reference.
int main(int count, char **names) {
  int failures = 0;
  for (int i = 1; i < count; i++) {
    const char *found = kernel_disagreements(names[i]);
    if (*found) failures++;
    fprintf(stderr, "%s: %s\n", names[i], *found ? found : "agrees with the reference");
  }
  print_blocks();
  return failures > 0;
}
#endif
