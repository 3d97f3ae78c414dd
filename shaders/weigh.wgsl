// Samples the weights of chosen links at the end of a block.
import package::log::Block;

struct Shape {
  count: u32, // links of all entries
}

override WORKGROUP_SIZE: u32 = 64;
@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read> states: array<u32>; // weights first
@group(0) @binding(3) var<storage, read> links: array<u32>;
@group(0) @binding(4) var<storage, read_write> samples: array<u32>; // of the submit; this sample's begin at block.events

@compute @workgroup_size(WORKGROUP_SIZE)
fn weigh(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = id.x + id.y * groups.x * WORKGROUP_SIZE;
  if (k < shape.count) { samples[block.events + k] = states[links[k]]; }
}
