// Holds every kernel of a table against the scalar reference. Plain C, so that it also runs where Swift does not:
// `scripts/check-neon.sh` runs it on an emulated Arm processor.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// What the named table computes otherwise than the reference, a line each; empty where they agree. The text lasts until
// the thread's next call.
const char *kernel_disagreements(const char *table);

#ifdef __cplusplus
}
#endif
