/** What `hillock verify` allows for the motor pool, each with its reason. Measurements are in spec section 10b of the
 * motor pool: a second implementation in float64 and in float32 against NEURON 8.2.2. */
export declare const MOTOR_POOL: {
    readonly thresholds: {
        readonly value: 1e-9;
        readonly why: "closed forms in float64: some 1e-15 relative, and up to 1e-11 where exp and log meet other rounding; no spike depends on 1e-9";
    };
    readonly spikesExact: {
        readonly value: 0;
        readonly why: "float64 with NEURON's order of operations gives every spike on NEURON's grid time (measured: r1 144 of 144, r4 1421 of 1421)";
    };
    readonly storedVoltage: {
        readonly value: 0.00002;
        readonly why: "files keep 5 decimals (5e-6 mV); NEURON's conductances are 0.001 mV difference quotients (1e-5 mV in r6)";
    };
    readonly spikingVoltage: {
        readonly value: 0.001;
        readonly why: "as above, and a spike's flank moves some 400 mV/ms: 1e-3 mV there is a time of 2.5e-6 ms; 4e-5 measured in r1";
    };
    readonly r1Within2Steps: {
        readonly value: 0.95;
        readonly why: "float32 with an exponential built on exp2: worst 3 to 4 steps measured; half the time step moves 95 % by 8 steps, so the limit tells schemes apart";
    };
    readonly r1WorstSteps: {
        readonly value: 6;
        readonly why: "0.15 ms: twice what float32 was measured to do; backward Euler's median is 1.2 ms";
    };
    readonly subthreshold: {
        readonly value: 0.001;
        readonly why: "float32 keeps sub-threshold voltages within 1e-4 mV; ten times that";
    };
    readonly r6Subthreshold: {
        readonly value: 0.01;
        readonly why: "the L-type current's inactivation (2500 ms, 1e-5 of the way a step) stalls in float32 within 3e-3 of its goal; the current it gates is worth up to some 4 mV where cells stay silent";
    };
    readonly r2Voltage: {
        readonly value: 0.01;
        readonly why: "an event one step late moves V by more than 0.05 mV; float32 by less than 1e-3";
    };
    readonly r2Spikes: {
        readonly value: 0.025;
        readonly why: "one step of the reference";
    };
    readonly conductance: {
        readonly value: 0.00001;
        readonly why: "of the largest value: float32 (6e-8 a step over some 10 steps) and stored digits (6)";
    };
    readonly r4Within: {
        readonly value: 0.995;
        readonly why: "float32: all 1421 spikes within 0.025 ms measured; backward Euler reaches 13 %";
    };
    readonly r4Near: {
        readonly value: 0.05;
        readonly why: "two steps of 0.025 ms";
    };
    readonly r4Total: {
        readonly value: 2;
        readonly why: "float32 measured equal; near-threshold spikes may come or go";
    };
    readonly r5Near: {
        readonly value: 0.975;
        readonly why: "98.5 % measured in float32 (99.93 % in float64: the order of sums alone); 95.7 % with 1 - exp instead of expm1";
    };
    readonly r5Far: {
        readonly value: 0.99;
        readonly why: "99.96 % within 1 ms measured in float32";
    };
    readonly r5Total: {
        readonly value: 0.002;
        readonly why: "of all spikes; +-1 of 27046 measured";
    };
    readonly r6Spikes: {
        readonly value: 0.1;
        readonly why: "4 steps: four times what float32 does in 300 ms of firing";
    };
    readonly r8Within: {
        readonly value: 0.99;
        readonly why: "within one step of 0.1 ms; r4's share, one step coarser";
    };
    readonly r8Twin64: {
        readonly value: 1e-9;
        readonly why: "relative change of a twin run's weights: the uncertainty of NEURON's difference quotients";
    };
    readonly r8Twin32: {
        readonly value: number;
        readonly why: "the same in float32: 8 units in the last place";
    };
    readonly r8Total: {
        readonly value: 0.003;
        readonly why: "of all spikes";
    };
    readonly force: {
        readonly value: 0.0001;
        readonly why: "relative to the largest force; files keep 8 to 9 digits and both sides are float64";
    };
};
/** Parameter extraction (r3), whose reference is float64 NEURON with backward Euler at 0.0125 ms. */
export declare const EXTRACTION: {
    readonly holding: {
        readonly value: 0.0001;
        readonly why: "float32 at rest near 0 mV: 3e-6 measured; a step more or less of 500 ms moves 1e-6";
    };
    readonly resistance: {
        readonly value: 0.001;
        readonly why: "a slope over 9 mV known to 1e-4; float32 measured 2e-5";
    };
    readonly tau: {
        readonly value: 0.005;
        readonly why: "one sample (0.0125 ms) more or less at the end of some 50 ms of decay, where ln is steepest";
    };
    readonly rheobase: {
        readonly value: number;
        readonly why: "one amplitude of the search, whose sums of 0.1 round at 1e-13: float32 may decide an amplitude at threshold otherwise";
    };
    readonly spike: {
        readonly value: 0.001;
        readonly why: "peaks on the same grid times; float32 measured 1e-5";
    };
    readonly ahpDuration: {
        readonly value: 0.05;
        readonly why: "4 steps: the potential returns at some 0.005 mV/ms, so 1e-4 mV is 0.02 ms";
    };
    readonly counts: {
        readonly value: 0;
        readonly why: "spikes in 3 s; float32 drifts by at most 1.2 ms there, far from an interval's length";
    };
    readonly gain: {
        readonly value: 1e-9;
        readonly why: "a straight line through equal counts";
    };
};
