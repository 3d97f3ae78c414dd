// Links that learn, where their target spiked and nothing arrives in the block. After `learn`.
import constants::LIST; // not below the size of a workgroup
import package::plastic::{Part, block, shape, spike_log, table, params, states, head_of, head, links_before, enter, first_segment, fired, load_link, relax_to, store_link};
import package::model::{STATES, state, on_post};

override WORKGROUP_SIZE: u32 = 64;
const FEW = 4u;
@group(0) @binding(7) var<storage, read> positions: array<u32>;
@group(0) @binding(8) var<storage, read> records: array<u32>;   // see `learn`
@group(0) @binding(9) var<storage, read> record_of: array<u32>;

var<workgroup> total: u32;
var<workgroup> listed: atomic<u32>;
var<workgroup> list: array<Part, LIST>;

fn something_arrives(entry: u32, segment: u32) -> bool {
  if (shape.given == 1u) {
    let record = record_of[first_segment(entry) + segment] - 1u; // 2^32 - 1 for none
    if (record < block.events || record >= block.events_end) { return false; }
    return records[8u * record] == segment && records[8u * record + 1u] == entry;
  }
  let id = entry * shape.n_sources + shape.first_source + table[table[head + 3u] + segment];
  return fired(id, table[table[head + 1u] + segment]) != 0u;
}

var<private> column: u32; // where the links of targets begin
var<private> stays: bool; // weights

fn begin_part(part: Part) {
  enter(part);
  column = table[head + 7u];
  stays = params[shape.entries + part.entry] != 0.0;
}

fn run_link(part: Part, place: u32) {
  let l = table[column + place];
  let i = links_before + l;
  var last = states[STATES * shape.all + i];
  // `learn` has left a step of the block where something arrives; at the start links without any event have step 0 as well
  if (last >= block.step && (block.step > 0u || something_arrives(part.entry, table[table[head + 5u] + l]))) { return; }
  load_link(i, l);
  let before = state[0];
  var events = part.steps;
  while (events != 0u) {
    let step = block.step + firstTrailingBit(events);
    events &= events - 1u;
    relax_to(step, last);
    last = step;
    on_post();
    if (stays) { state[0] = before; }
  }
  store_link(i, last);
}

fn look_up(place: u32) {
  let spike = spike_log.entries[place];
  let target_cell = spike.y % shape.n_sources - shape.first_target;
  if (target_cell >= shape.targets) { return; }
  let due = spike.x + shape.dendritic - block.step;
  if (due >= block.steps) { return; }
  let posts = fired(spike.y, shape.dendritic);
  if (firstTrailingBit(posts) != due) { return; }
  let entry = spike.y / shape.n_sources;
  let column = table[head_of(entry) + 6u] + target_cell;
  let part = Part(table[column], table[column + 1u], entry, posts, 0u);
  var k = LIST;
  if (part.end - part.first > FEW) { k = atomicAdd(&listed, 1u); }
  if (k < LIST) { list[k] = part; } else { begin_part(part); for (var c = part.first; c < part.end; c++) { run_link(part, c); } }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn learn_post(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3u) {
  let start = positions[block.slot_from];
  if (lane == 0u) { total = select(atomicLoad(&spike_log.count) - start, 0u, atomicLoad(&spike_log.flag) != 0u); }
  let all = workgroupUniformLoad(&total);
  for (var at = group.x * WORKGROUP_SIZE; at < all; at += groups.x * WORKGROUP_SIZE) {
    if (lane == 0u) { atomicStore(&listed, 0u); }
    workgroupBarrier();
    if (at + lane < all) { look_up((start + at + lane) & spike_log.mask); }
    workgroupBarrier();
    let parts = min(atomicLoad(&listed), LIST);
    for (var k = 0u; k < parts; k++) {
      let part = list[k];
      begin_part(part);
      for (var c = part.first + lane; c < part.end; c += WORKGROUP_SIZE) { run_link(part, c); }
    }
    workgroupBarrier();
  }
}
