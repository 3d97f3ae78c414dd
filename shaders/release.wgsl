// Source-side plasticity of one projection: the factor of each spike that the block has logged, from the states of its source. Whoever
// has a source's first spike of the block works through all of them, in order.
import package::log::{Log, Block, UNSOUND};
import package::model::{STATES, PARAMS, state, param, elapsed, beyond, release_one};

struct Shape {
  first: u32,     // id of source 0
  n: u32,         // sources per entry
  n_sources: u32, // per entry, of the network
  entries: u32,
  lane: u32,      // this projection's place beside a logged spike
  lanes: u32,
  dt: f32,        // ms
}

override WORKGROUP_SIZE: u32 = 64;
@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> spike_log: Log;
@group(0) @binding(3) var<storage, read> positions: array<u32>;
@group(0) @binding(4) var<storage, read> ends: array<u32>;              // of `chain`
@group(0) @binding(5) var<storage, read> params: array<f32>;            // [param][source]
@group(0) @binding(6) var<storage, read_write> states: array<u32>;      // bits of [state][entry][source], then [entry][source]: step of the last spike
@group(0) @binding(7) var<storage, read_write> releases: array<f32>;    // [place in the log][lane]

fn source_spikes(start: u32, first: u32, last: u32, id: u32, i: u32, source: u32) {
  let all = shape.n * shape.entries;
  for (var k = 0u; k < STATES; k++) { state[k] = bitcast<f32>(states[k * all + i]); }
  for (var k = 0u; k < PARAMS; k++) { param[k] = params[k * shape.n + source]; }
  var before = states[STATES * all + i];
  for (var at = first; at < last; at++) {
    let place = (start + at) & spike_log.mask;
    let spike = spike_log.entries[place];
    if (spike.y != id) { continue; }
    elapsed = f32(spike.x - before) * shape.dt;
    before = spike.x;
    releases[place * shape.lanes + shape.lane] = release_one();
    if (beyond) { atomicOr(&spike_log.flag, UNSOUND); }
  }
  for (var k = 0u; k < STATES; k++) { states[k * all + i] = bitcast<u32>(state[k]); }
  states[STATES * all + i] = before;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn release(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (atomicLoad(&spike_log.flag) != 0u) { return; }
  let start = positions[block.slot_from];
  let total = atomicLoad(&spike_log.count) - start;
  for (var at = id.x; at < total; at += groups.x * WORKGROUP_SIZE) {
    let spike = spike_log.entries[(start + at) & spike_log.mask];
    let source = spike.y % shape.n_sources - shape.first;
    if (block.step > spike.x || source >= shape.n) { continue; }
    let i = spike.y / shape.n_sources * shape.n + source;
    if (ends[2u * i] == ~at) { source_spikes(start, at, ends[2u * i + 1u], spike.y, i, source); }
  }
}
