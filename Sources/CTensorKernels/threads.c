// A persistent pool of POSIX threads. Jobs are cut into indices that threads claim one by one.
#include "CTensorKernels.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { maximum_threads = 256, spins_before_sleep = 4000, scratch_slots = 8 };

// One word says everything about the current job: how many workers are inside (low 16 bits), whether it is open
// (bit 16), and its generation (the rest). A worker enters only an open job, so a caller that has finished its
// indices closes the job and waits for those inside, never for threads that have yet to wake.
static _Atomic uint64_t gate;
static const uint64_t open_bit = 1 << 16, inside_mask = (1 << 16) - 1;
static _Atomic ctk_count next_index;
static ctk_count job_count;
static ctk_body job_body;
static void *job_context;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static _Atomic int sleepers, thread_limit, busy;
static int started = 1;  // threads that exist, callers counted as one; guarded by mutex

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void work(void) {
  const ctk_count count = job_count;
  for (;;) {
    const ctk_count index = atomic_fetch_add(&next_index, 1);
    if (index >= count) return;
    job_body(job_context, index);
  }
}

static int wants(uint64_t state, uint64_t seen, int number) {
  return (state & open_bit) && state >> 17 != seen && number < atomic_load(&thread_limit);
}

static void *worker(void *argument) {
  const int number = (int)(intptr_t)argument;
  uint64_t seen = 0;
  for (;;) {
    uint64_t state = atomic_load(&gate);
    for (int spin = 0; spin < spins_before_sleep && !wants(state, seen, number); spin++) {
      relax();
      state = atomic_load(&gate);
    }
    if (!wants(state, seen, number)) {
      pthread_mutex_lock(&mutex);
      atomic_fetch_add(&sleepers, 1);
      while (!wants(state = atomic_load(&gate), seen, number)) pthread_cond_wait(&wake, &mutex);
      atomic_fetch_sub(&sleepers, 1);
      pthread_mutex_unlock(&mutex);
    }
    if (!atomic_compare_exchange_strong(&gate, &state, state + 1)) continue;
    seen = state >> 17;
    work();
    atomic_fetch_sub(&gate, 1);
  }
  return NULL;
}

int ctk_processor_count(void) {
  const long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count > maximum_threads ? maximum_threads : (int)count;
}

void ctk_set_thread_count(int count) {
  if (count < 1) count = 1;
  if (count > maximum_threads) count = maximum_threads;
  pthread_mutex_lock(&mutex);
  for (; started < count; started++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, worker, (void *)(intptr_t)started) != 0) break;
    pthread_detach(thread);
  }
  atomic_store(&thread_limit, count < started ? count : started);
  pthread_mutex_unlock(&mutex);
}

int ctk_thread_count(void) {
  const int limit = atomic_load(&thread_limit);
  return limit > 0 ? limit : ctk_processor_count();
}

void ctk_parallel(ctk_count count, ctk_body body, void *context) {
  if (atomic_load(&thread_limit) == 0) ctk_set_thread_count(ctk_processor_count());
  int expected = 0;
  // Also taken when a body starts a job of its own: its threads are at work already.
  if (count < 2 || atomic_load(&thread_limit) < 2 || !atomic_compare_exchange_strong(&busy, &expected, 1)) {
    for (ctk_count index = 0; index < count; index++) body(context, index);
    return;
  }
  job_count = count, job_body = body, job_context = context;
  atomic_store(&next_index, 0);
  atomic_store(&gate, ((atomic_load(&gate) >> 17) + 1) << 17 | open_bit);
  if (atomic_load(&sleepers) > 0) {
    pthread_mutex_lock(&mutex);
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&mutex);
  }
  work();
  atomic_fetch_and(&gate, ~open_bit);
  for (int spin = 0; atomic_load(&gate) & inside_mask; spin++) {
    if (spin < spins_before_sleep) relax();
    else sched_yield();
  }
  atomic_store(&busy, 0);
}

// MARK: - Scratch

typedef struct scratch {
  void *memory[scratch_slots];
  size_t bytes[scratch_slots];
} scratch;

static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;

static void free_scratch(void *pointer) {
  for (int slot = 0; slot < scratch_slots; slot++) free(((scratch *)pointer)->memory[slot]);
  free(pointer);
}

static void make_key(void) { pthread_key_create(&scratch_key, free_scratch); }

static void *out_of_memory(void) {
  fputs("swiftlet: out of memory\n", stderr);
  abort();
}

void *ctk_scratch(int slot, size_t bytes) {
  pthread_once(&scratch_once, make_key);
  scratch *own = pthread_getspecific(scratch_key);
  if (!own) {
    own = calloc(1, sizeof *own);
    if (!own) return out_of_memory();
    pthread_setspecific(scratch_key, own);
  }
  if (own->bytes[slot] < bytes) {
    free(own->memory[slot]);
    own->memory[slot] = NULL;
    own->bytes[slot] = 0;
    if (posix_memalign(&own->memory[slot], 64, bytes) != 0) return out_of_memory();
    own->bytes[slot] = bytes;
  }
  return own->memory[slot];
}
