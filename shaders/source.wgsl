// Renewal sources, decided in integers. Twins: src/random/threshold.ts, src/random/source.ts (where the rule is explained).
import package::philox::mul_hi;
import package::philox::philox4x32;

const USE_THRESHOLD = 0u; // USES.threshold of src/random/philox.ts

/// State of one source; stored as SoA [field][entry][cell] in this order.
struct Source {
  sum: u32,       // Q5.27
  theta: u32,     // Q5.27
  stage: u32,     // 0 .. order - 1
  draws: u32,     // thresholds drawn so far
  remainder: u32, // Q0.32, constant rates only
}

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

/// Adds one step's increment of the rate's integral (Q5.27, at most 2^27 / order). Returns whether the threshold is reached.
fn source_add(s: ptr<function, Source>, inc: u32, order: u32) -> bool {
  (*s).sum += order * inc;
  return inc != 0u && (*s).sum >= (*s).theta;
}

/// Part of the rate's integral that is missing to the threshold, Q5.27; at least 1, so that a step without increment never fires.
fn source_need(s: Source, order: u32) -> u32 {
  return max((s.theta - s.sum) / order + u32((s.theta - s.sum) % order != 0u), 1u);
}

/// Whether the integral has grown by `need` from `base` to `value` (64-bit sums of increments, low word first).
fn integral_reached(value: vec2u, base: vec2u, need: u32) -> bool {
  return value.y - base.y - u32(value.x < base.x) != 0u || value.x - base.x >= need;
}

/// Crosses one threshold that is reached. Returns whether the source fires; if not, the next one may be reached too.
///
/// A kernel that runs many steps should not draw once a step: software adapters execute both sides of every branch, and a draw costs a
/// hundred times an addition. Measured on lavapipe, 1200 sources at 105 Hz, CPU per simulated second: source_step in every step 2.4 s;
/// running on by source_add to the next crossing, then drawing for all sources at once, 0.2 s; finding the crossing by bisection in the
/// integral of the increments (integralOf in src/random/increments.ts; integral[0 .. steps], integral[0] = 0) 0.05 s:
///
///   var t = 0u; // steps done
///   loop {
///     let need = source_need(s, order);
///     let base = integral[t];
///     var low = t;
///     var high = steps;
///     loop {
///       if (low >= high) { break; }
///       let middle = (low + high) >> 1u;
///       if (integral_reached(integral[middle + 1u], base, need)) { high = middle; } else { low = middle + 1u; }
///     }
///     let found = low < steps; // in step `low`
///     t = min(low + 1u, steps);
///     s.sum += order * (integral[t].x - base.x);
///     if (!found) { break; }
///     var fires = false;
///     loop {
///       fires = source_cross(&s, order, seed, stream, cell);
///       continuing { break if fires || s.sum < s.theta; }
///     }
///     if (fires) { the spike of step t - 1 }
///   }
fn source_cross(s: ptr<function, Source>, order: u32, seed: u32, stream: u32, cell: u32) -> bool {
  let fires = (*s).stage + 1u == order;
  (*s).sum = select((*s).sum - (*s).theta, 0u, fires);
  (*s).stage = select((*s).stage + 1u, 0u, fires);
  (*s).theta = source_threshold(seed, stream, cell, (*s).draws);
  (*s).draws += 1u;
  return fires;
}

/// One step, for kernels that run one step. Returns whether the source fires.
fn source_step(s: ptr<function, Source>, inc: u32, order: u32, seed: u32, stream: u32, cell: u32) -> bool {
  var crossing = source_add(s, inc, order);
  while (crossing) {
    if (source_cross(s, order, seed, stream, cell)) { return true; }
    crossing = (*s).sum >= (*s).theta;
  }
  return false;
}

/// The increment of this step of a constant rate of whole + fraction / 2^32 (Q5.27) a step; carries the remainder.
fn constant_increment(s: ptr<function, Source>, whole: u32, fraction: u32) -> u32 {
  let sum = (*s).remainder + fraction;
  let carry = u32(sum < fraction);
  (*s).remainder = sum;
  return whole + carry;
}
