// Spikes of cells that detect before delivery, in blocks of one step: links of these cells learn from them in the same step.
import package::cells::{block, shape, spike_log, append};
import package::model::{load, source_of, store, detect};

override WORKGROUP_SIZE: u32 = 64;

@compute @workgroup_size(WORKGROUP_SIZE)
fn detect_first(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let g = id.x + id.y * groups.x * WORKGROUP_SIZE;
  let all = shape.n * shape.entries;
  if (g >= all || atomicLoad(&spike_log.flag) != 0u) { return; }
  let entry = g / shape.n;
  let cell = g % shape.n;
  load(g, all, cell, entry);
  if (detect(0u)) { append(block.step, entry * shape.n_sources + source_of(cell)); }
  store(g, all);
}
