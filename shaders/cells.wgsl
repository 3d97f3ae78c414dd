// What `integrate` and the printed equations of a cell type (the virtual module `model`) both see.
import package::log::{Log, Block, OVERFLOW};

struct Shape {
  n: u32,
  entries: u32,
  first_source: u32, // of one population
  n_sources: u32,
  slots: u32,       // of the stage, per entry
  gains: u32,       // where the clamps' gains begin in params
  heads: u32,       // where the traces' heads of this submit begin in table
  zero: u32,        // see opaque
  limit: u32,       // bits of the largest potential that counts as sound, mV
  strides: array<vec4u, 512>, // of each parameter: offset in params, cell stride, entry stride
}

@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> state: array<f32>; // [state, then armed][entry][cell]
@group(0) @binding(3) var<storage, read> params: array<f32>;      // first value of each, all values, gains [clamp][entry][cell]
// of several populations their first cells; slots [input][population]; of several their sources; bits of 1/q [input][entry][population];
// row of each clamp's values [clamp][entry]; row of each cell in each trace [trace][cell], 2^32 - 1 for none; heads
@group(0) @binding(4) var<storage, read> table: array<u32>;
@group(0) @binding(5) var<storage, read> acc: array<vec4i>;       // four steps together, see quads_of
@group(0) @binding(6) var<storage, read_write> spike_log: Log;
@group(0) @binding(7) var<storage, read> clamps: array<f32>;      // nA before the gain, [row][step of the submit]
@group(0) @binding(8) var<storage, read_write> traces: array<f32>; // of the submit: per trace [sample][entry][row]

// what cells show to others: a ring of steps, see compiled.ts
@group(0) @binding(9) var<storage, read_write> exposed: array<f32>;

fn param(k: u32, cell: u32, entry: u32) -> f32 {
  let s = shape.strides[k];
  return params[s.x + cell * s.y + entry * s.z];
}

/// x, of which no compiler knows that it is: sums that carry their rounding error are folded away otherwise (Mesa).
fn opaque(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ shape.zero); }

fn append(step: u32, id: u32) {
  let k = atomicAdd(&spike_log.count, 1u);
  if (k - spike_log.base > spike_log.mask) { atomicOr(&spike_log.flag, OVERFLOW); return; }
  spike_log.entries[k & spike_log.mask] = vec2u(step, id);
}
