// One step of all networks of a batch, one invocation per neuron: the last step's output, error and learning, then the
// dynamics of this step. One dispatch suffices because the input after an update follows from the input before it:
// W_new r = W r + e (q.k) / den. Every neuron reads the traces of the last step and writes its own to the other half.
import package::log::magnitude;
import package::model::MAX_BLOCKS;
import package::model::MOST_MOVED;
import package::model::MOST_WEIGHT;
import package::model::WORKGROUP_SIZE;
import package::learn_rls::DEFER;
import package::learn_rls::Row;
import package::learn_rls::U;
import package::learn_rls::product;
import package::learn_rls::settle_and_product;
import package::learn_rls::subtract_pending;
import package::train_neuron::draw_normals;
import package::train_neuron::lif_drift;
import package::train_neuron::lif_spikes;
import package::train_neuron::qif_drift;
import package::train_neuron::qif_spikes;
import package::train_neuron::wrap_signed;

/// The same in every step of a span. Offsets count values of the buffer named.
struct Span {
  neurons: u32,        // of all networks; G below
  per_network: u32,
  noise_key: u32,      // stream; the seed is per neuron
  intended: u32,       // LIF spike rule
  held: u32,           // noise scheme
  threshold_at: u32,   // inputs: [threshold G][reset G][amplitude G]
  h: f32,
  half_h: f32,
  decay: f32,
  jump: f32,
  x_at: u32,           // record: where each trace starts, NONE if not wanted
  r_at: u32,
  v_at: u32,
  error_at: u32,
  update2_at: u32,
  xmid_at: u32,
}

/// What differs between steps; one 256-byte record each, chosen by a dynamic offset.
struct Step {
  phases: u32,         // OUTPUT | ERROR | LEARN | DYNAMICS
  r_old: u32,          // state: half with the traces after the last step
  r_new: u32,          // state: half to write
  target_at: u32,      // inputs: row of the last step
  stimulus_at: u32,    // inputs: row of this step
  noise_at: u32,       // inputs: given noise of this step, [2][G]
  draw: u32,           // this step, counted from the start of the run
  row: u32,            // record: row of this step times G
  error_row: u32,      // record: row of the last step times G
  pending: u32,        // rank-1 terms waiting in U
}

const NONE = 0xffffffffu;
const OUTPUT = 1u;
const ERROR = 2u;
const LEARN = 4u;
const DYNAMICS = 8u;

/// What an alarm says: its place in FAULTS of host/training-soundness.ts, from 1 on, plus 4 times the step within the span.
const POTENTIAL = 1u;
const WEIGHT = 2u;
const DEFINITENESS = 3u;

const QIF = 1u;
const TRAINED = 2u;
const DRAWN = 4u;
const GIVEN = 8u;

@group(0) @binding(2) var<storage, read_write> w: array<vec4f>;    // [group][block][lane]
@group(0) @binding(3) var<storage, read> links: array<vec4u>;      // sending neurons, as w
@group(0) @binding(4) var<storage, read_write> state: array<f32>;  // [r half 0][r half 1][x][v][alarm][value that raised it], G each
@group(0) @binding(5) var<storage, read> inputs: array<f32>;
@group(0) @binding(6) var<storage, read> slots: array<u32>;        // [A, B][neuron of slot][A: blocks, P start, w start of group][B: flags G, seed G]
@group(0) @binding(7) var<storage, read_write> record: array<f32>;
@group(0) @binding(8) var<uniform> span: Span;
@group(1) @binding(0) var<uniform> step: Step;

fn keep(start: u32, at: u32, value: f32) {
  if (start != NONE) { record[start + at] = value; }
}

/// Notes what went wrong first in a neuron; the host looks at the end of a span.
fn raise(what: u32, neuron: u32, row: u32, value: f32) {
  let at = 4u * span.neurons + neuron;
  if (state[at] != 0.0) { return; }
  state[at] = f32(what + 4u * (row / span.neurons));
  state[at + span.neurons] = value;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn train_step(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let neuron = slots[2u + group.x * WORKGROUP_SIZE + lane];
  if (neuron >= span.neurons) { return; }
  let G = span.neurons;
  let flags = slots[slots[1] + neuron];
  var v = state[3u * G + neuron];
  if ((step.phases & OUTPUT) != 0u) {
    v = output(group.x, lane, neuron, flags);
    state[3u * G + neuron] = v;
  }
  if ((step.phases & DYNAMICS) != 0u) { advance(neuron, flags, v); }
}

/// Input W r with the traces after the last step; with LEARN also the update, and then the input under the new weights.
fn output(group: u32, lane: u32, neuron: u32, flags: u32) -> f32 {
  let G = span.neurons;
  let table = slots[0] + 3u * group;
  let blocks = slots[table];
  let w_start = slots[table + 2u] + lane;
  let first = step.r_old + (neuron / span.per_network) * span.per_network;
  var q: Row;
  var v = 0.0;
  for (var a = 0u; a < blocks; a++) {
    let at = w_start + a * WORKGROUP_SIZE;
    let source = links[at];
    let qa = vec4f(state[first + source.x], state[first + source.y], state[first + source.z], state[first + source.w]);
    q[a] = qa;
    v += dot(w[at], qa);
  }
  if ((step.phases & ERROR) == 0u) { return v; }
  let error = inputs[step.target_at + neuron] - v;
  keep(span.error_at, step.error_row + neuron, error);
  if ((step.phases & LEARN) == 0u || (flags & TRAINED) == 0u) {
    keep(span.update2_at, step.error_row + neuron, 0.0);
    return v;
  }
  var k: Row;
  for (var a = 0u; a < blocks; a++) { k[a] = vec4f(0.0); }
  let p_start = slots[table + 1u] + lane;
  let u_start = DEFER * slots[table + 2u] + lane;
  var healthy = 1.0;
  if (step.pending == DEFER) {
    healthy = settle_and_product(&k, &q, blocks, p_start, u_start);
  } else {
    product(&k, &q, blocks, p_start);
    subtract_pending(&k, &q, blocks, u_start, step.pending);
  }
  var along = 0.0;
  for (var a = 0u; a < blocks; a++) { along += dot(q[a], k[a]); }
  let den = 1.0 + along;
  // q'Pq < 0 by more than rounding of a sum of some hundred terms, not a number (Infinity has the same exponent bits), or a
  // negative diagonal: P has stopped being positive definite
  let odd = (bitcast<u32>(den) & 0x7f800000u) == 0x7f800000u;
  if (den < 0.99999 || odd || healthy < 0.0) { raise(DEFINITENESS, neuron, step.error_row, den); }
  let gain = error / den;
  let scale = inverseSqrt(den);
  let term = u_start + (step.pending % DEFER) * blocks * WORKGROUP_SIZE;
  var size2 = 0.0;
  var unsound = 0.0;
  for (var a = 0u; a < blocks; a++) {
    U[term + a * WORKGROUP_SIZE] = k[a] * scale;
    let change = k[a] * gain;
    let now = w[w_start + a * WORKGROUP_SIZE] + change;
    w[w_start + a * WORKGROUP_SIZE] = now;
    for (var c = 0u; c < 4u; c++) { if (magnitude(now[c]) > MOST_WEIGHT) { unsound = now[c]; } }
    size2 += dot(change, change);
  }
  if (magnitude(unsound) > MOST_WEIGHT) { raise(WEIGHT, neuron, step.error_row, unsound); }
  keep(span.update2_at, step.error_row + neuron, size2);
  return v + gain * along;
}

/// The midpoint step, the spike decision and the trace.
fn advance(neuron: u32, flags: u32, v: f32) {
  let G = span.neurons;
  keep(span.v_at, step.row + neuron, v);
  var noise = vec2f(0.0);
  if ((flags & GIVEN) != 0u) {
    noise = vec2f(inputs[step.noise_at + neuron], inputs[step.noise_at + G + neuron]);
  } else if ((flags & DRAWN) != 0u) {
    let seed = slots[slots[1] + G + neuron];
    noise = draw_normals(neuron % span.per_network, step.draw, vec2u(seed, span.noise_key));
    noise *= inputs[span.threshold_at + 2u * G + neuron];
  }
  var current = inputs[step.stimulus_at + neuron] + v;
  if (span.held != 0u) {
    current += noise.x;
    noise = vec2f(0.0);
  }
  let x = state[2u * G + neuron];
  let qif = (flags & QIF) != 0u;
  let slope = select(lif_drift(x, current), qif_drift(x, current), qif) + noise.x;
  let middle = x + span.half_h * slope;
  let slope_middle = select(lif_drift(middle, current), qif_drift(middle, current), qif) + noise.y;
  var x_new = x + span.h * slope_middle;
  if (magnitude(x_new - x) > MOST_MOVED) { raise(POTENTIAL, neuron, step.row, x_new - x); }
  let threshold = inputs[span.threshold_at + neuron];
  let fired = select(lif_spikes(x, x_new, threshold, span.intended != 0u), qif_spikes(x, x_new), qif);
  if (qif) {
    x_new = wrap_signed(x_new);
  } else if (fired) {
    x_new = inputs[span.threshold_at + G + neuron];
  }
  let r = span.decay * state[step.r_old + neuron] + select(0.0, span.jump, fired);
  state[2u * G + neuron] = x_new;
  state[step.r_new + neuron] = r;
  keep(span.x_at, step.row + neuron, x_new);
  keep(span.r_at, step.row + neuron, r);
  keep(span.xmid_at, step.row + neuron, middle);
}
