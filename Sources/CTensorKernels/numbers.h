// Bits of float32, float16 and bfloat16; rounding is to nearest, ties to even.
#pragma once
#include <stdint.h>
#include <string.h>

static inline float ctk_float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline uint32_t ctk_bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline float ctk_half_to_float(uint16_t half) {
  const uint32_t sign = (uint32_t)(half & 0x8000) << 16, magnitude = half & 0x7fff;
  if (magnitude >= 0x7c00)  // infinity, or a NaN made quiet as hardware does
    return ctk_float_of(sign | 0x7f800000 | (magnitude & 0x3ff) << 13 | (magnitude > 0x7c00 ? 0x400000u : 0));
  if (magnitude < 0x0400)  // subnormal: magnitude · 2^-24
    return ctk_float_of(sign | ctk_bits_of((float)magnitude * 0x1p-24f));
  return ctk_float_of(sign | ((magnitude << 13) + (112u << 23)));
}

static inline uint16_t ctk_float_to_half(float value) {
  const uint32_t bits = ctk_bits_of(value), sign = (bits >> 16) & 0x8000, magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return (uint16_t)(sign | 0x7e00 | ((magnitude >> 13) & 0x3ff));
  if (magnitude >= 0x477ff000) return (uint16_t)(sign | 0x7c00);  // rounds beyond 65504
  if (magnitude < 0x38800000)  // subnormal: adding 0.5 leaves the rounded multiple of 2^-24 in the low bits
    return (uint16_t)(sign | (ctk_bits_of(ctk_float_of(magnitude) + 0.5f) - 0x3f000000u));
  return (uint16_t)(sign | ((magnitude + 0xfff + ((magnitude >> 13) & 1) - (112u << 23)) >> 13));
}

static inline uint16_t ctk_float_to_bfloat(float value) {
  const uint32_t bits = ctk_bits_of(value);
  if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

static inline float ctk_read_half(const uint8_t *bytes) {
  uint16_t half;
  memcpy(&half, bytes, sizeof half);
  return ctk_half_to_float(half);
}

static inline void ctk_write_half(float value, uint8_t *bytes) {
  const uint16_t half = ctk_float_to_half(value);
  memcpy(bytes, &half, sizeof half);
}
