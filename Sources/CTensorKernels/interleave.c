// Packed weights with the rows of eight interleaved, so that a vector holds codes of eight rows and each row has a lane.
//
// What is stored is what the blocks hold, in the order in which it is read. A piece of eight rows is a step of 32 codes
// of each (Q4_0), or a quarter of a block of 256 (Q4_K, Q6_K), whose float16 scales stand before its first quarter. Codes
// lie in words of four bytes, the words of eight rows side by side; inside a word they are packed as in the block.
#include "CTensorKernels.h"
#include <string.h>

enum { Q4_0 = 2, Q4_K = 12, Q6_K = 14 };  // GGUF's numbers
enum { EIGHT = CTK_INTERLEAVED };

size_t ctk_interleaved_bytes(int type, size_t n) {
  switch (type) {
    case Q4_0: return n / 32 * EIGHT * (2 + 16);
    case Q4_K: return n / 256 * EIGHT * (2 + 2 + 16 + 128);  // scales and minimums have a byte each, not six bits
    case Q6_K: return n / 256 * EIGHT * (2 + 16 + 192);
    default: return 0;
  }
}

int ctk_interleaved_order(int type) { return type == Q4_0 ? CTK_BYTES_OF_32 : CTK_BYTES_OF_256; }

// `count` words of each row.
static uint8_t *put_words(const uint8_t *const *rows, size_t offset, size_t count, uint8_t *out) {
  for (size_t v = 0; v < count; v++)
    for (int r = 0; r < EIGHT; r++, out += 4) memcpy(out, rows[r] + offset + 4 * v, 4);
  return out;
}
static uint8_t *put_halves(const uint8_t *const *rows, size_t offset, uint8_t *out) {
  for (int r = 0; r < EIGHT; r++, out += 2) memcpy(out, rows[r] + offset, 2);
  return out;
}

static uint8_t *put_q4_0(const uint8_t *const *rows, uint8_t *out) {
  return put_words(rows, 2, 4, put_halves(rows, 0, out));
}

// A quarter: scales of two groups of 32, their minimums, and 32 bytes of codes, low nibbles for the first group.
static uint8_t *put_q4_k(const uint8_t *const *rows, uint8_t *out) {
  out = put_halves(rows, 2, put_halves(rows, 0, out));
  for (size_t quarter = 0; quarter < 4; quarter++) {
    for (int r = 0; r < EIGHT; r++) {
      const uint8_t *q = rows[r] + 4;
      for (size_t k = 0; k < 2; k++) {
        size_t g = 2 * quarter + k;
        out[8 * k + r] = g < 4 ? q[g] & 63 : (q[g + 4] & 15) | q[g - 4] >> 6 << 4;
        out[16 + 8 * k + r] = g < 4 ? q[g + 4] & 63 : q[g + 4] >> 4 | q[g] >> 6 << 4;
      }
    }
    out = put_words(rows, 16 + 32 * quarter, 8, out + 32);
  }
  return out;
}

// A quarter: 16 codes of each of four groups of 32 and their scales. Codes in two steps, each with two words of low bits
// of groups 0 and 2, two of groups 1 and 3, and two of the high bits of all.
static uint8_t *put_q6_k(const uint8_t *const *rows, uint8_t *out) {
  out = put_halves(rows, 208, out);
  for (size_t quarter = 0; quarter < 4; quarter++) {
    const size_t half = quarter / 2, sixteen = quarter % 2;
    for (size_t group = 0; group < 4; group++)
      for (int r = 0; r < EIGHT; r++) *out++ = rows[r][192 + 8 * half + 2 * group + sixteen];
    for (size_t at = sixteen * 16; at < sixteen * 16 + 16; at += 8) {
      out = put_words(rows, half * 64 + at, 2, out);
      out = put_words(rows, half * 64 + 32 + at, 2, out);
      out = put_words(rows, 128 + half * 32 + at, 2, out);
    }
  }
  return out;
}

void ctk_interleave(int type, size_t count, const void *weights, size_t row_bytes, void *out) {
  static const uint8_t zeros[256];
  const size_t block = ctk_block_bytes(type);
  uint8_t *target = out;
  for (size_t first = 0; first < count; first += EIGHT)
    for (size_t offset = 0; offset < row_bytes; offset += block) {
      const uint8_t *rows[EIGHT];
      for (size_t r = 0; r < EIGHT; r++)
        rows[r] = first + r < count ? (const uint8_t *)weights + (first + r) * row_bytes + offset : zeros;
      switch (type) {
        case Q4_0: target = put_q4_0(rows, target); break;
        case Q4_K: target = put_q4_k(rows, target); break;
        default: target = put_q6_k(rows, target);
      }
    }
}
