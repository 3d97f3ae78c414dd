// What `learn` and `learn_post` both see: links that learn, with the printed equations of their rule (the virtual module `model`).
import package::log::{Log, Block, UNSOUND, magnitude};
import package::model::{STATES, LARGEST, state, elapsed, relax, load_params};

struct Shape {
  first_source: u32, // id of source 0
  sources: u32,      // per entry
  first_target: u32,
  targets: u32,
  n_sources: u32,    // per entry, of the network
  entries: u32,
  slots: u32,        // of the stage, per entry
  first_slot: u32,   // of the targets
  tables: u32,       // 1, or one per entry
  links: u32,        // of a table that all entries share
  segments: u32,     // of it
  all: u32,          // links of all entries
  dendritic: u32,    // steps from a target's spike to its links
  hears: u32,        // 1: targets' spikes act
  given: u32,        // 1: sources are trains, whose arrivals are records
  words: u32,        // of history, per id: a power of two
  ids: u32,
  dt: f32,           // ms
}

@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> spike_log: Log;
// per table ten words: where its rowStart, segmentDelay, segmentStart, segmentSource, slots, segments of links, columnStart and
// columns begin, its first link and its first segment among those of all entries
@group(0) @binding(3) var<storage, read> table: array<u32>;
@group(0) @binding(4) var<storage, read> params: array<f32>;       // scale * q [entry]; 1 where weights stay [entry]; values
@group(0) @binding(5) var<storage, read_write> states: array<u32>; // bits of [state][link], then step of the last event [link]
@group(0) @binding(6) var<storage, read> history: array<u32>;      // see `mark`

/// Some links of one entry, with the steps of the block (as bits) at which something arrives.
struct Part {
  first: u32, // link of the table, or place in a column
  end: u32,
  entry: u32,
  steps: u32,
  record: u32,
}

/// What is the same for all links of a part, looked up once: each look at storage is a loop over lanes on software adapters.
var<private> head: u32;
var<private> links_before: u32; // of other entries

fn enter(part: Part) {
  head = head_of(part.entry);
  links_before = first_link(part.entry);
}

fn head_of(entry: u32) -> u32 { return select(0u, 10u * entry, shape.tables > 1u); }

fn first_link(entry: u32) -> u32 {
  if (shape.tables > 1u) { return table[10u * entry + 8u]; }
  return entry * shape.links;
}

fn first_segment(entry: u32) -> u32 {
  if (shape.tables > 1u) { return table[10u * entry + 9u]; }
  return entry * shape.segments;
}

fn word_of(id: u32, word: u32) -> u32 { return history[(word & (shape.words - 1u)) * shape.ids + id]; }

/// Bit t: whether `id` spiked `delay` steps before step t of the block.
fn fired(id: u32, delay: u32) -> u32 {
  let mask = select((1u << (block.steps & 31u)) - 1u, 0xffffffffu, block.steps > 31u);
  if (delay > block.step) {
    let gap = delay - block.step; // steps before the start
    if (gap > 31u) { return 0u; }
    return (word_of(id, 0u) << gap) & mask;
  }
  let start = block.step - delay;
  let shift = start & 31u;
  var bits = word_of(id, start >> 5u) >> shift;
  if (shift > 0u) { bits |= word_of(id, (start >> 5u) + 1u) << (32u - shift); }
  return bits & mask;
}

fn load_link(i: u32, l: u32) {
  for (var k = 0u; k < STATES; k++) { state[k] = bitcast<f32>(states[k * shape.all + i]); }
  load_params(l);
}

/// Brings the link to an event's step.
fn relax_to(step: u32, last: u32) {
  elapsed = f32(step - last) * shape.dt;
  relax();
}

fn store_link(i: u32, last: u32) {
  var largest = 0u;
  for (var k = 0u; k < STATES; k++) {
    largest = max(largest, magnitude(state[k]));
    states[k * shape.all + i] = bitcast<u32>(state[k]);
  }
  states[STATES * shape.all + i] = last;
  if (largest > LARGEST) { atomicOr(&spike_log.flag, UNSOUND); }
}

/// The first segment in [begin, end) with at least this delay; delays ascend.
fn bisect(delays: u32, begin: u32, end: u32, delay: u32) -> u32 {
  var low = begin;
  var high = end;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (table[delays + middle] < delay) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}
