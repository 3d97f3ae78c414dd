// Adds the links of logged spikes that fall due in a block to its accumulators; a workgroup takes one spike at a time.
import package::log::{Log, Block};

struct Shape {
  entries: u32,
  slots: u32,     // per entry
  n_sources: u32, // per entry
  tables: u32,    // 1, or one row table per entry
  note: u32,      // 1: this stage notes the log's position
}

override WORKGROUP_SIZE: u32 = 64;
@group(0) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> log: Log;
@group(0) @binding(3) var<storage, read_write> positions: array<u32>;
// per table five words: where its rowStart, segmentDelay, segmentProjection and segmentStart begin, and its first link
@group(0) @binding(4) var<storage, read> rows: array<u32>;
@group(0) @binding(5) var<storage, read> links: array<vec2u>;         // slot, bits of the weight in uS
@group(0) @binding(6) var<storage, read> scales: array<f32>;          // scale * q of [projection][entry]
@group(0) @binding(7) var<storage, read_write> acc: array<atomic<i32>>; // [step][entry][slot]

/// The first of [low, high) ascending segment delays that is at least `delay`.
fn bisect(delays: u32, begin: u32, end: u32, delay: u32) -> u32 {
  var low = begin;
  var high = end;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (rows[delays + middle] < delay) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn deliver(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3u) {
  if (atomicLoad(&log.flag) != 0u) { return; }
  let count = atomicLoad(&log.count);
  if (shape.note == 1u && group.x == 0u && lane == 0u) { positions[block.slot] = count; }
  let start = positions[block.slot_from];
  for (var k = group.x; k < count - start; k += groups.x) {
    let spike = log.entries[(start + k) & log.mask];
    let entry = spike.y / shape.n_sources;
    let source = spike.y % shape.n_sources;
    let head = select(0u, 5u * entry, shape.tables > 1u);
    let row = rows[head] + source;
    let delays = rows[head + 1u];
    // due = spike.x + delay in [block.step, block.step + steps): as unsigned differences, spikes lie behind the block's end
    let last = rows[row + 1u];
    let age = block.step - min(block.step, spike.x);
    var s = bisect(delays, rows[row], last, age);
    while (s < last) {
      let due = spike.x + rows[delays + s] - block.step;
      if (due >= block.steps) { break; }
      let scale = scales[rows[rows[head + 2u] + s] * shape.entries + entry];
      let base = (due * shape.entries + entry) * shape.slots;
      let first = rows[head + 4u];
      let end = rows[rows[head + 3u] + s + 1u];
      for (var l = rows[rows[head + 3u] + s] + lane; l < end; l += WORKGROUP_SIZE) {
        let link = links[first + l];
        atomicAdd(&acc[base + link.x], i32(round(bitcast<f32>(link.y) * scale)));
      }
      s++;
    }
  }
}
