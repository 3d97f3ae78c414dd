// The errors at a learning step, and new weights; one workgroup per entry.
import package::readouts::{block, shape, spike_log, states, total, own_part, read_at, goal, stays, LANES};
import package::log::{magnitude, UNSOUND};

const LEAST = 0.99999;          // see leastDen in host/readouts.ts
const LARGEST = 0x7149f2cau;    // bits of 1e30

@compute @workgroup_size(64)
fn rls_learn(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) id: vec3u) {
  let entry = id.x;
  let r = read_at(block.step, entry);
  let k = shape.gain + entry * shape.n;
  let acts = !stays(entry) && atomicLoad(&spike_log.flag) == 0u;
  let den = 1.0 + total(lane, own_part(lane, k, r));
  let scale = 1.0 / den;
  var largest = magnitude(den);
  for (var output = 0u; output < shape.outputs; output++) {
    let o = entry * shape.outputs + output;
    let error = total(lane, own_part(lane, o * shape.n, r)) - goal(entry, output, 0u);
    if (acts) {
      if (lane == 0u) { states[shape.error + o] = error; }
      for (var j = lane; j < shape.n; j += LANES) {
        let w = states[o * shape.n + j] - (error * states[k + j]) * scale;
        states[o * shape.n + j] = w;
        largest = max(largest, magnitude(w));
      }
    }
  }
  if (!acts) { return; }
  if (lane == 0u) { states[shape.den + entry] = den; }
  if (largest > LARGEST || den < LEAST) { atomicOr(&spike_log.flag, UNSOUND); }
}
