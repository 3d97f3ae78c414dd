// What the kernels of a read-out share: z = sum of w r over a population's cells, and recursive least squares on w with one
// matrix P. Of what is kept see host/readouts.ts.
import package::log::{Log, Block};

struct Shape {
  n: u32,       // cells per entry
  outputs: u32,
  entries: u32,
  ring: u32,    // of exposed
  words: u32,
  reads: u32,   // word of a step where r begins [entry][cell]
  shows: u32,   // word of a step where values go [entry][output], and behind them errors
  inverse: u32, // places in states: P
  gain: u32,    // k = P r
  den: u32,     // 1 + r.k
  error: u32,
  learns: u32,  // 0: no targets
}

@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> spike_log: Log;
@group(0) @binding(3) var<storage, read_write> states: array<f32>;
@group(0) @binding(4) var<storage, read_write> exposed: array<f32>;
@group(0) @binding(5) var<storage, read> setting: array<u32>; // per entry 1 where weights stay, then the row of each target [entry][output]
@group(0) @binding(6) var<storage, read> clamps: array<f32>;  // [row][step of the submit]

/// Fixed, so that sums do not depend on the size of other kernels' workgroups.
const LANES = 64u;
var<workgroup> sums: array<f32, 64>;

/// The sum of every lane's own; call from uniform control flow.
fn total(lane: u32, own: f32) -> f32 {
  sums[lane] = own;
  for (var width = 32u; width > 0u; width >>= 1u) {
    workgroupBarrier();
    if (lane < width) { sums[lane] += sums[lane + width]; }
  }
  workgroupBarrier();
  let sum = sums[0];
  workgroupBarrier();
  return sum;
}

/// Where r of an entry begins at a step.
fn read_at(step: u32, entry: u32) -> u32 { return (step % shape.ring) * shape.words + shape.reads + entry * shape.n; }

/// Lane's part of the sum of states[a + j] r_j.
fn own_part(lane: u32, a: u32, r: u32) -> f32 {
  var sum = 0.0;
  for (var j = lane; j < shape.n; j += LANES) { sum += states[a + j] * exposed[r + j]; }
  return sum;
}

fn goal(entry: u32, output: u32, t: u32) -> f32 {
  if (shape.learns == 0u) { return 0.0; }
  return clamps[setting[shape.entries + entry * shape.outputs + output] * block.stride + block.offset + t];
}

fn stays(entry: u32) -> bool { return setting[entry] != 0u; }
