/// 64 bits of which each depends on all of the input's: the last step of SplitMix64 (Steele et al. 2014).
///
/// A counter that `mixed` spreads is a random sequence; a key and a place combined in one number, a random choice that
/// needs no memory.
package func mixed(_ bits: UInt64) -> UInt64 {
  var z = bits
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

/// What SplitMix64 adds to its counter: 2⁶⁴ over the golden ratio, so that counters never fall close together.
package let mixingStep: UInt64 = 0x9E37_79B9_7F4A_7C15
