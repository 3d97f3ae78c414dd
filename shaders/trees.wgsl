// What `integrate_tree` and the printed equations of a large cell (the virtual module `model`) both see.
import package::log::{Log, Block, OVERFLOW, quads_of};

struct Shape {
  n: u32,
  entries: u32,
  first_source: u32,
  n_sources: u32,
  slots: u32, // of the stage, per entry
  gains: u32, // where the clamps' gains begin in params
  heads: u32, // where the traces' heads of this submit begin in table
  nodes: u32,
  parents: u32, // where in table: parent of each node
  runs: u32,    // where in table: number of runs, then first and last node of each; within a run the parent is the node before
  zero: u32,    // see opaque
  limit: u32,   // bits of the largest potential that counts as sound, mV
  strides: array<vec4u, 512>, // of each parameter: offset in params, cell stride, entry stride, node stride
}

@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
// [row][entry][cell]: voltages; receptors' states; per node conductance, then inverse diagonal; per node current, then solution; armed; per node what its voltage carries
@group(0) @binding(2) var<storage, read_write> rows: array<f32>;
@group(0) @binding(3) var<storage, read_write> gates: array<vec4f>; // [region, node, four states][entry][cell]
@group(0) @binding(4) var<storage, read> params: array<f32>;        // first value of each, all values, gains [clamp][entry][cell]
// as src/gpu/tree-wgsl.ts lays it out
@group(0) @binding(5) var<storage, read> table: array<u32>;
@group(0) @binding(6) var<storage, read> acc: array<i32>;          // see quads_of
@group(0) @binding(7) var<storage, read_write> spike_log: Log;
@group(0) @binding(8) var<storage, read> clamps: array<f32>;       // nA before the gain, [row][step of the submit]
@group(0) @binding(9) var<storage, read_write> traces: array<f32>; // of the submit: per trace [sample][entry][row]

var<private> g: u32;   // entry * n + cell
var<private> all: u32; // entries * n

/// x, of which no compiler knows that it is: sums that carry their rounding error are folded away otherwise (Mesa).
fn opaque(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ shape.zero); }

fn append(step: u32, id: u32) {
  let k = atomicAdd(&spike_log.count, 1u);
  if (k - spike_log.base > spike_log.mask) { atomicOr(&spike_log.flag, OVERFLOW); return; }
  spike_log.entries[k & spike_log.mask] = vec2u(step, id);
}

fn param_base(k: u32, cell: u32, entry: u32) -> u32 {
  let s = shape.strides[k];
  return s.x + cell * s.y + entry * s.z;
}

/// Summed weights of one input in step t of the block, before scaling.
fn input_sum(slot: u32, t: u32, entry: u32) -> i32 {
  return acc[4u * ((entry * quads_of(block.steps) + (t >> 2u)) * shape.slots + slot) + (t & 3u)];
}
