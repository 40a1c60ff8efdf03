// Attention without the matrix of scores: queries pass over tiles of keys, keeping a running maximum and sum
// (Milakov and Gimelshein, 2018; Dao et al., 2022). The query heads that share a key/value head form one tile, so
// each key is read once for all of them.
#include "CTensorKernels.h"
#include <math.h>
#include <string.h>

enum { tile_queries = 64, tile_keys = 256, few_queries = 6 };
enum { attention_slot = 2, packed_query_slot = 3, packed_key_slot = 4, weights_slot = 5 };

static ctk_count smaller(ctk_count a, ctk_count b) { return a < b ? a : b; }
static ctk_count larger(ctk_count a, ctk_count b) { return a > b ? a : b; }

ctk_count ctk_attention_tile_rows(const ctk_attention_job *job) {
  return larger(1, tile_queries / (job->head_count / job->kv_head_count));
}

// The keys that the query at `position` attends to: first ..< end.
static ctk_count first_key(const ctk_attention_job *job, ctk_count position) {
  ctk_count first = 0;
  if (job->window > 0) first = larger(first, position - job->window + 1);
  if (job->chunk > 0) first = larger(first, position - position % job->chunk);
  return first;
}
static ctk_count end_key(const ctk_attention_job *job, ctk_count position) {
  return smaller(position + 1, job->key_count);
}

/// c[m, n] (+)= a[m, k] · b, where b is [n, k] with rows `stride` apart (by_depth) or [k, n].
static void multiply_tile(const ctk_table *table, const float *packed_a, ctk_count m, ctk_count n, ctk_count k,
                          const void *b, ctk_type type, ctk_count stride, int by_depth, float *c, ctk_count c_stride,
                          int adds) {
  const ctk_count mr = table->mr, nr = table->nr, size = ctk_block_bytes(type);
  float *panel = ctk_scratch(packed_key_slot, (size_t)(nr * k + nr * k) * sizeof(float));
  float *decoded = panel + nr * k;
  for (ctk_count j = 0; j < n; j += nr) {
    const ctk_count columns = smaller(nr, n - j);
    if (by_depth) {
      const char *rows = (const char *)b + j * stride * size;
      if (type == ctk_f32) {
        table->pack((const float *)rows, stride, columns, k, panel, nr);
      } else {
        for (ctk_count r = 0; r < columns; r++) table->decode[type](rows + r * stride * size, k, decoded + r * k);
        table->pack(decoded, k, columns, k, panel, nr);
      }
    } else {
      for (ctk_count p = 0; p < k; p++) {
        table->decode[type]((const char *)b + (p * stride + j) * size, columns, panel + p * nr);
        for (ctk_count r = columns; r < nr; r++) panel[p * nr + r] = 0;
      }
    }
    for (ctk_count i = 0; i < m; i += mr)
      table->tile(smaller(mr, m - i), columns, k, packed_a + i * k, panel, c + i * c_stride + j, c_stride, adds);
  }
}

static void pack_all(const ctk_table *table, const float *source, ctk_count stride, ctk_count rows, ctk_count depth,
                     float *target) {
  for (ctk_count i = 0; i < rows; i += table->mr)
    table->pack(source + i * stride, stride, smaller(table->mr, rows - i), depth, target + i * depth, table->mr);
}

void ctk_attention_tile(const ctk_table *table, const ctk_attention_job *job, ctk_count tile, ctk_count kv_head) {
  const ctk_count size = job->head_size, group = job->head_count / job->kv_head_count;
  const ctk_count tile_rows = ctk_attention_tile_rows(job), row0 = tile * tile_rows;
  const ctk_count rows = smaller(tile_rows, job->query_count - row0), count = rows * group;
  const ctk_count kv_stride = job->kv_head_count * size, padded = count + table->mr;

  // queries, out: [count, size]; scores: [count, tile_keys]; maximum, sum: [count]. Entry q is row q / group, head q % group.
  float *queries = ctk_scratch(attention_slot, (size_t)(count * (2 * size + tile_keys + 2)) * sizeof(float));
  float *out = queries + count * size, *scores = out + count * size;
  float *maximum = scores + count * tile_keys, *sum = maximum + count;
  for (ctk_count q = 0; q < count; q++) {
    const float *x = job->queries + (row0 + q / group) * job->query_stride + (kv_head * group + q % group) * size;
    table->scale(x, job->scale, size, queries + q * size);
    maximum[q] = -INFINITY;
    sum[q] = 0;
  }
  memset(out, 0, (size_t)(count * size) * sizeof(float));
  const int few = count <= few_queries;
  float *packed = 0, *packed_scores = 0;
  if (!few) {
    packed = ctk_scratch(packed_query_slot, (size_t)(padded * size) * sizeof(float));
    packed_scores = ctk_scratch(weights_slot, (size_t)(padded * tile_keys) * sizeof(float));
    pack_all(table, queries, size, count, size, packed);
  }

  const ctk_count position0 = job->first_position + row0;
  const ctk_count key_end = end_key(job, position0 + rows - 1);
  const ctk_count key_bytes = ctk_block_bytes(job->key_type), value_bytes = ctk_block_bytes(job->value_type);
  for (ctk_count k0 = first_key(job, position0); k0 < key_end; k0 += tile_keys) {
    const ctk_count keys = smaller(tile_keys, key_end - k0);
    const char *key = (const char *)job->keys + (k0 * kv_stride + kv_head * size) * key_bytes;
    const char *value = (const char *)job->values + (k0 * kv_stride + kv_head * size) * value_bytes;
    if (few) {
      for (ctk_count j = 0; j < keys; j++)
        for (ctk_count q = 0; q < count; q++)
          scores[q * tile_keys + j] =
              table->dot[job->key_type](queries + q * size, key + j * kv_stride * key_bytes, size);
    } else {
      multiply_tile(table, packed, count, keys, size, key, job->key_type, kv_stride, 1, scores, tile_keys, 0);
    }
    for (ctk_count q = 0; q < count; q++) {
      const ctk_count position = position0 + q / group;
      const ctk_count first = smaller(keys, larger(0, first_key(job, position) - k0));
      const ctk_count end = larger(first, smaller(keys, end_key(job, position) - k0));
      float *row = scores + q * tile_keys;
      if (first < end) {
        const float seen = maximum[q], largest = fmaxf(seen, table->maximum(row + first, end - first));
        const float correction = seen == -INFINITY ? 0 : expf(seen - largest);
        if (correction != 1) table->scale(out + q * size, correction, size, out + q * size);
        sum[q] = sum[q] * correction + table->exp_shifted(row + first, end - first, largest, row + first);
        maximum[q] = largest;
      }
      if (few) {
        table->combine[job->value_type](row + first, end - first, value + first * kv_stride * value_bytes, kv_stride,
                                        size, out + q * size);
      } else {
        memset(row, 0, (size_t)first * sizeof(float));
        memset(row + end, 0, (size_t)(keys - end) * sizeof(float));
      }
    }
    if (!few) {
      pack_all(table, scores, tile_keys, count, keys, packed_scores);
      multiply_tile(table, packed_scores, count, size, keys, value, job->value_type, kv_stride, 0, out, size, 1);
    }
  }

  for (ctk_count q = 0; q < count; q++) {
    const ctk_count head = kv_head * group + q % group;
    float factor = sum[q] > 0 ? 1 / sum[q] : 0;
    if (job->sinks && sum[q] > 0) {
      const float sink = job->sinks[head], largest = fmaxf(maximum[q], sink), kept = expf(maximum[q] - largest);
      factor = kept / (sum[q] * kept + expf(sink - largest));
    }
    table->scale(out + q * size, factor, size, job->out + (row0 + q / group) * job->out_stride + head * size);
  }
}
