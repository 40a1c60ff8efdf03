// Which tables exist, and which this processor runs.
#include "CTensorKernels.h"
#include <string.h>
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

extern const ctk_table ctk_table_scalar;
#if defined(__x86_64__)
extern const ctk_table ctk_table_avx2, ctk_table_avx512, ctk_table_avx512vnni;
#elif defined(__aarch64__)
extern const ctk_table ctk_table_neon, ctk_table_neondot, ctk_table_neoni8mm;
#endif

#if defined(__aarch64__)
enum { DOT_PRODUCTS, MATRIX_PRODUCTS };
// Whether the processor has an extension for bytes.
static int has(int extension) {
#if defined(__linux__)
  // The kernel's numbers: asimddp and i8mm.
  return extension == DOT_PRODUCTS ? getauxval(AT_HWCAP) >> 20 & 1 : getauxval(AT_HWCAP2) >> 13 & 1;
#elif defined(__APPLE__)
  int value = 0;
  size_t size = sizeof value;
  const char *name = extension == DOT_PRODUCTS ? "hw.optional.arm.FEAT_DotProd" : "hw.optional.arm.FEAT_I8MM";
  return !sysctlbyname(name, &value, &size, NULL, 0) && value;
#else
  return 0;
#endif
}
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
  if (!strcmp(name, "neondot") && has(DOT_PRODUCTS)) return &ctk_table_neondot;
  if (!strcmp(name, "neoni8mm") && has(DOT_PRODUCTS) && has(MATRIX_PRODUCTS)) return &ctk_table_neoni8mm;
#endif
  return NULL;
}

const ctk_table *ctk_table_best(void) {
  static const char *const names[] = {"avx512vnni", "avx512", "avx2", "neoni8mm", "neondot", "neon"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const ctk_table *table = ctk_table_named(names[i]);
    if (table) return table;
  }
  return &ctk_table_scalar;
}
