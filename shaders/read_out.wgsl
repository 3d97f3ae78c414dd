// The values of a read-out at every step of a block, one workgroup each, and what they are off their targets.
import package::readouts::{block, shape, spike_log, states, exposed, total, own_part, read_at, goal, stays};

@compute @workgroup_size(64)
fn read_out(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let all = shape.entries * shape.outputs;
  let which = id.x + id.y * groups.x;
  let t = which / all;
  let k = which % all;
  let entry = k / shape.outputs;
  let value = total(lane, own_part(lane, k * shape.n, read_at(block.step + t, entry)));
  if (lane != 0u || t >= block.steps || atomicLoad(&spike_log.flag) != 0u) { return; }
  let at = ((block.step + t) % shape.ring) * shape.words + shape.shows + k;
  exposed[at] = value;
  var error = value - goal(entry, k % shape.outputs, t);
  if (block.events != 0u && t == 0u && !stays(entry)) { error = states[shape.error + k]; } // before learning
  exposed[at + all] = error;
}
