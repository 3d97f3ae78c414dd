// Summed Poisson inputs: the number of events of each step is drawn where it is delivered. One invocation per link and entry, of one
// port or several. Twin: src/random/poisson-count.ts.
import constants::SEVERAL; // whether links are of more ports than one: only then their delays share a word with the port
import package::log::{Block, quads_of};
import package::philox::philox4x32;

const USE_COUNT = 9u; // USES.count of src/random/philox.ts

struct Port {
  n: u32,       // per entry
  stream: u32,
  projection: u32,
  tables: u32,  // where data says the table of each element [entry][element]
  @size(16) starts: u32, // where data says where the thresholds of each table begin; to a multiple of 16 bytes
}

struct Shape {
  links: u32,   // of all entries
  entries: u32,
  @size(8) slots: u32, // of the stage, per entry; to a multiple of 16 bytes
  ports: array<Port, 64>,
}

override WORKGROUP_SIZE: u32 = 64;
@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read> flag: array<u32>; // the log's head
@group(0) @binding(3) var<storage, read> data: array<u32>; // seeds [entry], then of each port tables, starts, thresholds
@group(0) @binding(4) var<storage, read> links: array<vec4u>; // entry * n + element, entry * slots + slot, delay and in bits from 24 on the port, bits of the weight
@group(0) @binding(5) var<storage, read> scales: array<f32>;
@group(0) @binding(6) var<storage, read_write> acc: array<atomic<i32>>; // see quads_of

/// How many of the thresholds in [first, end) the word reaches.
fn count_of(first: u32, end: u32, word: u32) -> u32 {
  var low = first;
  var high = end;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (data[middle] <= word) { low = middle + 1u; } else { high = middle; }
  }
  return low - first;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn ports(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = id.x + id.y * groups.x * WORKGROUP_SIZE;
  if (k >= shape.links || flag[1] != 0u) { return; }
  let link = links[k];
  var delay = link.z;
  var port = 0u;
  if (SEVERAL) { delay = link.z & 0xffffffu; port = link.z >> 24u; }
  let n = shape.ports[port].n;
  let stream = shape.ports[port].stream;
  let entry = link.x / n;
  let table = shape.ports[port].starts + data[shape.ports[port].tables + link.x];
  let first = data[table];
  let end = data[table + 1u];
  let event = i32(round(bitcast<f32>(link.w) * scales[shape.ports[port].projection * shape.entries + entry]));
  let slot = link.y % shape.slots;
  var words = vec4u(0u);
  for (var t = 0u; t < block.steps; t++) {
    if (block.step + t < delay) { continue; }
    let step = block.step + t - delay;
    if ((step & 3u) == 0u || t == 0u || step == 0u) {
      words = philox4x32(vec4u(link.x % n, step >> 2u, 0u, USE_COUNT), vec2u(data[entry], stream));
    }
    let events = i32(count_of(first, end, words[step & 3u]));
    if (events == 0) { continue; }
    atomicAdd(&acc[4u * ((entry * quads_of(block.steps) + (t >> 2u)) * shape.slots + slot) + (t & 3u)], events * event);
  }
}
