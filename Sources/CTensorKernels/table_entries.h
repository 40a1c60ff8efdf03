// The entries of a kernel table, by the names that every instruction set's file gives its functions.
// An instruction set that decodes a type faster overrides its entry.

#define DECODER(type) \
  static void decode_##type(const void *source, ctk_count count, float *out) { \
    ctk_decode_blocks(ctk_##type, source, count, out); \
  }
#ifndef DECODES_HALVES
DECODER(f16)
DECODER(bf16)
#endif
DECODER(f32) DECODER(q4_0) DECODER(q4_1) DECODER(q5_0) DECODER(q5_1) DECODER(q8_0)
DECODER(q2_K) DECODER(q3_K) DECODER(q4_K) DECODER(q5_K) DECODER(q6_K)
DECODER(iq4_nl) DECODER(iq4_xs) DECODER(mxfp4)
DECODER(i8) DECODER(u8) DECODER(i16) DECODER(i32) DECODER(i64) DECODER(f64)
#undef DECODER

#define DECODE_ENTRIES \
  decode_f32, decode_f16, decode_bf16, decode_q4_0, decode_q4_1, decode_q5_0, decode_q5_1, decode_q8_0, decode_q2_K, \
      decode_q3_K, decode_q4_K, decode_q5_K, decode_q6_K, decode_iq4_nl, decode_iq4_xs, decode_mxfp4, decode_i8, \
      decode_u8, decode_i16, decode_i32, decode_i64, decode_f64

#define TABLE_ENTRIES \
  .mr = MR, .nr = NR, .tile = tile, .pack = pack, .dot = {dot_f32, dot_f16, dot_bf16}, \
  .combine = {combine_f32, combine_f16, combine_bf16}, .encode_f16 = encode_f16, .encode_bf16 = encode_bf16, \
  .exp_shifted = exp_shifted, .maximum = maximum, .activation = activation, .gated = gated, \
  .clamped_swish = clamped_swish, .layer_norm = layer_norm, .rms_norm = rms_norm, .add = add, .scale = scale, \
  .rotate_halves = rotate_halves, .rotate_adjacent = rotate_adjacent
