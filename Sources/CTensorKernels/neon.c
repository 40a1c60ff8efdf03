// NEON: 4 lanes; 8 × 8 results fill 16 of 32 registers.
#if defined(__aarch64__)
#define LANES 4
#define TILE_ROWS 8
#define TILE_VECTORS 2
#define TABLE ctk_table_neon
#define TABLE_NAME "neon"
#include "vector.inc"
#else
typedef int ctk_no_neon;
#endif
