// Functions that WGSL lacks or leaves too inexact. Twins in src/lang/math32.ts: the same polynomials and branches.
// Errors are relative to the true value unless called absolute; 1 ulp is 6e-8 to 1.2e-7. Builtin exp may be off by
// 3 + 2|x| ulp. Nothing here uses compensated sums: software adapters re-associate them away.

const LARGEST_EXPONENT: f32 = 80.0; // exp overflows past 88; e^80 leaves room for a factor
const SERIES_BELOW: f32 = 0.35;

/// (exp(x) - 1) / x for |x| < 0.36: minimax polynomial of degree 5, 1.7e-8 and the rounding of its sum, 1 ulp.
fn exprel_series(x: f32) -> f32 {
  return 1.0 + x * (0.5 + x * (0.16666523 + x * (0.04166622 + x * (0.00836921 + x * 0.0013951))));
}

/// exp(x) - 1 without cancellation. Polynomial below 0.35: 3 ulp. Above: exp's own error, times 3.4 at 0.35.
fn expm1(x: f32) -> f32 {
  let z = min(x, LARGEST_EXPONENT);
  return select(exp(z) - 1.0, z * exprel_series(z), abs(z) < SERIES_BELOW);
}

/// (exp(x) - 1) / x, 1 at 0. Errors as expm1.
fn exprel(x: f32) -> f32 {
  let z = min(x, LARGEST_EXPONENT);
  let small = abs(z) < SERIES_BELOW;
  return select((exp(z) - 1.0) / select(x, 1.0, small), exprel_series(z), small);
}

/// expm1(x) where ex = exp(x) is known already (an exponential shared with others, see src/lang/optimise.ts).
fn expm1_with(x: f32, ex: f32) -> f32 {
  return select(ex - 1.0, x * exprel_series(x), abs(x) < SERIES_BELOW);
}

/// exprel(x) where ex = exp(x) is known already.
fn exprel_with(x: f32, ex: f32) -> f32 {
  let small = abs(x) < SERIES_BELOW;
  return select((ex - 1.0) / select(x, 1.0, small), exprel_series(x), small);
}

/// x / (exp(x) - 1), 1 at 0. Below 0.35 its series to x^6: 4e-9 and the rounding of its sum, 1 ulp; above, exp's error times 3.4 at 0.35.
fn inverse_exprel(x: f32) -> f32 {
  return inverse_exprel_with(x, exp(min(x, LARGEST_EXPONENT)));
}

/// The same where ex = exp(x) is known already.
fn inverse_exprel_with(x: f32, ex: f32) -> f32 {
  let small = abs(x) < SERIES_BELOW;
  let t = x * x;
  let series = (1.0 - 0.5 * x) + t * (0.083333336 - t * (0.0013888889 - t * 3.3068783e-5));
  return select(x / select(ex - 1.0, 1.0, small), series, small);
}

/// tanh for every x. The builtin is NaN past 88 on SwiftShader and off by 5e-4 (relative) near 0 on two adapters.
fn tanh_own(x: f32) -> f32 {
  let e = expm1(2.0 * x);
  return e / (e + 2.0);
}

const PI: f32 = 3.1415927;
const HALF_PI: f32 = 1.5707964;
const TWO_PI: f32 = 6.2831855;

/// x less whole turns, in [-pi, pi) up to rounding. 2 pi is a float32, so each turn costs 1.75e-7 absolute, and
/// x itself is known to half an ulp: wrap a phase every step, when it has left by less than a turn.
fn wrap_pi(x: f32) -> f32 {
  return x - TWO_PI * floor((x + PI) / TWO_PI);
}

/// sin(y) for |y| <= pi/2: odd minimax polynomial of degree 9, 4.7e-9 absolute and rounding, 2.6e-7 in all at most.
fn sin_quarter(y: f32) -> f32 {
  let t = y * y;
  return y + y * t * (-0.16666657 + t * (0.008333016 + t * (-0.00019806528 + t * 2.5998619e-6)));
}

/// cos(x) for x in [-pi, pi], 3.6e-7 absolute at most. The builtin is off by 1.9e-4 on SwiftShader, as the standard allows.
fn cos_pi(x: f32) -> f32 {
  return sin_quarter(HALF_PI - abs(x));
}

/// sin(x) for x in [-pi, pi], 4.1e-7 absolute at most.
fn sin_pi(x: f32) -> f32 {
  let folded = select(PI - x, -PI - x, x < 0.0);
  return sin_quarter(select(x, folded, abs(x) > HALF_PI));
}

/// cos and sin for any x: 4.1e-7 absolute, and 1.75e-7 for every turn that wrap_pi takes off.
fn cos_own(x: f32) -> f32 {
  return cos_pi(wrap_pi(x));
}
fn sin_own(x: f32) -> f32 {
  return sin_pi(wrap_pi(x));
}

// Small integer powers as products: `pow` of a negative base is undefined. Half an ulp for each product.
fn pow2(x: f32) -> f32 { return x * x; }
fn pow3(x: f32) -> f32 { return x * x * x; }
fn pow4(x: f32) -> f32 { return x * x * x * x; }
fn pow5(x: f32) -> f32 { return x * x * x * x * x; }
fn pow6(x: f32) -> f32 { return x * x * x * x * x * x; }
fn pow7(x: f32) -> f32 { return x * x * x * x * x * x * x; }
fn pow8(x: f32) -> f32 { return x * x * x * x * x * x * x * x; }

/// x^n for a larger integer n: the builtin on |x| (up to 20 ulp), and the sign.
fn pow_int(x: f32, n: f32) -> f32 {
  let size = pow(abs(x), n);
  return select(size, -size, x < 0.0 && abs(n) % 2.0 == 1.0);
}

/// x^y where x <= 0 (a state's rounding error at 0) counts as 0: 0, and 1 for y = 0. The builtin at 0 is left open by the
/// standard, and 2^(-127 y) on SwiftShader.
fn pow_real(x: f32, y: f32) -> f32 {
  return select(pow(max(x, 1e-37), y), select(0.0, 1.0, y == 0.0), x <= 0.0);
}
