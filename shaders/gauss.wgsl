// Random numbers of equations, in integers. Twin: src/random/gauss.ts.
import package::philox::mul_hi;
import package::philox::philox4x32;

const USE_NOISE = 8u; // USES.noise of src/random/philox.ts
const LN2 = 93032639u;

/// ln(1 + f)/f in Q0.32.
fn ln_slope(f: u32) -> u32 {
  var sum = 22016441u;
  sum = 124872157u - mul_hi(f, sum);
  sum = 332929057u - mul_hi(f, sum);
  sum = 584212086u - mul_hi(f, sum);
  sum = 819345788u - mul_hi(f, sum);
  sum = 1066672264u - mul_hi(f, sum);
  sum = 1431002431u - mul_hi(f, sum);
  sum = 2147459810u - mul_hi(f, sum);
  sum = 4294967150u - mul_hi(f, sum);
  return sum;
}

/// sin(pi t/2)/t in Q2.30, over t^2 in Q0.32.
fn sine_slope(z: u32) -> u32 {
  var sum = 162856u;
  sum = 5018824u - mul_hi(z, sum);
  sum = 85566398u - mul_hi(z, sum);
  sum = 693598305u - mul_hi(z, sum);
  sum = 1686629706u - mul_hi(z, sum);
  return sum;
}

/// sqrt(-2 ln u) in Q3.26 for u = (k | 1) / 2^32.
fn radius(k: u32) -> u32 {
  let n = k | 1u;
  let shift = countLeadingZeros(n);
  let f = (n << shift) << 1u;
  let all = (shift + 1u) * LN2;
  let part = mul_hi(f, ln_slope(f)) >> 5u;
  let x = all - min(all, part);
  var root = min(65535u, u32(sqrt(f32(x)))); // a guess, made exact
  while (root * root > x) { root--; }
  while (root < 65535u && (root + 1u) * (root + 1u) <= x) { root++; }
  if (root == 0u) { return 0u; }
  return root * 8192u + ((x - root * root) * 8192u) / (2u * root);
}

/// A standard normal number times 2^20.
fn normal_q20(k0: u32, k1: u32) -> i32 {
  let quarter = k1 >> 30u;
  let t = (k1 << 2u) | 2u;
  let arc = select(0u - t, t, (quarter & 1u) == 1u);
  let cosine = mul_hi(arc, sine_slope(mul_hi(arc, arc)));
  let size = i32((mul_hi(radius(k0), cosine) + 8u) >> 4u);
  return select(size, -size, quarter == 1u || quarter == 2u);
}

/// The normal number of a cell's noise in a step.
fn gauss(seed: u32, stream: u32, cell: u32, step: u32) -> f32 {
  let words = philox4x32(vec4u(cell, step, 0u, USE_NOISE), vec2u(seed, stream));
  return f32(normal_q20(words.x, words.y)) / 1048576.0;
}

/// The uniform number that a cell draws in a step.
fn even(seed: u32, stream: u32, cell: u32, step: u32) -> f32 {
  let words = philox4x32(vec4u(cell, step, 0u, USE_NOISE), vec2u(seed, stream));
  return f32((words.x >> 9u) * 2u + 1u) / 16777216.0;
}
