// One step of a LIF or QIF neuron, as twin of src/reference/training.ts and training-arithmetic.ts. Dimensionless.
import package::philox::philox4x32;

const PI: f32 = 3.14159265;
const TWO_PI: f32 = 6.28318531;
const USE_NOISE = 8u; // USES.noise of src/random/philox.ts

/// x less n quarter turns in two parts, the first exact for |n| < 2^16: what a single rounded constant loses, a chaotic
/// neuron would multiply.
fn less_quarters(x: f32, n: f32) -> f32 { return (x - n * 1.5703125) - n * 4.83826795e-4; }

/// Phase in [-pi, pi).
fn wrap_signed(x: f32) -> f32 { return less_quarters(x, 4.0 * floor((x + PI) / TWO_PI)); }

/// Phase in [0, 2 pi).
fn wrap(x: f32) -> f32 { return less_quarters(x, 4.0 * floor(x / TWO_PI)); }

/// cos(x), 1 ulp for |x| < 1000. Own polynomials (Cephes' on [-pi/4, pi/4]), because builtin cos is good to 2^-11 only
/// on some adapters.
fn cosine(x: f32) -> f32 {
  let quarters = floor(x * 0.636619772 + 0.5);
  let y = less_quarters(x, quarters);
  let z = y * y;
  let s = y + y * z * (-1.6666654611e-1 + z * (8.3321608736e-3 + z * -1.9515295891e-4));
  let c = 1.0 - 0.5 * z + z * z * (4.166664568e-2 + z * (-1.388731625e-3 + z * 2.443315712e-5));
  let n = i32(quarters);
  let size = select(c, s, (n & 1) != 0);
  return select(size, -size, ((n + 1) & 2) != 0);
}

fn qif_drift(x: f32, current: f32) -> f32 {
  let c = cosine(x);
  return (1.0 - c) + current * (1.0 + c);
}

fn lif_drift(x: f32, current: f32) -> f32 { return current - x; }

/// Whether a QIF neuron passed an odd multiple of pi: it advances by more than the distance to the next.
fn qif_spikes(x: f32, x_new: f32) -> bool { return x_new - x - wrap(PI - wrap(x)) > 0.0; }

/// Whether a LIF neuron fires; the intended rule also wants it below threshold before.
fn lif_spikes(x: f32, x_new: f32, threshold: f32, intended: bool) -> bool {
  return x_new > threshold && (!intended || x < threshold);
}

/// Two standard normal values by Box-Muller; counter (neuron, step, 0, noise).
fn draw_normals(neuron: u32, step: u32, key: vec2u) -> vec2f {
  let bits = philox4x32(vec4u(neuron, step, 0u, USE_NOISE), key);
  let radius = sqrt(max(-2.0 * log((f32(bits.x) + 0.5) * 2.32830644e-10), 0.0)); // the product may round up to 1
  let angle = TWO_PI * ((f32(bits.y) + 0.5) * 2.32830644e-10);
  return radius * vec2f(cosine(angle), cosine(angle - 0.5 * PI));
}
