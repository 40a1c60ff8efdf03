// Which tables exist, and which this processor runs.
#include "CTensorKernels.h"
#include <string.h>

extern const ctk_table ctk_table_scalar;
#if defined(__x86_64__)
extern const ctk_table ctk_table_avx2, ctk_table_avx512, ctk_table_avx512vnni;
#elif defined(__aarch64__)
extern const ctk_table ctk_table_neon;
#endif

const ctk_table *ctk_table_named(const char *name) {
  if (!strcmp(name, "scalar")) return &ctk_table_scalar;
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  if (!strcmp(name, "avx2") && avx2) return &ctk_table_avx2;
  int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  if (!strcmp(name, "avx512") && avx512) return &ctk_table_avx512;
  if (!strcmp(name, "avx512vnni") && avx512 && __builtin_cpu_supports("avx512vnni")) return &ctk_table_avx512vnni;
#elif defined(__aarch64__)
  if (!strcmp(name, "neon")) return &ctk_table_neon;
#endif
  return NULL;
}

const ctk_table *ctk_table_best(void) {
  static const char *const names[] = {"avx512vnni", "avx512", "avx2", "neon"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const ctk_table *table = ctk_table_named(names[i]);
    if (table) return table;
  }
  return &ctk_table_scalar;
}
