// The C room of Swiftlet: the inner loops, written once per instruction set and chosen at run time.
// It provides no stable API of its own; `Tensors` is its face.
//
// Matrices are row-major. Counts are of elements, strides of elements unless named `…bytes`.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef ptrdiff_t ctk_count;

/// How elements are stored; block types have the layouts of GGUF.
typedef enum ctk_type {
  ctk_f32, ctk_f16, ctk_bf16,
  ctk_q4_0, ctk_q4_1, ctk_q5_0, ctk_q5_1, ctk_q8_0,
  ctk_q2_K, ctk_q3_K, ctk_q4_K, ctk_q5_K, ctk_q6_K,
  ctk_iq4_nl, ctk_iq4_xs, ctk_mxfp4,
  ctk_i8, ctk_u8, ctk_i16, ctk_i32, ctk_i64, ctk_f64,
  ctk_type_count
} ctk_type;

typedef enum ctk_activation {
  ctk_gelu_tanh, ctk_gelu_erf, ctk_quick_gelu, ctk_silu, ctk_relu
} ctk_activation;

typedef void (*ctk_decode)(const void *source, ctk_count count, float *out);
typedef float (*ctk_dot)(const float *x, const void *w, ctk_count count);
typedef void (*ctk_combine)(const float *x, ctk_count count, const void *w, ctk_count stride, ctk_count n, float *y);

/// One instruction set's kernels. `scalar` is the reference that the others are tested against.
typedef struct ctk_table {
  const char *name;
  int mr, nr;  // the register tile: mr rows of C by nr columns
  /// C[rows, columns] (+)= A · B from packed panels a[depth][mr], b[depth][nr]; rows <= mr, columns <= nr.
  void (*tile)(ctk_count rows, ctk_count columns, ctk_count depth, const float *a, const float *b, float *c,
               ctk_count stride, int adds);
  /// target[p][r] = source[r][p] for r < rows; zero for rows <= r < width.
  void (*pack)(const float *source, ctk_count stride, ctk_count rows, ctk_count depth, float *target, ctk_count width);
  ctk_decode decode[ctk_type_count];
  /// Σ x·w where w is f32, f16 or bf16.
  ctk_dot dot[3];
  /// y[n] += Σ_k x[k] · w[k][n], for w f32, f16 or bf16 with `stride` elements between rows.
  ctk_combine combine[3];
  void (*encode_f16)(const float *x, ctk_count count, uint16_t *out);
  void (*encode_bf16)(const float *x, ctk_count count, uint16_t *out);
  /// out = exp(x - shift); returns the sum.
  float (*exp_shifted)(const float *x, ctk_count count, float shift, float *out);
  float (*maximum)(const float *x, ctk_count count);
  void (*activation)(ctk_activation kind, const float *x, ctk_count count, float *out);
  /// out = act(gate) · up
  void (*gated)(ctk_activation kind, const float *gate, const float *up, ctk_count count, float *out);
  /// out = (clamp(up, ±limit) + 1) · g · sigmoid(alpha · g), g = min(gate, limit)
  void (*clamped_swish)(const float *gate, const float *up, float alpha, float limit, ctk_count count, float *out);
  void (*layer_norm)(const float *x, const float *gain, const float *bias, float epsilon, ctk_count count, float *out);
  void (*rms_norm)(const float *x, const float *gain, const float *bias, float epsilon, ctk_count count, float *out);
  void (*add)(const float *x, const float *y, ctk_count count, float *out);
  void (*scale)(const float *x, float factor, ctk_count count, float *out);
  /// Rotates pairs (i, i + half) of one head by angles whose cosines and sines are given.
  void (*rotate_halves)(const float *x, const float *cosine, const float *sine, ctk_count half, float *out);
  /// Rotates pairs (2i, 2i + 1).
  void (*rotate_adjacent)(const float *x, const float *cosine, const float *sine, ctk_count half, float *out);
} ctk_table;

/// The best table that this processor runs, or a lower one named by the environment variable SWIFTLET_KERNELS.
const ctk_table *ctk_active(void);
/// The table of that name ("scalar", "avx2", "avx512", "neon"), or NULL when this processor cannot run it.
const ctk_table *ctk_named(const char *name);

// MARK: - Element types (blocks.c)
ctk_count ctk_block_size(ctk_type type);
ctk_count ctk_block_bytes(ctk_type type);
void ctk_decode_blocks(ctk_type type, const void *source, ctk_count count, float *out);
/// The table's decoder of `type`.
void ctk_decode_with(const ctk_table *table, ctk_type type, const void *source, ctk_count count, float *out);
/// Returns 0 when `type` is not one that can be written (f32, f16, bf16, q8_0, q4_0).
int ctk_encode(const ctk_table *table, ctk_type type, const float *x, ctk_count count, void *out);

// MARK: - Matrix multiplication (gemm.c): C[m, n] = A · B + bias
typedef struct ctk_operand {
  const void *data;
  ctk_type type;
  ctk_count row_bytes;  // between stored rows
  int by_depth;         // stored rows run along the depth: A as [m, k], B as [n, k]
} ctk_operand;

typedef struct ctk_product {
  ctk_operand a, b;  // a is f32
  ctk_count m, n, k;
  float *c;
  const float *bias;  // [n] or NULL
} ctk_product;

/// Floats that `packed` must hold: all of A in panels.
ctk_count ctk_packed_count(const ctk_table *table, const ctk_product *product);
/// Packs the panels `first ..< end` of A (each table->mr rows).
void ctk_pack_panels(const ctk_table *table, const ctk_product *product, ctk_count first, ctk_count end, float *packed);
/// Computes C[m0 ..< m1, n0 ..< n1]; m0 is a multiple of mr and n0 of nr.
void ctk_multiply(const ctk_table *table, const ctk_product *product, const float *packed, ctk_count m0, ctk_count m1,
                  ctk_count n0, ctk_count n1);
/// Computes C[0 ..< m, n0 ..< n1] without packing, for a few rows of A (A by depth).
void ctk_multiply_skinny(const ctk_table *table, const ctk_product *product, ctk_count n0, ctk_count n1);

// MARK: - Attention (attention.c)
typedef struct ctk_attention_job {
  const float *queries;  // the segment's first row; rows of head_count · head_size
  ctk_count query_stride, query_count;
  const void *keys, *values;  // rows of kv_head_count · head_size
  ctk_type key_type, value_type;
  ctk_count key_count, first_position;
  ctk_count head_count, kv_head_count, head_size;
  float scale;
  ctk_count window;  // keys above position - window; 0: all
  ctk_count chunk;   // keys of the same chunk; 0: all
  const float *sinks;  // [head_count] or NULL
  float *out;
  ctk_count out_stride;
} ctk_attention_job;

/// How many query rows one tile takes.
ctk_count ctk_attention_tile_rows(const ctk_attention_job *job);
/// One tile: the query rows from tile · tile_rows, for the heads that share one key/value head.
void ctk_attention_tile(const ctk_table *table, const ctk_attention_job *job, ctk_count tile, ctk_count kv_head);

// MARK: - Threads (threads.c)
typedef void (*ctk_body)(void *context, ctk_count index);
/// Calls body(context, 0 ..< count) on the pool's threads and this one. When the pool is busy, this thread does it all.
void ctk_parallel(ctk_count count, ctk_body body, void *context);
void ctk_set_thread_count(int count);
int ctk_thread_count(void);
int ctk_processor_count(void);

/// Memory of this thread that lives until the thread ends, at least `bytes` long; slots are independent.
void *ctk_scratch(int slot, size_t bytes);
