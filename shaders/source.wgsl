// Thresholds of renewal sources, in integers. Twin: src/random/threshold.ts.
import package::philox::mul_hi;
import package::philox::philox4x32;

const USE_THRESHOLD = 0u; // USES.threshold of src/random/philox.ts

/// -ln((k + 1/2) / 2^32) in Q5.27.
fn neg_log_q27(k: u32) -> u32 {
  // 2k + 1 = m 2^e, m in [1, 2) as Q1.31; octaves = 33 - e.
  let n = 2u * k + 1u;
  let shift = countLeadingZeros(n);
  let large = k >= 0x80000000u;
  var m = select(n << (shift & 31u), k, large);
  let octaves = select(2u + shift, 1u, large);
  var fraction = 0u; // log2 m, Q0.32
  for (var i = 0u; i < 32u; i++) {
    let hi = mul_hi(m, m);
    let bit = hi >> 31u;
    fraction = (fraction << 1u) | bit;
    m = select((hi << 1u) | ((m * m) >> 31u), hi, bit == 1u);
  }
  // (octaves - fraction) ln 2; ln 2 * 2^27 = 93032639 + 0xbe8e7bcd / 2^32.
  let whole = select(octaves - 1u, octaves, fraction == 0u);
  let rest = 0u - fraction;
  let low1 = whole * 0xbe8e7bcdu;
  let low2 = low1 + rest * 93032639u;
  let low3 = low2 + mul_hi(rest, 0xbe8e7bcdu);
  let low4 = low3 + 0x80000000u;
  let carry = u32(low2 < low1) + u32(low3 < low2) + u32(low4 < low3);
  return whole * 93032639u + mul_hi(rest, 93032639u) + mul_hi(whole, 0xbe8e7bcdu) + carry;
}

/// Threshold number `draw` of a cell, Q5.27.
fn source_threshold(seed: u32, stream: u32, cell: u32, draw: u32) -> u32 {
  return neg_log_q27(philox4x32(vec4u(cell, draw, 0u, USE_THRESHOLD), vec2u(seed, stream)).x);
}
