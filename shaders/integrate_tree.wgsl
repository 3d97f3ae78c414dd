// One invocation advances one large cell of one entry by a block of steps; its state stays in storage. A pass over the nodes
// advances their states by the last step and evaluates the currents of the next, so that states are moved once a step.
import package::trees::{block, shape, rows, gates, table, params, spike_log, append, opaque, g, all};
import package::log::{magnitude, UNSOUND};
import package::model::{load, above, DETECTS, inputs, receptors, regions, inject, sample_currents, sample, due, NEEDS_ADVANCE, LARGEST, QUADS, FACTOR, CONDUCTANCE, CURRENT, ARMED, CARRIES, LOW, diagonal, axial, diagonal_stride, axial_stride};

override WORKGROUP_SIZE: u32 = 64;

/// Solves for the change of voltage, children first, and applies it.
fn solve() {
  let count = table[shape.runs];
  var run = count;
  while (run > 0u) {
    run--;
    let first = table[shape.runs + 1u + 2u * run];
    var i = table[shape.runs + 2u + 2u * run];
    var d_up = 0.0;
    var r_up = 0.0;
    var v = rows[i * all + g];
    while (i > first) {
      let a = params[axial + i * axial_stride];
      let v_parent = rows[(i - 1u) * all + g];
      let flow = a * (v_parent - v);
      let inverse = 1.0 / (params[diagonal + i * diagonal_stride] + rows[(CONDUCTANCE + i) * all + g] + d_up);
      let r = r_up - rows[(CURRENT + i) * all + g] + flow;
      rows[(CONDUCTANCE + i) * all + g] = inverse;
      rows[(CURRENT + i) * all + g] = r;
      d_up = -a * a * inverse;
      r_up = a * inverse * r - flow;
      v = v_parent;
      i--;
    }
    let d = params[diagonal + i * diagonal_stride] + rows[(CONDUCTANCE + i) * all + g] + d_up;
    var r = r_up - rows[(CURRENT + i) * all + g];
    let inverse = 1.0 / d;
    if (i > 0u) {
      let p = table[shape.parents + i];
      let a = params[axial + i * axial_stride];
      let flow = a * (rows[p * all + g] - v);
      r += flow;
      rows[(CONDUCTANCE + p) * all + g] -= a * a * inverse;
      rows[(CURRENT + p) * all + g] -= a * inverse * r - flow;
    }
    rows[(CONDUCTANCE + i) * all + g] = inverse;
    rows[(CURRENT + i) * all + g] = r;
  }
  for (run = 0u; run < count; run++) {
    var i = table[shape.runs + 1u + 2u * run];
    let last = table[shape.runs + 2u + 2u * run];
    var x_parent = 0.0;
    if (i > 0u) { x_parent = rows[(CURRENT + table[shape.parents + i]) * all + g]; }
    while (i <= last) {
      let x = (rows[(CURRENT + i) * all + g] + params[axial + i * axial_stride] * x_parent) * rows[(CONDUCTANCE + i) * all + g];
      rows[(CURRENT + i) * all + g] = x;
      if (CARRIES) {
        let v = rows[i * all + g];
        let more = FACTOR * x + rows[(LOW + i) * all + g];
        let sum = opaque(v + more);
        rows[(LOW + i) * all + g] = more - opaque(sum - v);
        rows[i * all + g] = sum;
      } else {
        rows[i * all + g] += FACTOR * x;
      }
      x_parent = x;
      i++;
    }
  }
}

/// Whether every state is finite and every potential within its bound.
fn is_sound() -> bool {
  var potential = 0u;
  var state = 0u;
  for (var i = 0u; i < shape.nodes; i++) { potential = max(potential, magnitude(rows[i * all + g])); }
  for (var i = shape.nodes; i < CONDUCTANCE; i++) { state = max(state, magnitude(rows[i * all + g])); }
  for (var i = 0u; i < QUADS; i++) {
    let four = bitcast<vec4u>(gates[i * all + g]) & vec4u(0x7fffffffu);
    state = max(state, max(max(four.x, four.y), max(four.z, four.w)));
  }
  return potential <= shape.limit && state <= LARGEST;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn integrate_tree(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  g = id.x + id.y * groups.x * WORKGROUP_SIZE;
  all = shape.n * shape.entries;
  if (g >= all || atomicLoad(&spike_log.flag) != 0u) { return; }
  let entry = g / shape.n;
  let cell = g % shape.n;
  load(cell, entry);
  var armed = rows[ARMED * all + g] != 0.0;
  var t = 0u;
  var pending = false; // states still have to advance over the last step
  var stop = false;    // this pass only advances them
  loop {
    let run = t < block.steps && !stop;
    if (run && DETECTS) {
      let is_above = above();
      if (is_above && armed) { append(block.step + t, entry * shape.n_sources + shape.first_source + cell); }
      armed = !is_above;
    }
    inputs(t, run);
    receptors(pending, run, t, cell, entry);
    regions(pending, run, t);
    pending = false;
    if (!run) {
      if (due(block.step + t)) { sample(block.step + t); }
      stop = false;
      if (t >= block.steps) { break; }
      continue;
    }
    inject();
    sample_currents(block.step + t);
    solve();
    t++;
    pending = true;
    if (due(block.step + t)) {
      if (NEEDS_ADVANCE) { stop = true; } else { sample(block.step + t); }
    }
  }
  rows[ARMED * all + g] = select(0.0, 1.0, armed);
  if (!is_sound()) { atomicOr(&spike_log.flag, UNSOUND); }
}
