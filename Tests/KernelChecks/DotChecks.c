#include "DotChecks.h"
#include <math.h>
#include <string.h>

// Rows of plain weights against several rows of x: near the reference, and for each row of x the bits that it gets alone.

enum { LONGEST = 2083, ROWS = 13, MOST = 37 };

static void check_count(const ctk_table *reference, const ctk_table *table, int type, size_t n, size_t rows, size_t count,
                        check_report *report) {
  static _Thread_local float x[MOST * LONGEST], together[MOST * (ROWS + 1)];
  static _Thread_local uint16_t weights[2 * ROWS * LONGEST];
  const size_t row_bytes = n * (type == CTK_F32 ? 4 : 2), stride = ROWS + 1;
  uint32_t state = (uint32_t)(n * 31 + rows);
#define NEXT ((float)((state = state * 1664525u + 1013904223u) >> 8) * 0x1p-23f - 1)
  for (size_t i = 0; i < count * n; i++) x[i] = NEXT;
  for (size_t r = 0; r < rows; r++) {
    float row[LONGEST];
    for (size_t i = 0; i < n; i++) row[i] = NEXT;
    reference->narrow(n, row, type, (char *)weights + r * row_bytes);
  }
#undef NEXT
  const float untouched = 12345.678f;
  for (size_t i = 0; i < MOST * stride; i++) together[i] = untouched;
  const ctk_weight_rows w = {type, 1, 0, rows, row_bytes, weights};
  table->dots(&w, n, count, x, together, stride);
  for (size_t j = 0; j < count; j++) {
    float exact[ROWS], alone[ROWS];
    reference->dots(&w, n, 1, x + j * n, exact, 0);
    // Alone the rows of weights are read at several places.
    const size_t each = rows / CTK_STREAMS, rest = CTK_STREAMS * each;
    const ctk_weight_rows places = {type, CTK_STREAMS, each, each, row_bytes, weights};
    const ctk_weight_rows left = {type, 1, 0, rows - rest, row_bytes, (const char *)weights + rest * row_bytes};
    if (each) table->dots(&places, n, 1, x + j * n, alone, 0);
    if (rest < rows) table->dots(&left, n, 1, x + j * n, alone + rest, 0);
    const float *own = together + j * stride;
    if (memcmp(own, alone, rows * sizeof *own))
      report("dots of type %d, n = %zu, %zu rows: row %zu of %zu is not what it is alone\n", type, n, rows, j, count);
    for (size_t r = 0; r < rows; r++)
      if (!(fabsf(own[r] - exact[r]) <= 1e-5f * sqrtf((float)n) + 1e-6f))
        report("dots of type %d, n = %zu, (%zu, %zu): %g, not %g\n", type, n, r, j, own[r], exact[r]);
    for (size_t r = rows; r < stride; r++)
      if (own[r] != untouched) report("dots of type %d, n = %zu: wrote past row %zu of weights\n", type, n, rows);
  }
}

void check_dots(const ctk_table *reference, const ctk_table *table, check_report *report) {
  // Within a vector, an odd number of vectors, at and past the slices in which columns are taken.
  const size_t lengths[] = {1, 3, 7, 8, 24, 65, 130, 768, 775, 1048, 2083};
  for (int type = CTK_F32; type <= CTK_BF16; type++)
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
      for (size_t count = 1; count <= 9; count++) check_count(reference, table, type, lengths[i], ROWS, count, report);
      check_count(reference, table, type, lengths[i], 1 + i % 6, 33, report);
      check_count(reference, table, type, lengths[i], ROWS, i % 2 ? 32 : MOST, report);
    }
}
