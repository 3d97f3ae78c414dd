// Adds the links of logged spikes that fall due in a block to its accumulators. Each invocation looks up one spike; few links it
// adds at once, many it leaves on a list that the workgroup then works through together.
import constants::LIST; // not below the size of a workgroup
import constants::FEW;  // links of a spike that whoever looked it up adds alone
import package::log::{Log, Block, quads_of};

struct Shape {
  entries: u32,
  slots: u32,       // per entry
  n_sources: u32,   // per entry
  tables: u32,      // 1, or one row table per entry
  note: u32,        // 1: this dispatch notes the log's position
  lanes: u32,       // factors of plasticity beside each logged spike
  first_row: u32,   // rows of this part: one per source, or per entry and source
  end_row: u32,
  delays: u32,      // where in rows the delays of segments begin,
  owners: u32,      // their projections,
  begins: u32,      // their first words of links,
  projections: u32, // and per projection its lane + 1 (0 without plasticity), words of a link, bits of a weight that all links share
}

override WORKGROUP_SIZE: u32 = 64;
@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> spike_log: Log;
@group(0) @binding(3) var<storage, read_write> positions: array<u32>;
@group(0) @binding(4) var<storage, read> rows: array<u32>;              // first segment of each row, then what Shape says
@group(0) @binding(5) var<storage, read> links: array<u32>;             // slot, and bits of the weight where links have their own
@group(0) @binding(6) var<storage, read> scales: array<f32>;            // scale * q of [projection][entry]
@group(0) @binding(7) var<storage, read> releases: array<f32>;          // [place in the log][lane]
@group(0) @binding(8) var<storage, read_write> acc: array<atomic<i32>>; // see quads_of

struct Part {
  first: u32, // word of links
  end: u32,
  base: u32,  // of the accumulators
  width: u32, // words of a link
  scale: f32, // of the weights
  all: i32,   // what every link adds, where they share a weight
}
var<workgroup> spikes: u32;
var<workgroup> listed: atomic<u32>;
var<workgroup> list: array<Part, LIST>;

fn add(part: Part, link: u32) {
  var amount = part.all;
  if (part.width == 2u) { amount = i32(round(bitcast<f32>(links[link + 1u]) * part.scale)); }
  atomicAdd(&acc[part.base + 4u * links[link]], amount);
}

/// The first segment in [begin, end) with at least this delay; delays ascend.
fn bisect(begin: u32, end: u32, delay: u32) -> u32 {
  var low = begin;
  var high = end;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (rows[shape.delays + middle] < delay) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}

/// What a spike transmits of its weights over one projection, whose lane + 1 is given.
fn released(place: u32, lane: u32) -> f32 {
  if (lane == 0u) { return 1.0; }
  return releases[place * shape.lanes + lane - 1u];
}

fn look_up(place: u32) {
  let spike = spike_log.entries[place];
  let entry = spike.y / shape.n_sources;
  let id = select(spike.y % shape.n_sources, spike.y, shape.tables > 1u);
  if (id < shape.first_row || id >= shape.end_row) { return; }
  let row = id - shape.first_row;
  let last = rows[row + 1u];
  var s = bisect(rows[row], last, block.step - min(block.step, spike.x));
  while (s < last) {
    let due = spike.x + rows[shape.delays + s] - block.step;
    if (due >= block.steps) { break; }
    let projection = rows[shape.owners + s];
    let about = shape.projections + 3u * projection;
    let width = rows[about + 1u];
    let scale = scales[projection * shape.entries + entry] * released(place, rows[about]);
    var part = Part(rows[shape.begins + s], rows[shape.begins + s + 1u], 4u * (entry * quads_of(block.steps) + (due >> 2u)) * shape.slots + (due & 3u), width, scale, 0);
    if (width == 1u) { part.all = i32(round(bitcast<f32>(rows[about + 2u]) * scale)); }
    var k = LIST;
    if (part.end - part.first > FEW * width) { k = atomicAdd(&listed, 1u); }
    if (k < LIST) { list[k] = part; } else { for (var l = part.first; l < part.end; l += width) { add(part, l); } }
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
      for (var l = part.first + lane * part.width; l < part.end; l += WORKGROUP_SIZE * part.width) { add(part, l); }
    }
    workgroupBarrier();
  }
}
