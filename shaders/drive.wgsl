// Renewal sources emit the spikes of a block; one invocation per (entry, cell). The rule is that of src/random/source.ts, step by
// step; here the step of the next crossing is found by bisection in the sums of increments, so that a block costs a few look-ups
// per spike. A branch taken by one invocation costs all of a wave on adapters without real branches, a step by step loop most.
import package::log::{Log, Block, OVERFLOW};
import package::philox::mul_hi;
import package::source::source_threshold;

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
@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> sources: array<u32>; // [sum, theta, stage, draws, remainder][entry][cell]
// [row][stride + 1]: sum of the row's increments (Q5.27) before each step of the submit, modulo 2^32
@group(0) @binding(3) var<storage, read> sums: array<u32>;
// seeds [entry]; row, or whole and fraction of the constant increment, [entry][cell]
@group(0) @binding(4) var<storage, read> rates: array<u32>;
@group(0) @binding(5) var<storage, read_write> spike_log: Log;

fn append(step: u32, id: u32) {
  let k = atomicAdd(&spike_log.count, 1u);
  if (k - spike_log.base > spike_log.mask) { atomicOr(&spike_log.flag, OVERFLOW); return; }
  spike_log.entries[k & spike_log.mask] = vec2u(step, id);
}

/// Sum of increments of the block before its step t, modulo 2^32. Constant rates: t whole + floor((remainder + t fraction) / 2^32).
fn sum_before(t: u32, first: u32, fraction: u32, remainder: u32) -> u32 {
  if (shape.constant == 0u) { return sums[first * (block.stride + 1u) + block.offset + t]; }
  let silent = select(0u, shape.latency - block.step, shape.latency > block.step);
  let m = t - min(t, silent);
  let low = m * fraction;
  return m * first + mul_hi(m, fraction) + u32(low + remainder < low);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn drive(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let g = id.x + id.y * groups.x * WORKGROUP_SIZE;
  let all = shape.n * shape.entries;
  if (g >= all || atomicLoad(&spike_log.flag) != 0u) { return; }
  let entry = g / shape.n;
  let cell = g % shape.n;
  let first = rates[shape.entries + g];
  let fraction = rates[shape.entries + shape.constant * all + g];
  let remainder = sources[4u * all + g];
  var sum = sources[g];
  var theta = sources[all + g];
  var stage = sources[2u * all + g];
  var draws = sources[3u * all + g];
  var t = 0u;
  while (t < block.steps) {
    // Within a window the order times the sum of increments stays below 2^31 (block.events: its length).
    let start = sum_before(t, first, fraction, remainder);
    let end = min(t + block.events, block.steps);
    let missing = max(theta - sum, 1u); // a step without increment never fires
    let reached = shape.order * (sum_before(end, first, fraction, remainder) - start) >= missing;
    var low = t; // the first step whose end reaches the threshold, or the window's last
    var high = end - 1u;
    while (low < high && reached) {
      let middle = (low + high) >> 1u;
      if (shape.order * (sum_before(middle + 1u, first, fraction, remainder) - start) >= missing) { high = middle; } else { low = middle + 1u; }
    }
    let step = select(end - 1u, low, reached);
    sum += shape.order * (sum_before(step + 1u, first, fraction, remainder) - start);
    t = step + 1u;
    var fires = false;
    while (reached && !fires && sum >= theta) {
      fires = stage + 1u == shape.order;
      sum = select(sum - theta, 0u, fires);
      stage = select(stage + 1u, 0u, fires);
      theta = source_threshold(rates[entry], shape.stream, cell, draws);
      draws += 1u;
      if (fires) { append(block.step + step, entry * shape.n_sources + shape.first_source + cell); }
    }
  }
  let counted = block.steps - min(block.steps, select(0u, shape.latency - block.step, shape.latency > block.step));
  sources[g] = sum;
  sources[all + g] = theta;
  sources[2u * all + g] = stage;
  sources[3u * all + g] = draws;
  sources[4u * all + g] = remainder + select(0u, counted * fraction, shape.constant == 1u);
}
