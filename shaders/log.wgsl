// The spike log: a ring of (step, id), appended with an atomic counter that never goes back. id = entry * nSources + source.

struct Log {
  count: atomic<u32>, // entries ever appended, modulo 2^32
  flag: atomic<u32>,  // OVERFLOW when the ring was too small, UNSOUND: every kernel returns until the host has seen to it
  base: u32,          // entries before this one may be overwritten
  mask: u32,          // capacity - 1, capacity a power of two
  entries: array<vec2u>,
}

/// Bits of flag. UNSOUND: a state is not a number, infinite, or beyond what a cell can have.
const OVERFLOW = 1u;
const UNSOUND = 2u;

/// Bits of |x|. Not a number compares as larger than all: comparisons of floats may be folded as if there were none.
fn magnitude(x: f32) -> u32 { return bitcast<u32>(x) & 0x7fffffffu; }

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

/// Where one of so many parts of n things begins, and with the next part's number where it ends.
fn begin_of(part: u32, parts: u32, n: u32) -> u32 {
  return n / parts * part + min(part, n % parts);
}
