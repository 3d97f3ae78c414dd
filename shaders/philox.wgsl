// Philox4x32-10 (Salmon et al. 2011). Twin: src/random/philox.ts.

/// High word of a 64-bit product, by 16-bit halves.
fn mul_hi(a: u32, b: u32) -> u32 {
  let a_hi = a >> 16u; let a_lo = a & 0xffffu;
  let b_hi = b >> 16u; let b_lo = b & 0xffffu;
  let mid = a_hi * b_lo + ((a_lo * b_lo) >> 16u);
  let cross = a_lo * b_hi + (mid & 0xffffu);
  return a_hi * b_hi + (mid >> 16u) + (cross >> 16u);
}

/// Four u32 of a counter (element, draw, 0, use) under a key (seed, stream).
fn philox4x32(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    let hi0 = mul_hi(0xd2511f53u, c.x);
    let lo0 = 0xd2511f53u * c.x;
    let hi1 = mul_hi(0xcd9e8d57u, c.z);
    let lo1 = 0xcd9e8d57u * c.z;
    c = vec4u(hi1 ^ c.y ^ k.x, lo1, hi0 ^ c.w ^ k.y, lo0);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}
