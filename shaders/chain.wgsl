// Finds the first and the last spike of each source of a population among those that the block has logged, so that `release` works
// through the spikes of a source in order. One source's spikes are logged in order.
import package::log::{Log, Block};

struct Shape {
  first: u32,     // id of source 0
  n: u32,         // sources per entry
  n_sources: u32, // per entry, of the network
}

override WORKGROUP_SIZE: u32 = 64;
@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> spike_log: Log;
@group(0) @binding(3) var<storage, read> positions: array<u32>;
// per [entry][source]: not(place of the first), place of the last + 1; places count from the block's note. 0, 0 without a spike
@group(0) @binding(4) var<storage, read_write> ends: array<atomic<u32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn chain(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (atomicLoad(&spike_log.flag) != 0u) { return; }
  let start = positions[block.slot_from];
  let total = atomicLoad(&spike_log.count) - start;
  for (var at = id.x; at < total; at += groups.x * WORKGROUP_SIZE) {
    let spike = spike_log.entries[(start + at) & spike_log.mask];
    let source = spike.y % shape.n_sources - shape.first;
    if (block.step > spike.x || source >= shape.n) { continue; }
    let i = spike.y / shape.n_sources * shape.n + source;
    atomicMax(&ends[2u * i], ~at);
    atomicMax(&ends[2u * i + 1u], at + 1u);
  }
}
