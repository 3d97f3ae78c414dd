// Once per submit: says which log entries are still needed.
import package::log::{Log, Block};

@group(1) @binding(0) var<uniform> block: Block;
@group(0) @binding(1) var<storage, read_write> spike_log: Log;
@group(0) @binding(2) var<storage, read> positions: array<u32>;

@compute @workgroup_size(1)
fn begin() {
  if (atomicLoad(&spike_log.flag) != 0u) { return; }
  spike_log.base = select(positions[block.slot_from], atomicLoad(&spike_log.count), block.events == 1u); // 1: nothing is ever delivered
}
