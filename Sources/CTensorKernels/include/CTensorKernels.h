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

// Plain element types that the matrix product, dot products and attention read directly.
enum { CTK_F32, CTK_F16, CTK_BF16 };

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

// One step of AdamW. `rate` includes the correction of the first moment's bias, `second` is that of the second's root.
typedef struct {
  float beta1, beta2, epsilon, rate, second;
  float shrink;          // what the parameters are multiplied by: 1 - learning rate · weight decay
  float gradient_scale;  // what gradients are multiplied by, where their norm is clipped
} ctk_adam;

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
} ctk_table;

// Wellons' 32-bit finalizer (github.com/skeeto/hash-prospector): every bit of the number and the key changes every
// bit of the result about half of the time.
static inline uint32_t ctk_hash(uint32_t number, uint32_t key) {
  uint32_t h = number * 0x9e3779b9u + key;
  h = (h ^ h >> 16) * 0x21f0aaadu;
  h = (h ^ h >> 15) * 0x735a2d97u;
  return h ^ h >> 15;
}

// The table of a name ("scalar", "avx2", "avx512", "neon"), or null where this processor cannot run it.
const ctk_table *ctk_table_named(const char *name);
// The fastest table that this processor runs.
const ctk_table *ctk_table_best(void);

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
