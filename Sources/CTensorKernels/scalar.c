// The reference: plain loops, one number at a time, as the definitions read. Sums are kept in double.
#include "CTensorKernels.h"
#include <math.h>
#include <string.h>

float ctk_half_to_float(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 1023, bits;
  if (exponent == 31) {
    bits = sign | 0x7f800000 | fraction << 13;
  } else if (exponent) {
    bits = sign | (exponent + 112) << 23 | fraction << 13;
  } else {
    float value = (float)fraction * 0x1p-24f;  // subnormal
    return sign ? -value : value;
  }
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

uint16_t ctk_float_to_half(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  uint16_t sign = bits >> 16 & 0x8000;
  bits &= 0x7fffffff;
  if (bits > 0x7f800000) return sign | 0x7e00;
  if (bits >= 0x477ff000) return sign | 0x7c00;  // rounds to 65536 or more
  if (bits < 0x38800000) {                       // below 2^-14: a multiple of 2^-24
    float magnitude;
    memcpy(&magnitude, &bits, 4);
    return sign | (uint16_t)lrintf(magnitude * 0x1p24f);
  }
  return sign | (uint16_t)((bits - 0x38000000 + 0xfff + (bits >> 13 & 1)) >> 13);
}

static float element(const void *p, size_t i, int type) {
  if (type == CTK_F16) return ctk_half_to_float(((const uint16_t *)p)[i]);
  if (type == CTK_F32) return ((const float *)p)[i];
  uint32_t bits = (uint32_t)((const uint16_t *)p)[i] << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static void multiply(const ctk_piece *p) {
  for (size_t i = 0; i < p->rows; i++)
    for (size_t j = 0; j < p->columns; j++) {
      float *c = p->c + i * p->c_row + j * p->c_column;
      double total = p->accumulate ? *c : 0;
      for (size_t k = 0; k < p->depth; k++) total += (double)p->a[i * p->a_row + k * p->a_depth] * p->b[k * 4 + j];
      *c = (float)total;
    }
}
static void pack_transposed(float *out, const float *in, size_t row_stride, size_t count, size_t width, size_t depth) {
  for (size_t k = 0; k < depth; k++)
    for (size_t n = 0; n < width; n++) out[k * width + n] = n < count ? in[n * row_stride + k] : 0;
}
static void pack(float *out, const float *in, size_t row_stride, size_t count, size_t width, size_t depth) {
  for (size_t first = 0; first < count; first += width)
    for (size_t k = 0; k < depth; k++)
      for (size_t n = 0; n < width; n++)
        out[first * depth + k * width + n] = first + n < count ? in[k * row_stride + first + n] : 0;
}
static float dot(size_t n, const float *x, const void *y, int type) {
  double total = 0;
  for (size_t i = 0; i < n; i++) total += (double)x[i] * element(y, i, type);
  return (float)total;
}
static void dots(const ctk_weight_rows *w, size_t n, size_t count, const float *x, float *out, size_t out_stride) {
  for (size_t s = 0; s < w->streams; s++)
    for (size_t row = s * w->apart; row < s * w->apart + w->rows; row++)
      for (size_t j = 0; j < count; j++)
        out[j * out_stride + row] = dot(n, x + j * n, (const char *)w->first + row * w->row_bytes, w->type);
}
static void axpy(size_t n, float a, const void *x, int type, float *y) {
  for (size_t i = 0; i < n; i++) y[i] += a * element(x, i, type);
}
static void add_rows(size_t n, size_t count, const float *a, const void *x, size_t stride, int type, float *y) {
  for (size_t i = 0; i < count; i++) axpy(n, a[i], (const char *)x + i * stride, type, y);
}
static void widen(size_t n, const void *x, int type, float *y) {
  for (size_t i = 0; i < n; i++) y[i] = element(x, i, type);
}
static void narrow(size_t n, const float *x, int type, void *y) {
  if (type == CTK_F32) {
    memcpy(y, x, n * sizeof(float));
    return;
  }
  uint16_t *out = y;
  for (size_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, 4);
    if (type == CTK_F16) out[i] = ctk_float_to_half(x[i]);
    else if ((bits & 0x7fffffff) > 0x7f800000) out[i] = (uint16_t)(bits >> 16 | 64);
    else out[i] = (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  }
}
static void add(size_t n, const float *x, const float *y, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = x[i] + y[i];
}
static void scale(size_t n, float a, const float *x, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = a * x[i];
}
static void normalize(size_t n, const float *x, double mean, const float *gain, const float *bias, float epsilon,
                      float *out) {
  double squares = 0;
  for (size_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
  double factor = 1 / sqrt(squares / (double)n + epsilon);
  for (size_t i = 0; i < n; i++)
    out[i] = (float)((x[i] - mean) * factor * (gain ? gain[i] : 1) + (bias ? bias[i] : 0));
}
static void layer_norm(size_t n, const float *x, const float *gain, const float *bias, float epsilon, float *out) {
  double total = 0;
  for (size_t i = 0; i < n; i++) total += x[i];
  normalize(n, x, total / (double)n, gain, bias, epsilon, out);
}
static void rms_norm(size_t n, const float *x, const float *gain, const float *bias, float epsilon, float *out) {
  normalize(n, x, 0, gain, bias, epsilon, out);
}
static double activate(int kind, double x) {
  switch (kind) {
    case CTK_GELU_TANH: return 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case CTK_GELU_ERF: return 0.5 * x * (1 + erf(x * M_SQRT1_2));
    case CTK_QUICK_GELU: return x / (1 + exp(-1.702 * x));
    case CTK_SILU: return x / (1 + exp(-x));
    default: return x > 0 ? x : 0;
  }
}
static void activation(size_t n, int kind, const float *x, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = (float)activate(kind, x[i]);
}
static void gate(size_t n, int kind, const float *gate, const float *up, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = (float)(activate(kind, gate[i]) * up[i]);
}
static void clamped_swish(size_t n, float alpha, float limit, const float *gate, const float *up, float *out) {
  for (size_t i = 0; i < n; i++) {
    double g = fmin(gate[i], limit), u = fmax(fmin(up[i], limit), -limit);
    out[i] = (float)((u + 1) * g / (1 + exp(-alpha * g)));
  }
}
static float maximum(size_t n, const float *x) {
  float best = -INFINITY;
  for (size_t i = 0; i < n; i++) best = x[i] > best ? x[i] : best;
  return best;
}
static float exp_sum(size_t n, const float *x, float shift, float *out) {
  double total = 0;
  for (size_t i = 0; i < n; i++) total += out[i] = expf(x[i] - shift);
  return (float)total;
}
static void softmax(size_t n, const float *x, float *out) {
  float total = exp_sum(n, x, maximum(n, x), out);
  for (size_t i = 0; i < n; i++) out[i] /= total;
}

static void norm_gradient(size_t n, int centered, float epsilon, const float *x, const float *gain, const float *dy,
                          float *dx, int adds, float *dgain, float *dbias) {
  double mean = 0, squares = 0, slope = 0, along = 0;
  for (size_t i = 0; i < n && centered; i++) mean += x[i] / (double)n;
  for (size_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
  double factor = 1 / sqrt(squares / (double)n + epsilon);
  // y = unit · gain + bias; what changes the mean or the length of x is lost in `unit`.
  for (size_t i = 0; i < n; i++) {
    double d = dy[i] * (gain ? gain[i] : 1);
    if (centered) slope += d / (double)n;
    along += d * (x[i] - mean) * factor / (double)n;
  }
  for (size_t i = 0; i < n; i++) {
    double unit = (x[i] - mean) * factor, d = dy[i] * (gain ? gain[i] : 1);
    dx[i] = (float)((adds ? dx[i] : 0) + factor * (d - slope - unit * along));
    if (dgain) dgain[i] += (float)(dy[i] * unit);
    if (dbias) dbias[i] += dy[i];
  }
}
static double slope_at(int kind, double x) {
  double s, u;
  switch (kind) {
    case CTK_GELU_TANH:
      u = 2 * sqrt(2 / M_PI);
      s = 1 / (1 + exp(-u * (x + 0.044715 * x * x * x)));
      return s + x * s * (1 - s) * u * (1 + 3 * 0.044715 * x * x);
    case CTK_GELU_ERF: return 0.5 * (1 + erf(x * M_SQRT1_2)) + x * exp(-0.5 * x * x) / sqrt(2 * M_PI);
    case CTK_QUICK_GELU: s = 1 / (1 + exp(-1.702 * x)); return s + 1.702 * x * s * (1 - s);
    case CTK_SILU: s = 1 / (1 + exp(-x)); return s + x * s * (1 - s);
    default: return x > 0;
  }
}
static void activation_gradient(size_t n, int kind, const float *x, const float *dy, float *dx, int adds) {
  for (size_t i = 0; i < n; i++) dx[i] = (float)((adds ? dx[i] : 0) + dy[i] * slope_at(kind, x[i]));
}
static void gate_gradient(size_t n, int kind, const float *gate, const float *up, const float *dy, float *dgate, float *dup,
                          int adds) {
  for (size_t i = 0; i < n; i++) {
    dgate[i] = (float)((adds ? dgate[i] : 0) + dy[i] * up[i] * slope_at(kind, gate[i]));
    dup[i] = (float)((adds ? dup[i] : 0) + dy[i] * activate(kind, gate[i]));
  }
}
static void clamped_swish_gradient(size_t n, float alpha, float limit, const float *gate, const float *up, const float *dy,
                                   float *dgate, float *dup, int adds) {
  for (size_t i = 0; i < n; i++) {
    double g = fmin(gate[i], limit), u = fmax(fmin(up[i], limit), -limit), s = 1 / (1 + exp(-alpha * g));
    // Beyond its limit neither changes anything.
    double by_gate = gate[i] <= limit ? (u + 1) * s * (1 + alpha * g * (1 - s)) : 0;
    double by_up = fabs(up[i]) <= limit ? g * s : 0;
    dgate[i] = (float)((adds ? dgate[i] : 0) + dy[i] * by_gate);
    dup[i] = (float)((adds ? dup[i] : 0) + dy[i] * by_up);
  }
}
static void softmax_gradient(size_t n, const float *y, const float *dy, float mean, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = y[i] * (dy[i] - mean);
}
static void dropout(size_t n, uint32_t key, uint32_t threshold, float scale, const float *x, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = ctk_hash((uint32_t)i, key) >= threshold ? scale * x[i] : 0;
}

static void adam(size_t n, const ctk_adam *s, const float *gradient, float *p, float *m, float *v) {
  for (size_t i = 0; i < n; i++) {
    double g = (double)gradient[i] * s->gradient_scale;
    m[i] = (float)(s->beta1 * (double)m[i] + (1 - s->beta1) * g);
    v[i] = (float)(s->beta2 * (double)v[i] + (1 - s->beta2) * g * g);
    p[i] = (float)((double)p[i] * s->shrink - s->rate * m[i] / (sqrt((double)v[i]) * s->second + s->epsilon));
  }
}

static size_t multiply_adds(size_t rounds, float *mean) {
  enum { CHAINS = 8 };
  float x[CHAINS], total = 0;
  for (int c = 0; c < CHAINS; c++) x[c] = (float)c;
  for (size_t r = 0; r < rounds; r++)
    for (int c = 0; c < CHAINS; c++) x[c] = x[c] * 0.5f + 1;
  for (int c = 0; c < CHAINS; c++) total += x[c];
  *mean = total / CHAINS;
  return 2 * CHAINS * rounds;
}

static uint32_t read_words(size_t n, const uint32_t *x) {
  uint32_t result = 0;
  for (size_t i = 0; i < n; i++) result ^= x[i];
  return result;
}

static void to_bytes(size_t n, int order, const float *x, int8_t *codes, float *scales, float *sums,
                     int16_t *group_sums) {
  const size_t group = ctk_byte_group(order);
  for (size_t first = 0; first < n; first += group) {
    float largest = 0;
    for (size_t i = first; i < first + group; i++)
      if (!(fabsf(x[i]) <= largest) && !isnan(largest)) largest = fabsf(x[i]);
    float inverse = largest > 0 && largest < INFINITY ? 127 / largest : 0;
    float scale = largest < INFINITY ? largest / 127 : NAN;
    scales[first / group] = scale;
    int total = 0;
    for (size_t i = first; i < first + group; i++) {
      int8_t code = inverse ? (int8_t)lrintf(x[i] * inverse) : 0;
      codes[ctk_byte_place(order, n, i)] = code;
      total += code;
      if (!ctk_has_group_sums(order) || i % 16 != 15) continue;
      group_sums[i / 16] = (int16_t)total;
      total = 0;
    }
    if (!ctk_has_group_sums(order)) sums[first / 32] = scale * (float)total;
  }
}
static void block_dot(const ctk_block_dots *p, size_t row) {
  const int type = p->weights.type, order = ctk_byte_order(type);
  const size_t group = ctk_byte_group(order);
  const uint8_t *blocks = (const uint8_t *)p->weights.first + row * p->weights.row_bytes;
  float values[256];
  for (size_t j = 0; j < p->x.count; j++) {
    const int8_t *codes = p->x.codes + j * p->x.row_stride;
    double total = 0;
    for (size_t i = 0; i < p->x.n; i += group) {
      ctk_decode_blocks(type, blocks + i / group * ctk_block_bytes(type), group, values);
      double sum = 0;
      for (size_t k = 0; k < group; k++) sum += (double)values[k] * codes[ctk_byte_place(order, p->x.n, i + k)];
      total += sum * p->x.scales[j * p->x.scale_stride + i / group];
    }
    p->out[j * p->out_stride + row] = (float)total;
  }
}
static void block_dots(const ctk_block_dots *p) {
  for (size_t s = 0; s < p->weights.streams; s++)
    for (size_t row = 0; row < p->weights.rows; row++) block_dot(p, s * p->weights.apart + row);
}

// A tile of a cache: CTK_TILE tokens' keys, or their values, of one head. Keys stand number after number, each of all
// tokens; values token after token. Of the block types every 32 numbers have their tokens' scales before them, float16,
// and of Q4_0 two numbers share a byte: of a key, those of token t and t + 8; of a value, numbers i and i + 16.
static size_t scale_place(size_t i, int type, size_t token) {
  return i / 32 * (2 * CTK_TILE + 32 * CTK_TILE / (type == CTK_Q4_0 ? 2 : 1)) + 2 * token;
}
// Where the number is, from the end of its block's scales; and by how many bits to shift its byte.
static size_t number_place(size_t i, int type, size_t token, int is_value, int *shift) {
  size_t d = i % 32;
  if (type == CTK_Q8_0) return is_value ? token * 32 + d : d * CTK_TILE + token;
  *shift = is_value ? d < 16 ? 0 : 4 : token < 8 ? 0 : 4;
  return is_value ? token * 16 + d % 16 : d * 8 + token % 8;
}
static float cached(const uint8_t *tile, size_t size, size_t i, int type, size_t token, int is_value) {
  if (type != CTK_Q8_0 && type != CTK_Q4_0)
    return element(tile, is_value ? token * size + i : i * CTK_TILE + token, type);
  int shift = 0;
  const uint8_t *numbers = tile + scale_place(i, type, 0) + 2 * CTK_TILE;
  uint8_t byte = numbers[number_place(i, type, token, is_value, &shift)];
  float scale = element(tile + scale_place(i, type, token), 0, CTK_F16);
  return scale * (float)(type == CTK_Q8_0 ? (int8_t)byte : (byte >> shift & 15) - 8);
}
// The whole numbers of a block, and its scale. A weight's scales are searched for, which takes longer than the block's
// use in a cache: here the largest magnitude meets the end of the range, and Q4_0's range reaches further below zero.
static float quick_block(const float *x, int type, int8_t *numbers) {
  float extreme = 0;
  for (int i = 0; i < 32; i++)
    if (fabsf(x[i]) > fabsf(extreme)) extreme = x[i];
  float scale = type == CTK_Q8_0 ? fabsf(extreme) / 127 : extreme / -8, inverse = scale ? 1 / scale : 0;
  for (int i = 0; i < 32; i++) {
    float scaled = x[i] * inverse;
    if (type == CTK_Q8_0) numbers[i] = (int8_t)roundf(scaled);
    else numbers[i] = (int8_t)fminf(scaled + 8.5f, 15);
  }
  return scale;
}
static void cache(const float *x, uint8_t *tile, size_t size, int type, size_t token, int is_value) {
  for (size_t i = 0; i < size; i++) {
    if (type != CTK_Q8_0 && type != CTK_Q4_0) {
      size_t place = is_value ? token * size + i : i * CTK_TILE + token;
      narrow(1, x + i, type, tile + place * (type == CTK_F32 ? 4 : 2));
      continue;
    }
    int8_t numbers[32];
    uint16_t scale = ctk_float_to_half(quick_block(x + i / 32 * 32, type, numbers));
    memcpy(tile + scale_place(i, type, token), &scale, 2);
    int shift = 0;
    uint8_t *number = tile + scale_place(i, type, 0) + 2 * CTK_TILE;
    number += number_place(i, type, token, is_value, &shift);
    if (type == CTK_Q8_0) *number = (uint8_t)numbers[i % 32];
    else *number = (uint8_t)((*number & 0xf0 >> shift) | numbers[i % 32] << shift);
  }
}
static void write_key(size_t size, const float *x, int type, void *tile, size_t slot) {
  cache(x, tile, size, type, slot, 0);
}
static void write_value(size_t size, const float *x, int type, void *tile, size_t slot) {
  cache(x, tile, size, type, slot, 1);
}
static void read_keys(size_t size, const void *tile, int type, float *out, size_t stride) {
  for (size_t i = 0; i < size; i++)
    for (size_t t = 0; t < CTK_TILE; t++) out[i * stride + t] = cached(tile, size, i, type, t, 0);
}
static void read_values(size_t size, const void *tile, int type, float *out) {
  for (size_t t = 0; t < CTK_TILE; t++)
    for (size_t i = 0; i < size; i++) out[t * size + i] = cached(tile, size, i, type, t, 1);
}
static size_t tile_bytes(size_t size, int type) {
  if (type == CTK_Q8_0 || type == CTK_Q4_0) return scale_place(size, type, 0);
  return size * CTK_TILE * (type == CTK_F32 ? 4 : 2);
}
static void key_scores(const ctk_attention *a) {
  for (size_t r = 0; r < a->row_count; r++)
    for (size_t k = 0; k < a->count; k++) {
      const uint8_t *tile = (const uint8_t *)a->tiles + k / CTK_TILE * tile_bytes(a->size, a->type);
      double total = 0;
      for (size_t i = 0; i < a->size; i++)
        total += (double)a->vectors[r * a->vector_row + i] * cached(tile, a->size, i, a->type, k % CTK_TILE, 0);
      a->scores[r * a->score_row + k] = (float)total;
    }
}
static void value_sums(const ctk_attention *a) {
  int is_plain = a->type != CTK_Q8_0 && a->type != CTK_Q4_0;
  for (size_t r = 0; r < a->row_count; r++)
    for (size_t i = 0; i < a->size; i++) {
      double total = a->vectors[r * a->vector_row + i];
      for (size_t k = 0; k < a->count; k++) {
        size_t token = a->first + k;
        const uint8_t *tile = (const uint8_t *)a->tiles + token / CTK_TILE * tile_bytes(a->size, a->type);
        double value = is_plain ? element((const uint8_t *)a->tiles + k * a->stride, i, a->type)
                                : cached(tile, a->size, i, a->type, token % CTK_TILE, 1);
        total += a->scores[r * a->score_row + k] * value;
      }
      a->vectors[r * a->vector_row + i] = (float)total;
    }
}
static void softmax_step(size_t n, float *scores, size_t size, float *sums, float *maximum_, float *total) {
  float largest = fmaxf(maximum(n, scores), *maximum_);
  float shrink = largest > *maximum_ && *total > 0 ? expf(*maximum_ - largest) : 1;
  for (size_t i = 0; i < size; i++) sums[i] *= shrink;
  *total = *total * shrink + exp_sum(n, scores, largest, scores);
  *maximum_ = largest;
}
static void rotate(size_t pairs, int adjacent, const float *cosines, const float *sines, const float *x, float *out) {
  for (size_t i = 0; i < pairs; i++) {
    size_t one = adjacent ? 2 * i : i, other = adjacent ? one + 1 : one + pairs;
    float first = x[one], second = x[other];
    out[one] = first * cosines[i] - second * sines[i];
    out[other] = second * cosines[i] + first * sines[i];
  }
}

const ctk_table ctk_table_scalar = {
    "scalar", 4, 4, multiply, pack_transposed, pack, dot, axpy, add_rows, widen, narrow, add, scale, layer_norm, rms_norm,
    activation, gate, clamped_swish, softmax, maximum, exp_sum,
    norm_gradient, activation_gradient, gate_gradient, clamped_swish_gradient, softmax_gradient,
    dropout, adam, multiply_adds, read_words, 1, 0, dots,
    block_dots, 1, 0, to_bytes, NULL, 0, 0, 0, NULL, NULL, NULL,
    write_key, write_value, read_keys, read_values, key_scores, value_sums, softmax_step,
    rotate,
};
