// The spike log: a ring of (step, id), appended with an atomic counter that never goes back. id = entry * nSources + source.

struct Log {
  count: atomic<u32>, // entries ever appended, modulo 2^32
  flag: atomic<u32>,  // set when the ring was too small: every kernel returns until the host has enlarged it
  base: u32,          // entries before this one may be overwritten
  mask: u32,          // capacity - 1, capacity a power of two
  entries: array<vec2u>,
}

/// Accumulators of a block of `steps`: groups of four steps of an entry, [entry][step / 4][slot][step % 4], so that what one
/// entry's spikes touch lies together.
fn quads_of(steps: u32) -> u32 { return (steps + 3u) >> 2u; }

/// One part of a submit's work; dispatches read theirs at a dynamic offset.
struct Block {
  step: u32,      // first step of the block
  steps: u32,     // number of steps, at most K
  offset: u32,    // step - first step of the submit
  stride: u32,    // steps of the submit: row length of increments and clamp values
  slot: u32,      // where this block notes the log's position
  slot_from: u32, // note from before the first block whose spikes may fall due now
  events: u32,    // given events [events, events_end) fall due in the block
  events_end: u32,
}
