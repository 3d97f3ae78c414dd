// Adds the links of logged spikes that fall due in a block to its accumulators. Each invocation looks up one spike; few links it
// adds at once, many it leaves on a list that the workgroup then works through together.
import package::log::{Log, Block, quads_of};

struct Shape {
  entries: u32,
  slots: u32,     // per entry
  n_sources: u32, // per entry
  tables: u32,    // 1, or one row table per entry
  note: u32,      // 1: this stage notes the log's position
  lanes: u32,     // factors of plasticity beside each logged spike
  lane_of: u32,   // where rows says the lane + 1 of each projection, 0 without plasticity
}

override WORKGROUP_SIZE: u32 = 64;
const FEW = 4u;
const LIST = 256u;
@group(0) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> spike_log: Log;
@group(0) @binding(3) var<storage, read_write> positions: array<u32>;
// per table five words: where its rowStart, segmentDelay, segmentProjection and segmentStart begin, and its first link
@group(0) @binding(4) var<storage, read> rows: array<u32>;
@group(0) @binding(5) var<storage, read> links: array<vec2u>;           // slot, bits of the weight in uS
@group(0) @binding(6) var<storage, read> scales: array<f32>;            // scale * q of [projection][entry]
@group(0) @binding(7) var<storage, read> releases: array<f32>;          // [place in the log][lane]
@group(0) @binding(8) var<storage, read_write> acc: array<atomic<i32>>; // see quads_of

struct Part {
  first: u32, // link
  end: u32,
  base: u32,  // of the accumulators
  scale: f32,
}
var<workgroup> spikes: u32;
var<workgroup> listed: atomic<u32>;
var<workgroup> list: array<Part, LIST>;

fn add(part: Part, link: u32) {
  let l = links[link];
  atomicAdd(&acc[part.base + 4u * l.x], i32(round(bitcast<f32>(l.y) * part.scale)));
}

/// The first segment in [begin, end) with at least this delay; delays ascend.
fn bisect(delays: u32, begin: u32, end: u32, delay: u32) -> u32 {
  var low = begin;
  var high = end;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (rows[delays + middle] < delay) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}

/// What a spike transmits of its weights over one projection.
fn released(place: u32, projection: u32) -> f32 {
  if (shape.lanes == 0u) { return 1.0; }
  let lane = rows[shape.lane_of + projection];
  if (lane == 0u) { return 1.0; }
  return releases[place * shape.lanes + lane - 1u];
}

fn look_up(place: u32) {
  let spike = spike_log.entries[place];
  let entry = spike.y / shape.n_sources;
  let head = select(0u, 5u * entry, shape.tables > 1u);
  let row = rows[head] + spike.y % shape.n_sources;
  let delays = rows[head + 1u];
  let last = rows[row + 1u];
  var s = bisect(delays, rows[row], last, block.step - min(block.step, spike.x));
  while (s < last) {
    let due = spike.x + rows[delays + s] - block.step;
    if (due >= block.steps) { break; }
    let starts = rows[head + 3u] + s;
    let first = rows[head + 4u];
    let projection = rows[rows[head + 2u] + s];
    let scale = scales[projection * shape.entries + entry] * released(place, projection);
    let part = Part(first + rows[starts], first + rows[starts + 1u], 4u * (entry * quads_of(block.steps) + (due >> 2u)) * shape.slots + (due & 3u), scale);
    var k = LIST;
    if (part.end - part.first > FEW) { k = atomicAdd(&listed, 1u); }
    if (k < LIST) { list[k] = part; } else { for (var l = part.first; l < part.end; l++) { add(part, l); } }
    s++;
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn deliver(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3u) {
  let count = atomicLoad(&spike_log.count);
  let start = positions[block.slot_from];
  if (lane == 0u) {
    spikes = select(count - start, 0u, atomicLoad(&spike_log.flag) != 0u);
    if (shape.note == 1u && group.x == 0u) { positions[block.slot] = count; }
  }
  let total = workgroupUniformLoad(&spikes);
  for (var at = group.x * WORKGROUP_SIZE; at < total; at += groups.x * WORKGROUP_SIZE) {
    if (lane == 0u) { atomicStore(&listed, 0u); }
    workgroupBarrier();
    if (at + lane < total) { look_up((start + at + lane) & spike_log.mask); }
    workgroupBarrier();
    let parts = min(atomicLoad(&listed), LIST);
    for (var k = 0u; k < parts; k++) {
      let part = list[k];
      for (var l = part.first + lane; l < part.end; l += WORKGROUP_SIZE) { add(part, l); }
    }
    workgroupBarrier();
  }
}
