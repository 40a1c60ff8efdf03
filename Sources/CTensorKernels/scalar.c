// The reference: every kernel as plainly as C says it. Sums run in double.
#include "CTensorKernels.h"
#include "numbers.h"
#include "tables.h"
#include <math.h>
#include <string.h>

enum { MR = 4, NR = 8 };

static void tile(ctk_count rows, ctk_count columns, ctk_count depth, const float *a, const float *b, float *c,
                 ctk_count stride, int adds) {
  float sums[MR][NR] = {{0}};
  for (ctk_count p = 0; p < depth; p++)
    for (int i = 0; i < MR; i++)
      for (int j = 0; j < NR; j++) sums[i][j] += a[p * MR + i] * b[p * NR + j];
  for (ctk_count i = 0; i < rows; i++)
    for (ctk_count j = 0; j < columns; j++) c[i * stride + j] = (adds ? c[i * stride + j] : 0) + sums[i][j];
}

static void pack(const float *source, ctk_count stride, ctk_count rows, ctk_count depth, float *target,
                 ctk_count width) {
  for (ctk_count p = 0; p < depth; p++)
    for (ctk_count r = 0; r < width; r++) target[p * width + r] = r < rows ? source[r * stride + p] : 0;
}

static float at(const void *w, ctk_type type, ctk_count i) {
  if (type == ctk_f32) return ((const float *)w)[i];
  const uint16_t bits = ((const uint16_t *)w)[i];
  return type == ctk_f16 ? ctk_half_to_float(bits) : ctk_float_of((uint32_t)bits << 16);
}

static float dot(const float *x, const void *w, ctk_type type, ctk_count count) {
  double sum = 0;
  for (ctk_count i = 0; i < count; i++) sum += (double)x[i] * (double)at(w, type, i);
  return (float)sum;
}
static float dot_f32(const float *x, const void *w, ctk_count count) { return dot(x, w, ctk_f32, count); }
static float dot_f16(const float *x, const void *w, ctk_count count) { return dot(x, w, ctk_f16, count); }
static float dot_bf16(const float *x, const void *w, ctk_count count) { return dot(x, w, ctk_bf16, count); }

static void combine(const float *x, ctk_count count, const void *w, ctk_type type, ctk_count stride, ctk_count n,
                    float *y) {
  for (ctk_count k = 0; k < count; k++)
    for (ctk_count j = 0; j < n; j++) y[j] += x[k] * at(w, type, k * stride + j);
}
static void combine_f32(const float *x, ctk_count count, const void *w, ctk_count stride, ctk_count n, float *y) {
  combine(x, count, w, ctk_f32, stride, n, y);
}
static void combine_f16(const float *x, ctk_count count, const void *w, ctk_count stride, ctk_count n, float *y) {
  combine(x, count, w, ctk_f16, stride, n, y);
}
static void combine_bf16(const float *x, ctk_count count, const void *w, ctk_count stride, ctk_count n, float *y) {
  combine(x, count, w, ctk_bf16, stride, n, y);
}

static void encode_f16(const float *x, ctk_count count, uint16_t *out) {
  for (ctk_count i = 0; i < count; i++) out[i] = ctk_float_to_half(x[i]);
}
static void encode_bf16(const float *x, ctk_count count, uint16_t *out) {
  for (ctk_count i = 0; i < count; i++) out[i] = ctk_float_to_bfloat(x[i]);
}

static float exp_shifted(const float *x, ctk_count count, float shift, float *out) {
  double sum = 0;
  for (ctk_count i = 0; i < count; i++) sum += (double)(out[i] = expf(x[i] - shift));
  return (float)sum;
}

static float maximum(const float *x, ctk_count count) {
  float largest = -INFINITY;
  for (ctk_count i = 0; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

static float sigmoid(float x) { return 1 / (1 + expf(-x)); }

static float activate(ctk_activation kind, float x) {
  switch (kind) {
    case ctk_gelu_tanh: return 0.5f * x * (1 + tanhf(0.7978845608028654f * (x + 0.044715f * x * x * x)));
    case ctk_gelu_erf: return 0.5f * x * (1 + erff(x * 0.7071067811865476f));
    case ctk_quick_gelu: return x * sigmoid(1.702f * x);
    case ctk_silu: return x * sigmoid(x);
    case ctk_relu: return x > 0 ? x : 0;
  }
  return x;
}

static void activation(ctk_activation kind, const float *x, ctk_count count, float *out) {
  for (ctk_count i = 0; i < count; i++) out[i] = activate(kind, x[i]);
}

static void gated(ctk_activation kind, const float *gate, const float *up, ctk_count count, float *out) {
  for (ctk_count i = 0; i < count; i++) out[i] = activate(kind, gate[i]) * up[i];
}

static void clamped_swish(const float *gate, const float *up, float alpha, float limit, ctk_count count, float *out) {
  for (ctk_count i = 0; i < count; i++) {
    const float g = fminf(gate[i], limit), u = fmaxf(-limit, fminf(up[i], limit));
    out[i] = (u + 1) * g * sigmoid(alpha * g);
  }
}

static void normalize(const float *x, const float *gain, const float *bias, double mean, double variance,
                      float epsilon, ctk_count count, float *out) {
  const float factor = (float)(1 / sqrt(variance + (double)epsilon)), center = (float)mean;
  for (ctk_count i = 0; i < count; i++)
    out[i] = (x[i] - center) * factor * (gain ? gain[i] : 1) + (bias ? bias[i] : 0);
}

static void layer_norm(const float *x, const float *gain, const float *bias, float epsilon, ctk_count count,
                       float *out) {
  double sum = 0, squares = 0;
  for (ctk_count i = 0; i < count; i++) sum += (double)x[i];
  const double mean = sum / (double)count;
  for (ctk_count i = 0; i < count; i++) squares += ((double)x[i] - mean) * ((double)x[i] - mean);
  normalize(x, gain, bias, mean, squares / (double)count, epsilon, count, out);
}

static void rms_norm(const float *x, const float *gain, const float *bias, float epsilon, ctk_count count,
                     float *out) {
  double squares = 0;
  for (ctk_count i = 0; i < count; i++) squares += (double)x[i] * (double)x[i];
  normalize(x, gain, bias, 0, squares / (double)count, epsilon, count, out);
}

static void add(const float *x, const float *y, ctk_count count, float *out) {
  for (ctk_count i = 0; i < count; i++) out[i] = x[i] + y[i];
}

static void scale(const float *x, float factor, ctk_count count, float *out) {
  for (ctk_count i = 0; i < count; i++) out[i] = x[i] * factor;
}

static void rotate_halves(const float *x, const float *cosine, const float *sine, ctk_count half, float *out) {
  for (ctk_count i = 0; i < half; i++) {
    const float a = x[i], b = x[i + half];
    out[i] = a * cosine[i] - b * sine[i];
    out[i + half] = b * cosine[i] + a * sine[i];
  }
}

static void rotate_adjacent(const float *x, const float *cosine, const float *sine, ctk_count half, float *out) {
  for (ctk_count i = 0; i < half; i++) {
    const float a = x[2 * i], b = x[2 * i + 1];
    out[2 * i] = a * cosine[i] - b * sine[i];
    out[2 * i + 1] = b * cosine[i] + a * sine[i];
  }
}

#include "table_entries.h"

const ctk_table ctk_scalar_table = {.name = "scalar", TABLE_ENTRIES, .decode = {DECODE_ENTRIES}};
