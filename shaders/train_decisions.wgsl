// Single spike decisions of given pairs of states, for verification: the functions that train_step uses.
import package::train_neuron::lif_spikes;
import package::train_neuron::qif_spikes;

struct Pair {
  x: f32,
  x_new: f32,
  threshold: f32,
  kind: u32, // 0 QIF, 1 LIF by the effective rule, 2 LIF by the intended
}

@group(0) @binding(0) var<storage, read> pairs: array<Pair>;
@group(0) @binding(1) var<storage, read_write> fired: array<u32>;

@compute @workgroup_size(64)
fn train_decisions(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= arrayLength(&pairs)) { return; }
  let pair = pairs[i];
  let lif = lif_spikes(pair.x, pair.x_new, pair.threshold, pair.kind == 2u);
  fired[i] = select(0u, 1u, select(lif, qif_spikes(pair.x, pair.x_new), pair.kind == 0u));
}
