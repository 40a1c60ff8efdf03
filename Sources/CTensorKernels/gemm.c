// Matrix multiplication on packed panels, after BLIS (Van Zee and van de Geijn, 2015).
//
// All of A is packed first, once: for each slice of the depth, panels of mr rows. A task then takes a piece of C; it
// packs one panel of B (nr columns of a depth slice, small enough for the L1 cache) and runs it against every panel of
// A before it packs the next. Packing also transposes and decodes, so there is one product for every layout and type.
#include "CTensorKernels.h"
#include <string.h>

enum { depth_slice = 256, a_slice_floats = 256 * 1024, panel_slot = 0, rows_slot = 1 };

static ctk_count smaller(ctk_count a, ctk_count b) { return a < b ? a : b; }
static ctk_count round_up(ctk_count a, ctk_count multiple) { return (a + multiple - 1) / multiple * multiple; }

/// target[p][r] = element (row r0 + r, depth p0 + p), zero from `rows` to `width`.
static void pack_panel(const ctk_table *table, const ctk_operand *x, ctk_count r0, ctk_count rows, ctk_count p0,
                       ctk_count depth, float *target, ctk_count width) {
  const ctk_count block = ctk_block_size(x->type), bytes = ctk_block_bytes(x->type);
  const char *data = x->data;
  if (x->by_depth) {
    const char *first = data + r0 * x->row_bytes + p0 / block * bytes;
    if (x->type == ctk_f32) {
      table->pack((const float *)first, x->row_bytes / 4, rows, depth, target, width);
      return;
    }
    float *decoded = ctk_scratch(rows_slot, (size_t)(width * depth_slice) * sizeof(float));
    for (ctk_count r = 0; r < rows; r++)
      table->decode[x->type](first + r * x->row_bytes, depth, decoded + r * depth_slice);
    table->pack(decoded, depth_slice, rows, depth, target, width);
    return;
  }
  // Stored rows run along r: copy the stretch of each, decoding the whole blocks around it.
  const ctk_count start = r0 / block * block, count = round_up(r0 + rows, block) - start;
  float *decoded = x->type == ctk_f32 ? 0 : ctk_scratch(rows_slot, (size_t)count * sizeof(float));
  for (ctk_count p = 0; p < depth; p++, target += width) {
    const char *stored = data + (p0 + p) * x->row_bytes + start / block * bytes;
    const float *values = (const float *)stored;
    if (decoded) {
      table->decode[x->type](stored, count, decoded);
      values = decoded + (r0 - start);
    }
    memcpy(target, values, (size_t)rows * sizeof(float));
    for (ctk_count r = rows; r < width; r++) target[r] = 0;
  }
}

ctk_count ctk_packed_count(const ctk_table *table, const ctk_product *product) {
  return round_up(product->m, table->mr) * product->k;
}

// The panel of rows i · mr … for the depth slice from p0 lies after all panels of the slices before it.
static ctk_count panel_offset(const ctk_table *table, const ctk_product *product, ctk_count i, ctk_count p0,
                              ctk_count depth) {
  return p0 * round_up(product->m, table->mr) + i * depth * table->mr;
}

void ctk_pack_panels(const ctk_table *table, const ctk_product *product, ctk_count first, ctk_count end,
                     float *packed) {
  for (ctk_count p0 = 0; p0 < product->k; p0 += depth_slice) {
    const ctk_count depth = smaller(depth_slice, product->k - p0);
    for (ctk_count i = first; i < end; i++) {
      const ctk_count r0 = i * table->mr;
      pack_panel(table, &product->a, r0, smaller(table->mr, product->m - r0), p0, depth,
                 packed + panel_offset(table, product, i, p0, depth), table->mr);
    }
  }
}

static void add_bias(const ctk_table *table, const ctk_product *product, ctk_count m0, ctk_count m1, ctk_count n0,
                     ctk_count n1) {
  if (!product->bias) return;
  for (ctk_count i = m0; i < m1; i++) {
    float *row = product->c + i * product->n + n0;
    table->add(row, product->bias + n0, n1 - n0, row);
  }
}

void ctk_multiply(const ctk_table *table, const ctk_product *product, const float *packed, ctk_count m0, ctk_count m1,
                  ctk_count n0, ctk_count n1) {
  const ctk_count mr = table->mr, nr = table->nr, n = product->n, k = product->k;
  // Rows whose packed slice stays in the L2 cache while the panels of B pass.
  const ctk_count block_rows = a_slice_floats / depth_slice / mr * mr;
  if (k == 0)
    for (ctk_count i = m0; i < m1; i++) memset(product->c + i * n + n0, 0, (size_t)(n1 - n0) * sizeof(float));
  float *panel = ctk_scratch(panel_slot, (size_t)(nr * depth_slice) * sizeof(float));
  for (ctk_count i0 = m0; i0 < m1; i0 += block_rows) {
    const ctk_count i1 = smaller(m1, i0 + block_rows);
    for (ctk_count p0 = 0; p0 < k; p0 += depth_slice) {
      const ctk_count depth = smaller(depth_slice, k - p0);
      for (ctk_count j = n0; j < n1; j += nr) {
        const ctk_count columns = smaller(nr, n1 - j);
        pack_panel(table, &product->b, j, columns, p0, depth, panel, nr);
        for (ctk_count i = i0; i < i1; i += mr)
          table->tile(smaller(mr, i1 - i), columns, depth,
                      packed + panel_offset(table, product, i / mr, p0, depth), panel, product->c + i * n + j, n,
                      p0 > 0);
      }
    }
    add_bias(table, product, i0, i1, n0, n1);
  }
}

void ctk_multiply_skinny(const ctk_table *table, const ctk_product *product, ctk_count n0, ctk_count n1) {
  const ctk_count m = product->m, n = product->n, k = product->k;
  const ctk_operand *b = &product->b;
  const float *a = product->a.data;
  const ctk_count a_stride = product->a.row_bytes / 4;
  const char *data = b->data;
  const int plain = b->type <= ctk_bf16;
  const ctk_type type = plain ? b->type : ctk_f32;
  if (b->by_depth) {
    float *decoded = plain ? 0 : ctk_scratch(rows_slot, (size_t)k * sizeof(float));
    for (ctk_count j = n0; j < n1; j++) {
      const void *row = data + j * b->row_bytes;
      if (decoded) {
        table->decode[b->type](row, k, decoded);
        row = decoded;
      }
      for (ctk_count i = 0; i < m; i++) product->c[i * n + j] = table->dot[type](a + i * a_stride, row, k);
    }
  } else {
    for (ctk_count i = 0; i < m; i++) memset(product->c + i * n + n0, 0, (size_t)(n1 - n0) * sizeof(float));
    const ctk_count block = ctk_block_size(b->type), bytes = ctk_block_bytes(b->type);
    const ctk_count start = n0 / block * block, count = round_up(n1, block) - start;
    // A few rows of B at a time, so that C is read and written less often.
    enum { group = 8 };
    float *decoded = plain ? 0 : ctk_scratch(rows_slot, (size_t)(count * group) * sizeof(float));
    for (ctk_count p = 0; p < k; p += group) {
      const ctk_count depth = smaller(group, k - p);
      const char *first = data + p * b->row_bytes + start / block * bytes;
      ctk_count stride = b->row_bytes / bytes;
      const void *rows = first;
      if (decoded) {
        for (ctk_count r = 0; r < depth; r++)
          table->decode[b->type](first + r * b->row_bytes, count, decoded + r * count);
        rows = decoded + (n0 - start);
        stride = count;
      }
      for (ctk_count i = 0; i < m; i++)
        table->combine[type](a + i * a_stride + p, depth, rows, stride, n1 - n0, product->c + i * n + n0);
    }
  }
  add_bias(table, product, 0, m, n0, n1);
}
