import type { VerifyEngine } from "./case.ts";
/** What a quantity may be off by: in the float64 engine, which shows that the equations are the published ones, and in the
 * float32 engines. */
export interface Tolerance {
    readonly float64: number;
    readonly float32: number;
    readonly why: string;
}
export declare const allowed: (engine: VerifyEngine, { float64, float32 }: Tolerance) => number;
/** What `hillock verify` allows for the cortical column. "README" is the reference folder's, with its recommended tolerances
 * for single precision; "measured" means a second implementation against the reference there. */
export declare const COLUMN: {
    readonly geometry: Tolerance;
    readonly rates: Tolerance;
    readonly events: Tolerance;
    readonly links: Tolerance;
    readonly positions: Tolerance;
    readonly settledVoltage: {
        readonly float64: 4e-7;
        readonly float32: 0.005;
        readonly why: "float64: resistances differ by 7e-8 (single-precision diameters), times the 5 mV between initial voltages; float32: README, 5e-4 measured";
    };
    readonly settledGate: {
        readonly float64: 2.5e-8;
        readonly float32: 0.0004;
        readonly why: "float32: the allowed voltage times the steepest gate (cat's h, 1/16 per mV), and a third more; float64: the product";
    };
    readonly settledCalcium: {
        readonly float64: 1e-8;
        readonly float32: 0.002;
        readonly why: "relative; ca's steady activation near rest is e-fold in some 4 mV, squared: the allowed voltage over 2 mV";
    };
    readonly settledDipole: {
        readonly float64: 0.000001;
        readonly float32: 0.02;
        readonly why: "of its range (60 fAm). float64: the allowed voltage at three section ends times the largest weight (51 fAm/mV); float32: as c1's";
    };
    readonly singleSpikes: {
        readonly float64: 0;
        readonly float32: 2;
        readonly why: "steps. README; float64 measured exact";
    };
    readonly quietVoltage: {
        readonly float64: 0.0002;
        readonly float32: 0.2;
        readonly why: "mV. float64: 1e-4 measured, twice that; float32: README, 0.054 measured";
    };
    readonly anyVoltage: {
        readonly float64: 0.0002;
        readonly float32: 2;
        readonly why: "mV. float64 as quiet; float32: README, 0.46 measured";
    };
    readonly singleDipole: {
        readonly float64: 0.000002;
        readonly float32: 0.02;
        readonly why: "of its range. float64: quiet voltages allow 2e-4 of 100 mV; float32: README, 0.009 measured";
    };
    readonly conductance: {
        readonly float64: 0.000001;
        readonly float32: 0.00002;
        readonly why: "of the largest. float64: files keep 7 digits; float32: the factor of a decay is off by up to 6e-8, over 800 steps of nmda's 20 ms, at 1/e";
    };
    readonly singleCalcium: {
        readonly float64: 0.000002;
        readonly float32: 0.02;
        readonly why: "of its range, as the dipole: one is driven by what drives the other";
    };
    readonly networkSpikes: {
        readonly float64: 0;
        readonly float32: 0;
        readonly why: "float64: every spike on the same step, measured in c3, c4 and c7";
    };
    readonly sameCount: Tolerance;
    readonly sameCountSmall: Tolerance;
    readonly withinStep: Tolerance;
    readonly withinMs: Tolerance;
    readonly withinMsSmall: Tolerance;
    readonly dipole: {
        readonly float64: 0.000001;
        readonly float32: 0.005;
        readonly why: "RMS over standard deviation. float64: 1.3e-7 (c3) and 2.7e-7 (c4) measured there, 3e-7 in c5 and c6 by this; float32: README, 4e-4 measured";
    };
    readonly dipoleSmall: {
        readonly float64: 0.00003;
        readonly float32: 0.03;
        readonly why: "c7. float64: 1.6e-5 measured, a marginal spike amplifies rounding; float32: README, 0.014 measured";
    };
    readonly correlation: {
        readonly float64: 0.999999;
        readonly float32: 0.9999;
        readonly why: "1 - RMS^2 / 2 of what is allowed, rounded; README";
    };
    readonly correlationSmall: {
        readonly float64: 0.999999;
        readonly float32: 0.9995;
        readonly why: "1 - 0.03^2 / 2";
    };
    readonly smooth: {
        readonly float64: 0.000001;
        readonly float32: 0.002;
        readonly why: "largest error of the range. float64: 1e-7 measured in c3; float32: README, 7e-5 measured";
    };
    readonly smoothSmall: {
        readonly float64: 0.000005;
        readonly float32: 0.005;
        readonly why: "c7. float64: 9e-7 measured; float32: 1.7e-3 measured, three times that";
    };
    readonly networkVoltage: {
        readonly float64: 0.002;
        readonly float32: 0.2;
        readonly why: "mV, more than 1 ms from a spike. float64: 7 digits, and c7's dipole shows rounding amplified a hundredfold over c1; float32: as c1";
    };
    readonly voltageShare: Tolerance;
    readonly potential: {
        readonly float64: 0.000001;
        readonly float32: 0.005;
        readonly why: "of the range. float64: 3e-7 measured; float32: README";
    };
    readonly recorded: {
        readonly float64: 0.00002;
        readonly float32: 0.005;
        readonly why: "of the column's largest value. float64: stored digits (7) times c7's amplification of rounding (see dipoleSmall); float32: as potential";
    };
};
