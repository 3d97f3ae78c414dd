// Recursive least squares on one neuron per invocation; symmetric P in blocks of 4 x 4, lower triangle of blocks.
// Updates of P are deferred: up to DEFER pending rank-1 terms stay in U (P_true = P - sum of U_j U_j'), because a store of
// P costs as much as all the rest on software adapters. MAX_BLOCKS, WORKGROUP_SIZE: from the host, see gpu/trained/layout.ts.
import package::model::MAX_BLOCKS;
import package::model::WORKGROUP_SIZE;

const DEFER = 3u;

@group(0) @binding(0) var<storage, read_write> P: array<vec4f>; // columns of 4 rows; [group][block][column][lane]
@group(0) @binding(1) var<storage, read_write> U: array<vec4f>; // [group][term][block][lane]

alias Row = array<vec4f, MAX_BLOCKS>;

/// k = P q without pending terms.
fn product(k: ptr<function, Row>, q: ptr<function, Row>, blocks: u32, p_start: u32) {
  var t = p_start;
  for (var a = 0u; a < blocks; a++) {
    let qa = (*q)[a];
    var sum = vec4f(0.0);
    for (var b = 0u; b < a; b++) {
      let qb = (*q)[b];
      let c0 = P[t];
      let c1 = P[t + WORKGROUP_SIZE];
      let c2 = P[t + 2u * WORKGROUP_SIZE];
      let c3 = P[t + 3u * WORKGROUP_SIZE];
      sum += c0 * qb.x + c1 * qb.y + c2 * qb.z + c3 * qb.w;
      (*k)[b] += vec4f(dot(c0, qa), dot(c1, qa), dot(c2, qa), dot(c3, qa));
      t += 4u * WORKGROUP_SIZE;
    }
    sum += P[t] * qa.x + P[t + WORKGROUP_SIZE] * qa.y + P[t + 2u * WORKGROUP_SIZE] * qa.z + P[t + 3u * WORKGROUP_SIZE] * qa.w;
    t += 4u * WORKGROUP_SIZE;
    (*k)[a] += sum;
  }
}

/// k -= U_j (U_j . q) for the pending terms j.
fn subtract_pending(k: ptr<function, Row>, q: ptr<function, Row>, blocks: u32, u_start: u32, pending: u32) {
  for (var j = 0u; j < pending; j++) {
    let term = u_start + j * blocks * WORKGROUP_SIZE;
    var along = 0.0;
    for (var a = 0u; a < blocks; a++) { along += dot(U[term + a * WORKGROUP_SIZE], (*q)[a]); }
    for (var a = 0u; a < blocks; a++) { (*k)[a] -= U[term + a * WORKGROUP_SIZE] * along; }
  }
}

/// A column of P less all pending terms; u0..u2 are the terms' rows, s their values at the column.
fn settled(column: vec4f, u0: vec4f, u1: vec4f, u2: vec4f, s: vec3f) -> vec4f {
  return column - u0 * s.x - u1 * s.y - u2 * s.z;
}

/// Applies all DEFER pending terms to P and computes k = P q in the same pass.
/// @returns the smallest diagonal value of P, which is positive while P is positive definite
fn settle_and_product(k: ptr<function, Row>, q: ptr<function, Row>, blocks: u32, p_start: u32, u_start: u32) -> f32 {
  let term = blocks * WORKGROUP_SIZE;
  var t = p_start;
  var least = 1e30;
  for (var a = 0u; a < blocks; a++) {
    let qa = (*q)[a];
    let ua = u_start + a * WORKGROUP_SIZE;
    let ua0 = U[ua];
    let ua1 = U[ua + term];
    let ua2 = U[ua + 2u * term];
    var sum = vec4f(0.0);
    for (var b = 0u; b <= a; b++) {
      let qb = (*q)[b];
      let ub = u_start + b * WORKGROUP_SIZE;
      let ub0 = U[ub];
      let ub1 = U[ub + term];
      let ub2 = U[ub + 2u * term];
      let c0 = settled(P[t], ua0, ua1, ua2, vec3f(ub0.x, ub1.x, ub2.x));
      let c1 = settled(P[t + WORKGROUP_SIZE], ua0, ua1, ua2, vec3f(ub0.y, ub1.y, ub2.y));
      let c2 = settled(P[t + 2u * WORKGROUP_SIZE], ua0, ua1, ua2, vec3f(ub0.z, ub1.z, ub2.z));
      let c3 = settled(P[t + 3u * WORKGROUP_SIZE], ua0, ua1, ua2, vec3f(ub0.w, ub1.w, ub2.w));
      P[t] = c0;
      P[t + WORKGROUP_SIZE] = c1;
      P[t + 2u * WORKGROUP_SIZE] = c2;
      P[t + 3u * WORKGROUP_SIZE] = c3;
      sum += c0 * qb.x + c1 * qb.y + c2 * qb.z + c3 * qb.w;
      if (b < a) {
        (*k)[b] += vec4f(dot(c0, qa), dot(c1, qa), dot(c2, qa), dot(c3, qa));
      } else {
        least = min(least, min(min(c0.x, c1.y), min(c2.z, c3.w)));
      }
      t += 4u * WORKGROUP_SIZE;
    }
    (*k)[a] += sum;
  }
  return least;
}
