// Single-threaded loops over float32 and packed weights. Each instruction set fills one table; `ctk_table_select`
// picks the best that this processor runs, once. Nothing here allocates or keeps state.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Elementwise functions, in the order of Tensors.Activation.
enum { CTK_GELU_TANH, CTK_GELU_ERF, CTK_QUICK_GELU, CTK_SILU, CTK_RELU };

// Plain element types that the matrix product, dot products and attention read directly; and two block types of GGUF
// in which a cache may hold keys and values.
enum { CTK_F32, CTK_F16, CTK_BF16, CTK_Q8_0, CTK_Q4_0 };

// A piece of a matrix product: c[rows, columns] (+)= a · b. Element (i, k) of a is a[i · a_row + k · a_depth], element
// (i, j) of c is c[i · c_row + j · c_column]; one stride of each is 1. b is packed [depth, tile_columns].
typedef struct {
  size_t rows, columns, depth;
  const float *a;
  size_t a_row, a_depth;
  const float *b;
  float *c;
  size_t c_row, c_column;
  int accumulate;
} ctk_piece;

// A cache of keys and values holds each head's tokens in tiles of so many; scalar.c says how they are laid out.
enum { CTK_TILE = 16 };

// Some queries of the heads that share a key head, and some of its keys; or the sums of some of its values.
typedef struct {
  size_t row_count, count, size;  // queries or sums; keys or values; numbers in each, whole blocks of the block types
  const void *tiles;              // of keys or values, one after the other; or values of a plain type, `stride` bytes apart
  size_t stride;
  size_t first;  // the first value's place in its tile, of a block type
  int type;
  const void *next;  // what will be read after them, to be fetched meanwhile
  size_t next_bytes;
  float *vectors;  // [row_count, size], `vector_row` apart: queries, or sums
  size_t vector_row;
  float *scores;  // [row_count, count], `score_row` apart; key_scores fills them up to whole tiles
  size_t score_row;
} ctk_attention;

// One step of AdamW. `rate` includes the correction of the first moment's bias, `second` is that of the second's root.
typedef struct {
  float beta1, beta2, epsilon, rate, second;
  float shrink;          // what the parameters are multiplied by: 1 - learning rate · weight decay
  float gradient_scale;  // what gradients are multiplied by, where their norm is clipped
} ctk_adam;

// So many rows, of sequences that are generated side by side, are met by kernels that give each the bits that it has
// alone. Products of many rows, whose sums run in another order, are hardly faster yet.
enum { CTK_SIDE_BY_SIDE = 32 };

// How rows of numbers lie as signed bytes: in groups of 32 or of 256 that have one scale, as the weights that they meet
// want them. Where nibbles are met, the bytes of every 256 columns lie as the nibbles of eight blocks are unpacked. By
// words, eight blocks have their first four bytes side by side, then the next four; rows are then as long as whole eights
// of blocks, and what is missing of the last ones is zeros.
enum {
  CTK_BYTES_NONE, CTK_BYTES_OF_32, CTK_BYTES_OF_32_BY_WORDS, CTK_BYTES_OF_32_FOR_NIBBLES, CTK_BYTES_OF_256,
};
// The order for blocks of a type; none for other types.
int ctk_byte_order(int type);
// How many numbers share a scale.
static inline size_t ctk_byte_group(int order) { return order == CTK_BYTES_OF_256 ? 256 : 32; }
// Whether what meets them wants the sums of 16 codes, and not those of a group.
static inline int ctk_has_group_sums(int order) {
  return order == CTK_BYTES_OF_256 || order == CTK_BYTES_OF_32_BY_WORDS;
}
// The bytes of a row of n numbers.
static inline size_t ctk_byte_row(int order, size_t n) {
  return order == CTK_BYTES_OF_32_BY_WORDS ? (n + 255) / 256 * 256 : n;
}
// Where the byte of column i of n lies. Of every 16, or every four by words, the bytes lie side by side.
static inline size_t ctk_byte_place(int order, size_t n, size_t i) {
  if (order == CTK_BYTES_OF_32_BY_WORDS) return i / 256 * 256 + i % 32 / 4 * 32 + i % 256 / 32 * 4 + i % 4;
  if (order != CTK_BYTES_OF_32_FOR_NIBBLES || i >= n / 256 * 256) return i;
  size_t block = i % 256 / 32, half = i % 32 / 16;
  return i / 256 * 256 + block % 4 * 64 + half * 32 + block / 4 * 16 + i % 16;
}

// Rows of n numbers as signed bytes: x[j, i] ≈ scales[j, i / group] · codes[j, place of i].
typedef struct {
  size_t count, n;
  const int8_t *codes;        // [count, row_stride]
  const float *scales;        // [count, scale_stride], which is n / group or more, in whole eights
  const float *sums;          // as scales, scale · Σ codes of a group; or
  const int16_t *group_sums;  // [count, group_stride]: Σ of 16 codes. `ctk_has_group_sums` says which.
  size_t row_stride, scale_stride, group_stride;
} ctk_bytes;

// Rows of weights: `rows` that follow one another from each of `streams` places, `apart` rows from each other. Each place
// is a stream that the processor fetches ahead of, and no page ends all of them at once.
typedef struct {
  int type;
  size_t streams, apart, rows, row_bytes;
  const void *first;
} ctk_weight_rows;

// out[j, row] = Σ weights[row, i] · x[j, i]. The same bits for x[j] however many rows x has, or are read at once.
typedef struct {
  ctk_weight_rows weights;  // blocks of GGUF's type number `type`
  ctk_bytes x;
  float *out;  // [x.count, out_stride], the first row's
  size_t out_stride;
} ctk_block_dots;

// How many streams kernels read best: of plain rows, of rows of blocks, and of interleaved ones.
enum { CTK_STREAMS = 4, CTK_BLOCK_STREAMS = 2, CTK_INTERLEAVED_STREAMS = 4 };

// How many rows of packed weights are interleaved, where they are; what is missing of the last ones is zeros. `rows` and
// `apart` still count rows, in whole groups where there are several streams; `row_bytes` are those of a group.
enum { CTK_INTERLEAVED = 8 };
// The bytes that so many rows of n columns take; 0 for types that are not interleaved.
size_t ctk_interleaved_bytes(int type, size_t n);
// Interleaves `count` rows, each group after the other.
void ctk_interleave(int type, size_t count, const void *weights, size_t row_bytes, void *out);
// The order of the bytes that they meet.
int ctk_interleaved_order(int type);

// Products in 16-bit whole numbers: how many columns of the weights are unpacked at a time.
enum { CTK_FIXED_DEPTH = 256 };

// Up to fixed_columns rows side by side as 16-bit numbers: x[j, k] ≈ scale of its group · code, depth in whole
// CTK_FIXED_DEPTHs. Missing rows and columns have scale 0.
typedef struct {
  size_t depth, group, sum_group;  // as `ctk_fixed_groups` says for the weights they meet
  int16_t *codes;  // [depth / 2, fixed_columns, 2]
  float *scales;   // [depth / group, fixed_columns]
  float *sums;     // [depth / sum_group, fixed_columns]: scale · Σ codes
} ctk_fixed_strip;

// Rows of weights unpacked to 16-bit numbers, CTK_FIXED_DEPTH columns of each: w[i, k] = scale · code + minimum.
typedef struct {
  int type;
  size_t rows;     // in whole fixed_rows; missing ones are zeros
  int16_t *codes;  // [rows, CTK_FIXED_DEPTH]
  float *scales;   // [rows, CTK_FIXED_DEPTH / group]
  float *minimums; // [rows, CTK_FIXED_DEPTH / sum_group], where the type has them
} ctk_fixed_tile;

typedef struct {
  const char *name;
  // Results held in registers at a time. A piece has any number of rows and at most tile_columns columns.
  size_t tile_rows, tile_columns;
  void (*multiply)(const ctk_piece *piece);
  // out[depth, width] = in[count ≤ width, depth]ᵀ, missing rows zero.
  void (*pack_transposed)(float *out, const float *in, size_t row_stride, size_t count, size_t width, size_t depth);
  // out[strips, depth, width] = in[depth, count], column strips * width; missing columns zero.
  void (*pack)(float *out, const float *in, size_t row_stride, size_t count, size_t width, size_t depth);

  // Σ x·y, y of a plain type.
  float (*dot)(size_t n, const float *x, const void *y, int type);
  // y += a·x, x of a plain type.
  void (*axpy)(size_t n, float a, const void *x, int type, float *y);
  // y += Σ a[i]·x[i], `count` rows of n numbers of a plain type that lie `stride` bytes apart.
  void (*add_rows)(size_t n, size_t count, const float *a, const void *x, size_t stride, int type, float *y);
  // Plain types to float32 and back; float16 and bfloat16 round to nearest even.
  void (*widen)(size_t n, const void *x, int type, float *y);
  void (*narrow)(size_t n, const float *x, int type, void *y);

  // y = x + bias; and elementwise sums and products.
  void (*add)(size_t n, const float *x, const float *y, float *out);
  void (*scale)(size_t n, float a, const float *x, float *out);
  // out = (x - mean) / sqrt(variance + epsilon) · gain + bias; gain and bias may be null.
  void (*layer_norm)(size_t n, const float *x, const float *gain, const float *bias, float epsilon, float *out);
  void (*rms_norm)(size_t n, const float *x, const float *gain, const float *bias, float epsilon, float *out);
  void (*activation)(size_t n, int kind, const float *x, float *out);
  // out = activation(gate) · up
  void (*gate)(size_t n, int kind, const float *gate, const float *up, float *out);
  // out = (clamp(up, ±limit) + 1) · g · sigmoid(alpha · g), g = min(gate, limit)
  void (*clamped_swish)(size_t n, float alpha, float limit, const float *gate, const float *up, float *out);
  void (*softmax)(size_t n, const float *x, float *out);
  // Largest element; and out = exp(x - shift), returning the sum.
  float (*maximum)(size_t n, const float *x);
  float (*exp_sum)(size_t n, const float *x, float shift, float *out);

  // Gradients of the above: `dy` is the gradient of a result, `dx` takes that of an operand, or adds it where `adds`.
  // The norms' one: x is centred first for layer norm. gain may be null, as may dgain and dbias, which are added to.
  void (*norm_gradient)(size_t n, int centered, float epsilon, const float *x, const float *gain, const float *dy,
                        float *dx, int adds, float *dgain, float *dbias);
  void (*activation_gradient)(size_t n, int kind, const float *x, const float *dy, float *dx, int adds);
  void (*gate_gradient)(size_t n, int kind, const float *gate, const float *up, const float *dy, float *dgate, float *dup,
                        int adds);
  void (*clamped_swish_gradient)(size_t n, float alpha, float limit, const float *gate, const float *up, const float *dy,
                                 float *dgate, float *dup, int adds);
  // The softmax's: out = y · (dy - mean), with `mean` the sum of y · dy.
  void (*softmax_gradient)(size_t n, const float *y, const float *dy, float mean, float *out);
  // out = scale · x where ctk_hash(i, key) ≥ threshold, else 0. The same numbers with every table.
  void (*dropout)(size_t n, uint32_t key, uint32_t threshold, float scale, const float *x, float *out);

  // Moments m and v, and parameters p, after one step along a gradient.
  void (*adam)(size_t n, const ctk_adam *step, const float *gradient, float *p, float *m, float *v);

  // `rounds` multiplications and additions in each of as many independent sums as keep the processor busy, nothing of
  // it in memory; returns the number of operations in all. Every sum tends to 2, and *mean is their mean.
  size_t (*multiply_adds)(size_t rounds, float *mean);
  // The exclusive or of n words, as fast as the memory hands them over.
  uint32_t (*read)(size_t n, const uint32_t *x);
  // How many rows of weights `dots` takes together where x has several; and the most rows of x for which it is faster
  // than products of many rows.
  size_t dots_rows, dots_most;
  // out[j, row] = Σ x[j]·weights[row], rows of n numbers of a plain type and `count` rows of x, one after the other; those
  // of out are `out_stride` apart. The same bits for x[j] however many there are, or places are read at once.
  void (*dots)(const ctk_weight_rows *weights, size_t n, size_t count, const float *x, float *out, size_t out_stride);

  // Any number of rows against packed weights; null where rows are decoded and multiplied as float32 instead.
  void (*block_dots)(const ctk_block_dots *dots);
  // Q8_0 has a kernel for several rows of x: how many rows of weights it takes together, and the most rows of x for
  // which it is faster than products of many rows.
  size_t block_dots_rows, block_dots_most;
  // One row of ctk_bytes; n is a whole number of groups. Of the last two, the one that the order calls for is written.
  void (*to_bytes)(size_t n, int order, const float *x, int8_t *codes, float *scales, float *sums,
                   int16_t *group_sums);
  // Any number of rows against interleaved weights, whose row_bytes are those of eight rows; null where there is none.
  void (*interleaved_dots)(const ctk_block_dots *dots);
  // The most rows for which that is faster than products of many rows, which come next.
  size_t interleaved_most;

  // Products of many rows; null where the table has none, and float32 products of decoded weights serve.
  size_t fixed_rows, fixed_columns;
  // The strip's columns [first, first + CTK_FIXED_DEPTH) of `count` rows that lie `stride` apart, n columns in all.
  void (*to_fixed)(const ctk_fixed_strip *strip, size_t first, const float *x, size_t stride, size_t count, size_t n);
  // The same columns of `count` packed rows.
  void (*unpack_fixed)(const ctk_fixed_tile *tile, size_t first, const void *weights, size_t row_bytes, size_t count,
                       size_t n);
  // sums[i, j] += tile row i · strip row j, over CTK_FIXED_DEPTH columns from `first` on; sums is
  // [tile rows, fixed_columns].
  void (*multiply_fixed)(const ctk_fixed_tile *tile, const ctk_fixed_strip *strip, size_t first, float *sums);

  // Puts a token's key or value, whole blocks of the block types, in its place in a tile.
  void (*write_key)(size_t size, const float *x, int type, void *tile, size_t slot);
  void (*write_value)(size_t size, const float *x, int type, void *tile, size_t slot);
  // A tile's keys as columns, [size, CTK_TILE], `stride` apart; its values as rows, [CTK_TILE, size].
  void (*read_keys)(size_t size, const void *tile, int type, float *out, size_t stride);
  void (*read_values)(size_t size, const void *tile, int type, float *out);
  // scores = vectors · keysᵀ; and vectors += scores · values. No row's results depend on the others.
  void (*key_scores)(const ctk_attention *attention);
  void (*value_sums)(const ctk_attention *attention);
  // A softmax that is kept up while its scores come piece by piece: turns n more of them into exponentials relative to
  // the largest so far. Where that grows, `total`, the sum of the exponentials, and `sums`, of whatever they weigh, shrink.
  void (*softmax_step)(size_t n, float *scores, size_t size, float *sums, float *maximum, float *total);
  // Turns the pairs (x, y) at the beginning of a head to (x·cos - y·sin, y·cos + x·sin): numbers i and i + pairs, or 2i
  // and 2i + 1 where they are adjacent. out may be x.
  void (*rotate)(size_t pairs, int adjacent, const float *cosines, const float *sines, const float *x, float *out);
} ctk_table;

// Wellons' 32-bit finalizer (github.com/skeeto/hash-prospector): every bit of the number and the key changes every
// bit of the result about half of the time.
static inline uint32_t ctk_hash(uint32_t number, uint32_t key) {
  uint32_t h = number * 0x9e3779b9u + key;
  h = (h ^ h >> 16) * 0x21f0aaadu;
  h = (h ^ h >> 15) * 0x735a2d97u;
  return h ^ h >> 15;
}

// Tells the processor that a loop only waits.
static inline void ctk_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#endif
}

// The table of a name ("scalar", "avx2", "avx512", "avx512vnni", "neon", "neondot", "neoni8mm"), or
// null where this processor cannot run it.
const ctk_table *ctk_table_named(const char *name);
// The fastest table that this processor runs.
const ctk_table *ctk_table_best(void);

// How many numbers one block of a type holds, and how many bytes it takes; 0 for other types.
size_t ctk_block_size(int type);
size_t ctk_block_bytes(int type);
// The first block whose scale is infinite or no number; `count` where there is none.
size_t ctk_first_without_scale(int type, const void *blocks, size_t count);

// How 16-bit rows that meet weights of a type are grouped; returns -1 for a type that has no such products.
int ctk_fixed_groups(int type, size_t *group, size_t *sum_group);

// The float32 values of `count` numbers stored in GGUF blocks; `type` is GGUF's own number of the block type.
// Returns 0, or -1 for a type that has no decoder. Count must be a multiple of the block's size.
int ctk_decode_blocks(int type, const void *blocks, size_t count, float *out);
// The blocks of one row of `count` float32 numbers: codes and scales are searched for the least Σ importance · error².
// `importance`, one of each column, not negative, may be null: all the same. A block with a number that the type cannot
// hold becomes not-a-numbers. Returns 0, or -1 for a type that has no encoder or a count that is no whole blocks. The
// bytes are the same on every processor; `portable` asks for the code that any runs, to test it.
int ctk_encode_row(int type, const float *values, const float *importance, size_t count, void *blocks, int portable);
// Whether all numbers are finite and at most the largest that the type, plain or blocks, keeps finite.
int ctk_can_hold(int type, const float *values, size_t count);

float ctk_half_to_float(uint16_t half);
uint16_t ctk_float_to_half(float value);

#ifdef __cplusplus
}
#endif
