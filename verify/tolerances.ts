/** What `hillock verify` allows for the motor pool, each with its reason. Measurements are in spec section 10b of the
 * motor pool: a second implementation in float64 and in float32 against NEURON 8.2.2. */
export const MOTOR_POOL = {
  thresholds: {
    value: 1e-9,
    why: "closed forms in float64: some 1e-15 relative, and up to 1e-11 where exp and log meet other rounding; no spike depends on 1e-9",
  },
  spikesExact: {
    value: 0,
    why: "float64 with NEURON's order of operations gives every spike on NEURON's grid time (measured: r1 144 of 144, r4 1421 of 1421)",
  },
  storedVoltage: {
    value: 2e-5, // mV
    why: "files keep 5 decimals (5e-6 mV); NEURON's conductances are 0.001 mV difference quotients (1e-5 mV in r6)",
  },
  spikingVoltage: {
    value: 1e-3, // mV
    why: "as above, and a spike's flank moves some 400 mV/ms: 1e-3 mV there is a time of 2.5e-6 ms; 4e-5 measured in r1",
  },
  r1Within2Steps: {
    value: 0.95,
    why: "float32 with an exponential built on exp2: worst 3 to 4 steps measured; half the time step moves 95 % by 8 steps, so the limit tells schemes apart",
  },
  r1WorstSteps: { value: 6, why: "0.15 ms: twice what float32 was measured to do; backward Euler's median is 1.2 ms" },
  subthreshold: { value: 1e-3, why: "float32 keeps sub-threshold voltages within 1e-4 mV; ten times that" }, // mV
  r6Subthreshold: {
    value: 0.01, // mV
    why: "the L-type current's inactivation (2500 ms, 1e-5 of the way a step) stalls in float32 within 3e-3 of its goal; the current it gates is worth up to some 4 mV where cells stay silent",
  },
  r2Voltage: { value: 0.01, why: "an event one step late moves V by more than 0.05 mV; float32 by less than 1e-3" }, // mV
  r2Flank: {
    value: 1e-3, // ms
    why: "float32's 1e-3 mV below threshold (subthreshold, above), where V climbs at 1 mV/ms or more, moves a spike by so much: its flank of up to 400 mV/ms by 0.4 mV; an event one step late moves it 25 times as far",
  },
  r2Spikes: { value: 0.025, why: "one step of the reference" }, // ms
  conductance: {
    value: 1e-5,
    why: "of the largest value: float32 (6e-8 a step over some 10 steps) and stored digits (6)",
  },
  r4Within: { value: 0.995, why: "float32: all 1421 spikes within 0.025 ms measured; backward Euler reaches 13 %" },
  r4Near: { value: 0.05, why: "two steps of 0.025 ms" }, // ms
  r4Total: { value: 2, why: "float32 measured equal; near-threshold spikes may come or go" },
  r5Near: {
    value: 0.975,
    why: "98.5 % measured in float32 (99.93 % in float64: the order of sums alone); 95.7 % with 1 - exp instead of expm1",
  },
  r5Far: { value: 0.99, why: "99.96 % within 1 ms measured in float32" },
  r5Total: { value: 0.002, why: "of all spikes; +-1 of 27046 measured" },
  r6Spikes: { value: 0.1, why: "4 steps: four times what float32 does in 300 ms of firing" }, // ms
  r8Within: { value: 0.99, why: "within one step of 0.1 ms; r4's share, one step coarser" },
  r8Twin64: {
    value: 1e-9,
    why: "relative change of a twin run's weights: the uncertainty of NEURON's difference quotients",
  },
  r8Twin32: { value: 2 ** -20, why: "the same in float32: 8 units in the last place" },
  r8Total: { value: 0.003, why: "of all spikes" },
  force: { value: 1e-4, why: "relative to the largest force; files keep 8 to 9 digits and both sides are float64" },
} as const;

/** Parameter extraction (r3), whose reference is float64 NEURON with backward Euler at 0.0125 ms. */
export const EXTRACTION = {
  holding: { value: 1e-4, why: "float32 at rest near 0 mV: 3e-6 measured; a step more or less of 500 ms moves 1e-6" }, // mV
  resistance: { value: 1e-3, why: "a slope over 9 mV known to 1e-4; float32 measured 2e-5" },
  tau: {
    value: 5e-3,
    why: "one sample (0.0125 ms) more or less at the end of some 50 ms of decay, where ln is steepest",
  },
  rheobase: {
    value: 0.1 + 1e-9, // nA
    why: "one amplitude of the search, whose sums of 0.1 round at 1e-13: float32 may decide an amplitude at threshold otherwise",
  },
  spike: { value: 1e-3, why: "peaks on the same grid times; float32 measured 1e-5" }, // mV
  ahpDuration: { value: 0.05, why: "4 steps: the potential returns at some 0.005 mV/ms, so 1e-4 mV is 0.02 ms" }, // ms
  counts: { value: 0, why: "spikes in 3 s; float32 drifts by at most 1.2 ms there, far from an interval's length" },
  gain: { value: 1e-9, why: "a straight line through equal counts" },
} as const;
