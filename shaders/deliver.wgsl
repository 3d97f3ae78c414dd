// Adds the links of logged spikes that fall due in a block to its accumulators. Each invocation looks up one spike; few links it
// adds at once, many it leaves on a list that the workgroup then works through together. Where processors share caches rather than a
// memory that adds, several that add to the same lines take twice as long as one: there the slots are divided into parts, and the
// workgroups of a part add only what reaches it (links of a segment ascend by slot, so a part's are found by bisection).
import constants::LIST; // rows that a workgroup works through together
import constants::FEW;  // links of a spike that whoever looked it up adds alone
import package::log::{Log, Block, begin_of, quads_of};

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
  projections: u32, // and per projection WORDS words
  parts: u32,       // of the slots; divides the number of workgroups
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

/// Words of a projection in rows.
const LANE = 0u;   // + 1; 0 without plasticity
const WIDTH = 1u;  // words of a link
const WEIGHT = 2u; // bits of a weight that all links share
const LOWEST = 3u; // slot that its links reach,
const SPAN = 4u;   // and slots from there to the highest
const WORDS = 5u;

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

/// The first link in [begin, end) that reaches this slot or one behind it; counted in words.
fn reaching(begin: u32, end: u32, width: u32, slot: u32) -> u32 {
  var low = 0u;
  var high = (end - begin) / width;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (links[begin + middle * width] < slot) { low = middle + 1u; } else { high = middle; }
  }
  return begin + low * width;
}

/// What a spike transmits of its weights over one projection, whose lane + 1 is given.
fn released(place: u32, lane: u32) -> f32 {
  if (lane == 0u) { return 1.0; }
  return releases[place * shape.lanes + lane - 1u];
}

fn look_up(place: u32, part_of_slots: u32) {
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
    let about = shape.projections + WORDS * projection;
    let width = rows[about + WIDTH];
    let scale = scales[projection * shape.entries + entry] * released(place, rows[about + LANE]);
    var part = Part(rows[shape.begins + s], rows[shape.begins + s + 1u], 4u * (entry * quads_of(block.steps) + (due >> 2u)) * shape.slots + (due & 3u), width, scale, 0);
    if (shape.parts > 1u) {
      let lowest = rows[about + LOWEST];
      let span = rows[about + SPAN];
      part.first = reaching(part.first, part.end, width, lowest + begin_of(part_of_slots, shape.parts, span));
      part.end = reaching(part.first, part.end, width, lowest + begin_of(part_of_slots + 1u, shape.parts, span));
    }
    if (width == 1u) { part.all = i32(round(bitcast<f32>(rows[about + WEIGHT]) * scale)); }
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
  let together = groups.x / shape.parts; // workgroups of one part of the slots
  for (var at = group.x % together * WORKGROUP_SIZE; at < total; at += together * WORKGROUP_SIZE) {
    if (lane == 0u) { atomicStore(&listed, 0u); }
    workgroupBarrier();
    if (at + lane < total) { look_up((start + at + lane) & spike_log.mask, group.x / together); }
    workgroupBarrier();
    let parts = min(atomicLoad(&listed), LIST);
    for (var k = 0u; k < parts; k++) {
      let part = list[k];
      for (var l = part.first + lane * part.width; l < part.end; l += WORKGROUP_SIZE * part.width) { add(part, l); }
    }
    workgroupBarrier();
  }
}
