// Samples of what is shown in the steps of a block: one invocation per sample, entry and column.
import package::log::Block;

struct Shape {
  every: u32,   // steps
  entries: u32,
  columns: u32,
  ring: u32,
  words: u32,
  word: u32,    // of a step, where the values begin
  stride: u32,  // from one entry's values to the next one's
}

override WORKGROUP_SIZE: u32 = 64;
@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read> exposed: array<f32>;
@group(0) @binding(3) var<storage, read> columns: array<u32>;
@group(0) @binding(4) var<storage, read_write> samples: array<f32>; // of the submit; this block's begin at block.events

@compute @workgroup_size(WORKGROUP_SIZE)
fn sample_shown(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = id.x + id.y * groups.x * WORKGROUP_SIZE;
  let width = shape.entries * shape.columns;
  let step = ((block.step + shape.every - 1u) / shape.every + k / width) * shape.every;
  if (step >= block.step + block.steps) { return; }
  let entry = (k % width) / shape.columns;
  let column = columns[k % shape.columns];
  samples[block.events + k] = exposed[(step % shape.ring) * shape.words + shape.word + entry * shape.stride + column];
}
