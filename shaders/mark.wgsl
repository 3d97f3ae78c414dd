// Keeps, for links that learn, when each id spiked: a ring of words of 32 steps, [word][id], bit s of word w for step 32 w + s. The
// host clears a word before its first step.
import package::log::{Log, Block};

struct Shape {
  words: u32, // a power of two
  ids: u32,
  note: u32, // 1: nothing else notes the log's position
  back: u32, // steps of a block at most: the last block's spikes are marked with this one's
}

override WORKGROUP_SIZE: u32 = 64;
@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> spike_log: Log;
@group(0) @binding(3) var<storage, read_write> positions: array<u32>;
@group(0) @binding(4) var<storage, read_write> history: array<atomic<u32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn mark(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (atomicLoad(&spike_log.flag) != 0u) { return; }
  let start = positions[block.slot_from];
  let count = atomicLoad(&spike_log.count);
  if (id.x == 0u && shape.note == 1u) { positions[block.slot] = count; }
  for (var at = id.x; at < count - start; at += groups.x * WORKGROUP_SIZE) {
    let spike = spike_log.entries[(start + at) & spike_log.mask];
    if (spike.x + shape.back < block.step) { continue; }
    atomicOr(&history[((spike.x >> 5u) & (shape.words - 1u)) * shape.ids + spike.y], 1u << (spike.x & 31u));
  }
}
