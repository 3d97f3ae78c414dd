// Renewal sources emit the spikes of a block; one invocation per (entry, cell).
import package::log::{Log, Block};
import package::source::{Source, source_step, constant_increment};

struct Shape {
  n: u32,
  entries: u32,
  first_source: u32,
  n_sources: u32,
  order: u32,
  stream: u32,
  latency: u32,  // steps, constant rates only (signals arrive delayed)
  constant: u32, // 1: a constant rate per cell
}

override WORKGROUP_SIZE: u32 = 64;
@group(0) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> sources: array<u32>;  // [field][entry][cell]
@group(0) @binding(3) var<storage, read> increments: array<u32>;     // Q5.27 [row][step of the submit]
@group(0) @binding(4) var<storage, read> rates: array<u32>;          // seeds [entry]; row, or whole and fraction, [entry][cell]
@group(0) @binding(5) var<storage, read_write> log: Log;

fn append(step: u32, id: u32) {
  let k = atomicAdd(&log.count, 1u);
  if (k - log.base > log.mask) { atomicStore(&log.flag, 1u); return; }
  log.entries[k & log.mask] = vec2u(step, id);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn drive(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let g = id.x + id.y * groups.x * WORKGROUP_SIZE;
  let all = shape.n * shape.entries;
  if (g >= all || atomicLoad(&log.flag) != 0u) { return; }
  let entry = g / shape.n;
  let cell = g % shape.n;
  let seed = rates[entry];
  let first = rates[shape.entries + g];
  let fraction = rates[shape.entries + shape.constant * all + g];
  let spike = entry * shape.n_sources + shape.first_source + cell;
  var s = Source(sources[g], sources[all + g], sources[2u * all + g], sources[3u * all + g], sources[4u * all + g]);
  for (var t = 0u; t < block.steps; t++) {
    var inc = 0u;
    if (shape.constant == 0u) {
      inc = increments[first * block.stride + block.offset + t];
    } else if (block.step + t >= shape.latency) {
      inc = constant_increment(&s, first, fraction);
    }
    if (source_step(&s, inc, shape.order, seed, shape.stream, cell)) { append(block.step + t, spike); }
  }
  sources[g] = s.sum;
  sources[all + g] = s.theta;
  sources[2u * all + g] = s.stage;
  sources[3u * all + g] = s.draws;
  sources[4u * all + g] = s.remainder;
}
