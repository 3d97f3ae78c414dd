// Adds events given as data (already rounded to steps by compile) that fall due in a block; one invocation per event.
import package::log::{Block, quads_of};

struct Shape {
  entries: u32,
  slots: u32,
}

override WORKGROUP_SIZE: u32 = 64;
@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read> flag: array<u32>; // the log's head
@group(0) @binding(3) var<storage, read> events: array<vec4u>; // step, entry * slots + slot, projection, bits of the weight
@group(0) @binding(4) var<storage, read> scales: array<f32>;
@group(0) @binding(5) var<storage, read_write> acc: array<atomic<i32>>; // see quads_of

@compute @workgroup_size(WORKGROUP_SIZE)
fn given(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = block.events + id.x + id.y * groups.x * WORKGROUP_SIZE;
  if (k >= block.events_end || flag[1] != 0u) { return; }
  let event = events[k];
  let scale = scales[event.z * shape.entries + event.y / shape.slots];
  let due = event.x - block.step;
  let at = 4u * ((event.y / shape.slots * quads_of(block.steps) + (due >> 2u)) * shape.slots + event.y % shape.slots) + (due & 3u);
  atomicAdd(&acc[at], i32(round(bitcast<f32>(event.w) * scale)));
}
