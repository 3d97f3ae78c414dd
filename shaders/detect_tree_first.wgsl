// As `detect_first`, of large cells.
import package::trees::{block, shape, rows, spike_log, append, g, all};
import package::model::{load, above, ARMED};

override WORKGROUP_SIZE: u32 = 64;

@compute @workgroup_size(WORKGROUP_SIZE)
fn detect_tree_first(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  g = id.x + id.y * groups.x * WORKGROUP_SIZE;
  all = shape.n * shape.entries;
  if (g >= all || atomicLoad(&spike_log.flag) != 0u) { return; }
  let entry = g / shape.n;
  let cell = g % shape.n;
  load(cell, entry);
  let is_above = above();
  if (is_above && rows[ARMED * all + g] != 0.0) { append(block.step, entry * shape.n_sources + shape.first_source + cell); }
  rows[ARMED * all + g] = select(1.0, 0.0, is_above);
}
