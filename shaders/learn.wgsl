// Links that learn, where something arrives in the block: whoever has the first arrival works through all events of the link, those
// of its target included, in order of steps, and delivers. Links with events of their target alone are those of `learn_post`.
import constants::LIST; // not below the size of a workgroup
import package::log::quads_of;
import package::plastic::{Part, block, shape, spike_log, table, params, states, head_of, head, links_before, enter, first_segment, fired, load_link, relax_to, store_link, bisect};
import package::model::{STATES, state, on_pre, on_post};

override WORKGROUP_SIZE: u32 = 64;
const FEW = 4u;
// positions in the log; or, of trains, records of 8 words: segment, entry, bits of steps, 0, number of spikes at each step in 4 bits
@group(0) @binding(7) var<storage, read> feed: array<u32>;
@group(0) @binding(8) var<storage, read_write> record_of: array<u32>;   // of trains, [segment of all entries]: record + 1
@group(0) @binding(9) var<storage, read_write> acc: array<atomic<i32>>; // see quads_of

var<workgroup> total: u32;
var<workgroup> listed: atomic<u32>;
var<workgroup> list: array<Part, LIST>;

fn spikes_at(part: Part, t: u32) -> u32 {
  if (shape.given == 0u) { return 1u; }
  return (feed[8u * part.record + 4u + (t >> 3u)] >> (4u * (t & 7u))) & 15u;
}

var<private> slots: u32;  // where those of the part's links begin
var<private> scale: f32;
var<private> stays: bool; // weights

fn begin_part(part: Part) {
  enter(part);
  slots = table[head + 4u];
  scale = params[part.entry];
  stays = params[shape.entries + part.entry] != 0.0;
}

fn run_link(part: Part, l: u32) {
  let i = links_before + l;
  let slot = table[slots + l];
  let target_cell = (slot - shape.first_slot) % shape.targets;
  var posts = 0u;
  if (shape.hears == 1u) { posts = fired(part.entry * shape.n_sources + shape.first_target + target_cell, shape.dendritic); }
  load_link(i, l);
  var last = states[STATES * shape.all + i];
  let before = state[0];
  var events = part.steps | posts;
  while (events != 0u) {
    let t = firstTrailingBit(events);
    events &= events - 1u;
    relax_to(block.step + t, last);
    last = block.step + t;
    if (((posts >> t) & 1u) == 1u) { on_post(); }
    if (stays) { state[0] = before; }
    if (((part.steps >> t) & 1u) == 0u) { continue; }
    let at = 4u * ((part.entry * quads_of(block.steps) + (t >> 2u)) * shape.slots + slot) + (t & 3u);
    for (var k = spikes_at(part, t); k > 0u; k--) {
      let weight = on_pre();
      if (stays) { state[0] = before; }
      atomicAdd(&acc[at], i32(round(weight * scale)));
    }
  }
  store_link(i, last);
}

fn put(part: Part) {
  var k = LIST;
  if (part.end - part.first > FEW) { k = atomicAdd(&listed, 1u); }
  if (k < LIST) { list[k] = part; } else { begin_part(part); for (var l = part.first; l < part.end; l++) { run_link(part, l); } }
}

fn look_up_record(record: u32) {
  let segment = feed[8u * record];
  let entry = feed[8u * record + 1u];
  record_of[first_segment(entry) + segment] = record + 1u;
  let starts = table[head_of(entry) + 2u] + segment;
  put(Part(table[starts], table[starts + 1u], entry, feed[8u * record + 2u], record));
}

fn look_up_spike(place: u32) {
  let spike = spike_log.entries[place];
  let source = spike.y % shape.n_sources - shape.first_source;
  if (source >= shape.sources) { return; }
  let entry = spike.y / shape.n_sources;
  let head = head_of(entry);
  let row = table[head] + source;
  let delays = table[head + 1u];
  let last = table[row + 1u];
  var s = bisect(delays, table[row], last, block.step - min(block.step, spike.x));
  while (s < last) {
    let delay = table[delays + s];
    let due = spike.x + delay - block.step;
    if (due >= block.steps) { break; }
    let arrivals = fired(spike.y, delay);
    let starts = table[head + 2u] + s;
    if (firstTrailingBit(arrivals) == due) { put(Part(table[starts], table[starts + 1u], entry, arrivals, 0u)); }
    s++;
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn learn(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3u) {
  var start = block.events;
  if (lane == 0u) {
    var length = block.events_end - block.events;
    if (shape.given == 0u) { length = atomicLoad(&spike_log.count) - feed[block.slot_from]; }
    total = select(length, 0u, atomicLoad(&spike_log.flag) != 0u);
  }
  if (shape.given == 0u) { start = feed[block.slot_from]; }
  let all = workgroupUniformLoad(&total);
  for (var at = group.x * WORKGROUP_SIZE; at < all; at += groups.x * WORKGROUP_SIZE) {
    if (lane == 0u) { atomicStore(&listed, 0u); }
    workgroupBarrier();
    if (at + lane < all) {
      if (shape.given == 1u) { look_up_record(start + at + lane); } else { look_up_spike((start + at + lane) & spike_log.mask); }
    }
    workgroupBarrier();
    let parts = min(atomicLoad(&listed), LIST);
    for (var k = 0u; k < parts; k++) {
      let part = list[k];
      begin_part(part);
      for (var l = part.first + lane; l < part.end; l += WORKGROUP_SIZE) { run_link(part, l); }
    }
    workgroupBarrier();
  }
}
