// k = P r, one invocation per entry and cell; P is symmetric, and its rows are walked side by side.
import package::readouts::{block, shape, spike_log, states, exposed, read_at, stays};

override WORKGROUP_SIZE: u32 = 64;

@compute @workgroup_size(WORKGROUP_SIZE)
fn rls_gain(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let g = id.x + id.y * groups.x * WORKGROUP_SIZE;
  let entry = g / shape.n;
  if (entry >= shape.entries || stays(entry) || atomicLoad(&spike_log.flag) != 0u) { return; }
  let i = g % shape.n;
  let r = read_at(block.step, entry);
  let p = shape.inverse + entry * shape.n * shape.n + i;
  var sum = 0.0;
  for (var j = 0u; j < shape.n; j++) { sum += states[p + j * shape.n] * exposed[r + j]; }
  states[shape.gain + g] = sum;
}
