export const allowed = (engine, { float64, float32 }) => engine === "reference" ? float64 : float32;
const both = (value, why) => ({ float64: value, float32: value, why });
/** What `hillock verify` allows for the cortical column. "README" is the reference folder's, with its recommended tolerances
 * for single precision; "measured" means a second implementation against the reference there. */
export const COLUMN = {
    geometry: both(1e-6, "README; the reference keeps diameters in single precision, which moves areas by 1e-8"),
    rates: both(1e-11, "both sides float64, 12 digits in the file"),
    events: both(1e-9, "ms. README; both sides draw in float64 with the same generator"),
    links: both(1e-5, "README; relative, files keep 9 digits"),
    positions: both(1e-9, "um; grid points and a rounded height"),
    settledVoltage: {
        float64: 4e-7, // mV
        float32: 5e-3,
        why: "float64: resistances differ by 7e-8 (single-precision diameters), times the 5 mV between initial voltages; float32: README, 5e-4 measured",
    },
    settledGate: {
        float64: 2.5e-8,
        float32: 4e-4,
        why: "float32: the allowed voltage times the steepest gate (cat's h, 1/16 per mV), and a third more; float64: the product",
    },
    settledCalcium: {
        float64: 1e-8,
        float32: 2e-3,
        why: "relative; ca's steady activation near rest is e-fold in some 4 mV, squared: the allowed voltage over 2 mV",
    },
    settledDipole: {
        float64: 1e-6,
        float32: 0.02,
        why: "of its range (60 fAm). float64: the allowed voltage at three section ends times the largest weight (51 fAm/mV); float32: as c1's",
    },
    singleSpikes: { float64: 0, float32: 2, why: "steps. README; float64 measured exact" },
    quietVoltage: {
        float64: 2e-4,
        float32: 0.2,
        why: "mV. float64: 1e-4 measured, twice that; float32: README, 0.054 measured",
    },
    anyVoltage: { float64: 2e-4, float32: 2, why: "mV. float64 as quiet; float32: README, 0.46 measured" },
    singleDipole: {
        float64: 2e-6,
        float32: 0.02,
        why: "of its range. float64: quiet voltages allow 2e-4 of 100 mV; float32: README, 0.009 measured",
    },
    conductance: {
        float64: 1e-6,
        float32: 2e-5,
        why: "of the largest. float64: files keep 7 digits; float32: the factor of a decay is off by up to 6e-8, over 800 steps of nmda's 20 ms, at 1/e",
    },
    singleCalcium: {
        float64: 2e-6,
        float32: 0.02,
        why: "of its range, as the dipole: one is driven by what drives the other",
    },
    networkSpikes: { float64: 0, float32: 0, why: "float64: every spike on the same step, measured in c3, c4 and c7" },
    sameCount: both(0.98, "share of cells. README; 1 measured in float32"),
    sameCountSmall: both(1, "cells that may differ in c7, where one cell is 4 %: a spike triggered just above threshold"),
    withinStep: both(0.95, "README; 0.976 (c7) and >= 0.992 measured in float32"),
    withinMs: both(0.99, "README; 1 measured in float32"),
    withinMsSmall: both(2, "spikes of c7 that may be unmatched within 1 ms, see sameCountSmall"),
    dipole: {
        float64: 1e-6,
        float32: 5e-3,
        why: "RMS over standard deviation. float64: 1.3e-7 (c3) and 2.7e-7 (c4) measured there, 3e-7 in c5 and c6 by this; float32: README, 4e-4 measured",
    },
    dipoleSmall: {
        float64: 3e-5,
        float32: 0.03,
        why: "c7. float64: 1.6e-5 measured, a marginal spike amplifies rounding; float32: README, 0.014 measured",
    },
    correlation: { float64: 0.999999, float32: 0.9999, why: "1 - RMS^2 / 2 of what is allowed, rounded; README" },
    correlationSmall: { float64: 0.999999, float32: 0.9995, why: "1 - 0.03^2 / 2" },
    smooth: {
        float64: 1e-6,
        float32: 2e-3,
        why: "largest error of the range. float64: 1e-7 measured in c3; float32: README, 7e-5 measured",
    },
    smoothSmall: {
        float64: 5e-6,
        float32: 5e-3,
        why: "c7. float64: 9e-7 measured; float32: 1.7e-3 measured, three times that",
    },
    networkVoltage: {
        float64: 2e-3,
        float32: 0.2,
        why: "mV, more than 1 ms from a spike. float64: 7 digits, and c7's dipole shows rounding amplified a hundredfold over c1; float32: as c1",
    },
    voltageShare: both(0.95, "of the samples: those of spikes a step or more off are elsewhere; as withinStep"),
    potential: {
        float64: 1e-6,
        float32: 5e-3,
        why: "of the range. float64: 3e-7 measured; float32: README",
    },
    recorded: {
        float64: 2e-5,
        float32: 5e-3,
        why: "of the column's largest value. float64: stored digits (7) times c7's amplification of rounding (see dipoleSmall); float32: as potential",
    },
};
//# sourceMappingURL=cortical-column-tolerances.js.map