// Draws the links of logged spikes again that fall due in a block, and adds them to its accumulators: what `deliver` does for links
// that are kept. Twin: src/connect/laws.ts, src/connect/gaps.ts. Each invocation looks up one spike; then the workgroup works through
// the units of all that are due: four neighbouring targets, one block of gaps, or the one target of a diagonal.
import constants::LIST; // not below the size of a workgroup
import package::log::{Log, Block, begin_of, quads_of};
import package::philox::{mul_hi, philox4x32};

struct Shape {
  entries: u32,
  slots: u32,        // per entry
  n_sources: u32,    // per entry
  note: u32,         // 1: this dispatch notes the log's position
  first_source: u32,
  sources: u32,
  targets: u32,
  no_self: u32,      // 1: no links from a cell to itself
  law: u32,
  bound: u32,        // a word up to this links a pair
  units: u32,        // of a source
  small: u32,        // of gaps: square root of a block
  delays: u32,       // number of delays: 1, or one per source
  receptors: u32,
  seeds: u32,        // number of seeds: 1, or one per entry
  stream: u32,
  projection: u32,
  weight: f32,
  parts: u32,        // of the units, as in deliver.wgsl; divides the number of workgroups
}

override WORKGROUP_SIZE: u32 = 64;
const PAIRS = 0u;
const DIAGONAL = 1u;
const CONNECTION = 1u; // uses of random numbers
const RECEPTOR = 2u;
@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> spike_log: Log;
@group(0) @binding(3) var<storage, read_write> positions: array<u32>;
@group(0) @binding(4) var<storage, read> table: array<u32>;             // delays, slots of receptors, seeds, thresholds of gaps
@group(0) @binding(5) var<storage, read> scales: array<f32>;            // scale * q of [projection][entry]
@group(0) @binding(6) var<storage, read_write> acc: array<atomic<i32>>; // see quads_of

struct Job {
  source: u32,
  seed: u32,
  base: u32, // of the accumulators
  amount: i32,
}
var<workgroup> spikes: u32;
var<workgroup> listed: atomic<u32>;
var<workgroup> list: array<Job, LIST>;

fn add(job: Job, target_cell: u32) {
  if (shape.no_self == 1u && target_cell == job.source) { return; }
  var pick = 0u;
  if (shape.receptors > 1u) {
    pick = mul_hi(philox4x32(vec4u(job.source, target_cell, 0u, RECEPTOR), vec2u(job.seed, shape.stream)).x, shape.receptors);
  }
  atomicAdd(&acc[job.base + 4u * (table[shape.delays + pick] + target_cell)], job.amount);
}

/// How many of the thresholds [first, first + n) a word has reached.
fn reached(first: u32, n: u32, word: u32) -> u32 {
  var low = 0u;
  var high = n;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (table[first + middle] <= word) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}

fn words(job: Job, draw: u32, part: u32) -> vec4u {
  return philox4x32(vec4u(job.source, draw, part, CONNECTION), vec2u(job.seed, shape.stream));
}

fn gaps(job: Job, unit: u32) {
  let length = shape.small * shape.small;
  let large = shape.delays + shape.receptors + shape.seeds;
  let fine = large + shape.small;
  let from_cell = unit * length;
  let end = from_cell + min(length, shape.targets - from_cell);
  var at = from_cell;
  var draw = 0u;
  while (at < end) {
    let w = words(job, draw, unit);
    for (var half = 0u; half < 2u; half++) {
      let pair = select(w.xy, w.zw, half == 1u);
      let gap = shape.small * reached(large, shape.small, pair.x) + reached(fine, shape.small - 1u, pair.y);
      if (gap >= end - at) { return; }
      add(job, at + gap);
      at += gap + 1u;
      if (at >= end) { return; }
    }
    draw++;
  }
}

fn work(job: Job, unit: u32) {
  if (shape.law == PAIRS) {
    let w = words(job, unit, 0u);
    for (var k = 0u; k < 4u; k++) {
      if (4u * unit + k < shape.targets && w[k] <= shape.bound) { add(job, 4u * unit + k); }
    }
  } else if (shape.law == DIAGONAL) {
    if (words(job, job.source >> 2u, 0u)[job.source & 3u] <= shape.bound) { add(job, job.source); }
  } else {
    gaps(job, unit);
  }
}

fn look_up(place: u32) {
  let spike = spike_log.entries[place];
  let entry = spike.y / shape.n_sources;
  let source = spike.y % shape.n_sources - shape.first_source;
  if (source >= shape.sources) { return; }
  let due = spike.x + table[select(0u, source, shape.delays > 1u)] - block.step;
  if (due >= block.steps) { return; }
  let seed = table[shape.delays + shape.receptors + select(0u, entry, shape.seeds > 1u)];
  let amount = i32(round(shape.weight * scales[shape.projection * shape.entries + entry]));
  let base = 4u * (entry * quads_of(block.steps) + (due >> 2u)) * shape.slots + (due & 3u);
  list[atomicAdd(&listed, 1u)] = Job(source, seed, base, amount);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn regenerate(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3u) {
  let count = atomicLoad(&spike_log.count);
  let start = positions[block.slot_from];
  if (lane == 0u) {
    spikes = select(count - start, 0u, atomicLoad(&spike_log.flag) != 0u);
    if (shape.note == 1u && group.x == 0u) { positions[block.slot] = count; }
  }
  let total = workgroupUniformLoad(&spikes);
  let together = groups.x / shape.parts; // workgroups of one part of the units
  let part = group.x / together;
  let first = begin_of(part, shape.parts, shape.units);
  let units = begin_of(part + 1u, shape.parts, shape.units) - first;
  for (var at = group.x % together * WORKGROUP_SIZE; at < total; at += together * WORKGROUP_SIZE) {
    if (lane == 0u) { atomicStore(&listed, 0u); }
    workgroupBarrier();
    if (at + lane < total) { look_up((start + at + lane) & spike_log.mask); }
    workgroupBarrier();
    let all = atomicLoad(&listed) * units;
    for (var k = lane; k < all; k += WORKGROUP_SIZE) { work(list[k / units], first + k % units); }
    workgroupBarrier();
  }
}
