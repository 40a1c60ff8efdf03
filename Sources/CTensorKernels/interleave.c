// Packed weights with the rows of eight interleaved, so that a vector holds codes of eight rows and each row has a lane.
//
// What is stored is what the blocks hold, in the order in which it is read. A piece of eight rows is a block of 32 of
// each, its float16 scales first, or a quarter of a block of 256, whose scales stand before its first quarter. Codes lie
// in words of four bytes, the words of eight rows side by side; inside a word they are packed as in the block.
#include "CTensorKernels.h"
#include <math.h>
#include <string.h>
#define INLINE static inline
#include "block_types.inc"

enum { EIGHT = CTK_INTERLEAVED };

size_t ctk_interleaved_bytes(int type, size_t n) {
  const size_t size = ctk_block_size(type);
  return size && type != Q8_0 ? n / size * interleaved_blocks(type) : 0;
}

int ctk_interleaved_order(int type) { return is_super(type) ? CTK_BYTES_OF_256 : CTK_BYTES_OF_32; }

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

// Words of fifth bits: of the low nibbles of bytes 4v to 4v + 3 those at places 2v, of the high ones the next.
static uint8_t *put_fifth_bits(const uint8_t *const *rows, size_t offset, uint8_t *out) {
  for (int r = 0; r < EIGHT; r++) {
    const uint32_t bits = word(rows[r] + offset);
    for (size_t i = 0; i < 4; i++, out++) {
      *out = 0;
      for (size_t v = 0; v < 4; v++)
        *out |= (uint8_t)((bits >> (4 * v + i) & 1) << 2 * v | (bits >> (16 + 4 * v + i) & 1) << (2 * v + 1));
    }
  }
  return out;
}

// Blocks of 32: scales, minimums where there are some, nibbles, fifth bits.
static uint8_t *put_small(int type, const uint8_t *const *rows, uint8_t *out) {
  if (type == MXFP4) {
    for (int r = 0; r < EIGHT; r++) *out++ = rows[r][0];
  } else {
    out = put_halves(rows, 0, out);
  }
  if (has_minimum(type)) out = put_halves(rows, 2, out);
  const size_t nibbles = bytes_of(type) - 16;
  out = put_words(rows, nibbles, 4, out);
  return has_fifth_bits(type) ? put_fifth_bits(rows, nibbles - 4, out) : out;
}

// A quarter of IQ4_XS: the scales of two groups of 32, a byte each and not six bits, and their 16 bytes of codes.
static uint8_t *put_iq4_xs(const uint8_t *const *rows, uint8_t *out) {
  out = put_halves(rows, 0, out);
  for (size_t quarter = 0; quarter < 4; quarter++) {
    for (int r = 0; r < EIGHT; r++) {
      const uint64_t scales = scales_of_iq4_xs(rows[r]) >> 16 * quarter;
      out[r] = (uint8_t)((scales & 63) - 32), out[8 + r] = (uint8_t)((scales >> 8 & 63) - 32);
    }
    out = put_words(rows, 8 + 32 * quarter, 8, out + 16);
  }
  return out;
}

// A quarter of Q4_K or Q5_K: scales of two groups of 32, their minimums, a byte each and not six bits, and 32 bytes of
// codes, low nibbles for the first group. Of Q5_K two words of fifth bits follow: those of bytes 4v to 4v + 3 at places
// 2 · (v % 4) and, for the second group, the next, of word v / 4.
static uint8_t *put_pairs(int type, const uint8_t *const *rows, uint8_t *out) {
  out = put_halves(rows, 2, put_halves(rows, 0, out));
  for (size_t quarter = 0; quarter < 4; quarter++) {
    for (int r = 0; r < EIGHT; r++) {
      const eight_pairs pairs = pairs_of_six_bits(rows[r] + 4);
      for (size_t k = 0; k < 2; k++) {
        const size_t at = 8 * (2 * quarter + k);
        out[8 * k + r] = (uint8_t)(pairs.scales >> at);
        out[16 + 8 * k + r] = (uint8_t)(pairs.minimums >> at);
      }
    }
    out = put_words(rows, (type == Q5_K ? 48 : 16) + 32 * quarter, 8, out + 32);
    if (type != Q5_K) continue;
    for (size_t w = 0; w < 2; w++)
      for (int r = 0; r < EIGHT; r++)
        for (size_t i = 0; i < 4; i++, out++) {
          *out = 0;
          for (size_t v = 0; v < 4; v++)
            *out |= (uint8_t)((rows[r][16 + 16 * w + 4 * v + i] >> 2 * quarter & 3) << 2 * v);
        }
  }
  return out;
}

// The scales of four groups of 16 of a quarter.
static void put_scales(int type, const uint8_t *row, size_t half, size_t sixteen, int r, uint8_t *out) {
  uint32_t words[4];
  if (type == Q3_K) scales_of_q3_k(row, words);
  for (size_t group = 0; group < 4; group++) {
    const size_t at = 8 * half + 2 * group + sixteen;
    out[8 * group + (size_t)r] = type == Q2_K   ? row[at]
                                 : type == Q3_K ? (uint8_t)((words[at / 4] >> at % 4 * 8 & 63) - 32)
                                                : row[192 + at];
  }
}

// A quarter of Q2_K, Q3_K or Q6_K: 16 codes of each of four groups of 32 and their scales, with which Q2_K has its
// minimums. Four words hold two bits of each group. Of Q3_K two words of third bits follow: of group g those of word v at
// place g + 4 · (v / 2) of word v % 2. Of Q6_K the codes are in two steps, each with two words of low bits of groups 0
// and 2, two of groups 1 and 3, and two of the high bits of all.
static uint8_t *put_sixteens(int type, const uint8_t *const *rows, uint8_t *out) {
  out = put_halves(rows, type == Q2_K ? 80 : type == Q3_K ? 108 : 208, out);
  if (type == Q2_K) out = put_halves(rows, 82, out);
  for (size_t quarter = 0; quarter < 4; quarter++) {
    const size_t half = quarter / 2, sixteen = quarter % 2;
    for (int r = 0; r < EIGHT; r++) put_scales(type, rows[r], half, sixteen, r, out);
    out += 32;
    if (type != Q6_K) out = put_words(rows, (type == Q2_K ? 16 : 32) + 32 * half + 16 * sixteen, 4, out);
    for (size_t at = sixteen * 16; type == Q6_K && at < sixteen * 16 + 16; at += 8) {
      out = put_words(rows, half * 64 + at, 2, out);
      out = put_words(rows, half * 64 + 32 + at, 2, out);
      out = put_words(rows, 128 + half * 32 + at, 2, out);
    }
    for (size_t w = 0; type == Q3_K && w < 2; w++)
      for (int r = 0; r < EIGHT; r++)
        for (size_t i = 0; i < 4; i++) {
          const uint8_t *bits = rows[r] + sixteen * 16 + 4 * w + i;
          *out++ = (uint8_t)((bits[0] >> 4 * half & 15) | (bits[8] >> 4 * half & 15) << 4);
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
        case Q4_K: case Q5_K: target = put_pairs(type, rows, target); break;
        case Q2_K: case Q3_K: case Q6_K: target = put_sixteens(type, rows, target); break;
        case IQ4_XS: target = put_iq4_xs(rows, target); break;
        default: target = put_small(type, rows, target);
      }
    }
}
