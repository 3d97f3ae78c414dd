// One invocation advances one cell of one entry by a block of steps, its state in registers. Inputs come four steps at a time (a
// load costs as much as five exponentials on software adapters). Spikes are gathered as bits of a word and appended every 32
// steps: a branch per step would cost as much as the equations on adapters without real branches.
import package::cells::{block, shape, spike_log, append};
import package::log::{quads_of, UNSOUND};
import package::model::{load, source_of, load_inputs, store, detect, largest_potential, largest_state, LARGEST, step, expose, next_sample, sample_often, sample_rare};

override WORKGROUP_SIZE: u32 = 64;

@compute @workgroup_size(WORKGROUP_SIZE)
fn integrate(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let g = id.x + id.y * groups.x * WORKGROUP_SIZE;
  let all = shape.n * shape.entries;
  if (g >= all || atomicLoad(&spike_log.flag) != 0u) { return; }
  let entry = g / shape.n;
  let cell = g % shape.n;
  load(g, all, cell, entry);
  let slot = entry * quads_of(block.steps) * shape.slots + cell;
  var potential = 0u; // bits of the largest |V|, looked at every 32 steps
  var t = 0u;
  while (t < block.steps) {
    let first = t;
    let word = min(t + 32u, block.steps);
    var fired = 0u;
    while (t < word) {
      let stop = min(word, next_sample() - block.step);
      while (t < stop) {
        load_inputs((t >> 2u) * shape.slots + slot, t & 3u);
        let pause = min(stop, (t | 3u) + 1u);
        while (t < pause) {
          fired |= select(0u, 1u << (t - first), detect(t));
          step(t);
          t++;
          expose(block.step + t);
          sample_often(block.step + t);
        }
      }
      sample_rare(block.step + t);
    }
    while (fired != 0u) {
      append(block.step + first + firstTrailingBit(fired), entry * shape.n_sources + source_of(cell));
      fired &= fired - 1u;
    }
    potential = max(potential, largest_potential());
  }
  store(g, all);
  if (potential > shape.limit || largest_state() > LARGEST) { atomicOr(&spike_log.flag, UNSOUND); }
}
