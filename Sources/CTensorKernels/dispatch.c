// Chooses the kernels once, at the first call.
#include "CTensorKernels.h"
#include "tables.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

const ctk_table *ctk_named(const char *name) {
  if (strcmp(name, "scalar") == 0) return &ctk_scalar_table;
#if defined(CTK_VECTORS) && defined(__x86_64__)
  const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  if (strcmp(name, "avx2") == 0 && avx2) return &ctk_avx2_table;
  if (strcmp(name, "avx512") == 0 && avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return &ctk_avx512_table;
#elif defined(CTK_VECTORS) && defined(__aarch64__)
  if (strcmp(name, "neon") == 0) return &ctk_neon_table;
#endif
  return NULL;
}

static const ctk_table *chosen;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void choose(void) {
  const char *forced = getenv("SWIFTLET_KERNELS");
  if (forced && (chosen = ctk_named(forced))) return;
  static const char *const best_first[] = {"avx512", "avx2", "neon", "scalar"};
  for (int i = 0; !chosen; i++) chosen = ctk_named(best_first[i]);
}

const ctk_table *ctk_active(void) {
  pthread_once(&once, choose);
  return chosen;
}
