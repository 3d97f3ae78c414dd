// P -= k k' / (1 + r.k), one invocation per element; a dense P stays exactly symmetric.
import package::readouts::{block, shape, spike_log, states, stays};

override WORKGROUP_SIZE: u32 = 64;

@compute @workgroup_size(WORKGROUP_SIZE)
fn rls_shrink(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let g = id.x + id.y * groups.x * WORKGROUP_SIZE;
  let one = shape.n * shape.n;
  let entry = g / one;
  if (entry >= shape.entries || stays(entry) || atomicLoad(&spike_log.flag) != 0u) { return; }
  let k = shape.gain + entry * shape.n;
  let j = (g % one) / shape.n;
  let i = g % shape.n;
  states[shape.inverse + g] -= (states[k + j] * states[k + i]) * (1.0 / states[shape.den + entry]);
}
