import type { Specs } from "../site/controls.ts";

/** What the controls of the page say, and what it means. */

/** mV: the first and last command of an I–V curve. */
export const COMMANDS = [-120, 80] as const;
export const CURRENT = 0;
export const VOLTAGE = 1;
export const CONSTANT = 0;
export const PULSES = 1;
export const SINE = 2;

export const AUTOMATIC = 0;
export const ADAPTER = 1;
export const REFERENCE = 2;

export const ONE_CELL = 0;
export const NETWORK = 1;

export const SPECS = {
  view: { kind: "choice", label: "What runs", options: [[ONE_CELL, "one cell"], [NETWORK, "a network"]], value: ONE_CELL },
  amplitude: { kind: "range", label: "Current", unit: "%", min: -100, max: 100, step: 1, value: 40, help: "Of the full scale; acts at once" },
  noise: { kind: "range", label: "Noise", unit: "%", min: 0, max: 200, step: 1, value: 0, help: "Standard deviation per step, of the full scale; the same for A and B" },
  speed: { kind: "choice", label: "Speed", options: [[0.02, "1/50 of real time"], [0.1, "1/10 of real time"], [1, "real time"], [1000, "as fast as it goes"]], value: 0.1 },
  mode: { kind: "choice", label: "Clamp", options: [[CURRENT, "current"], [VOLTAGE, "voltage"]], value: CURRENT },
  shape: { kind: "choice", label: "Shape", options: [[CONSTANT, "constant"], [PULSES, "pulses"], [SINE, "sine"]], value: CONSTANT },
  scale: { kind: "choice", label: "Full scale", options: [[0.1, "0.1 nA"], [0.3, "0.3 nA"], [1, "1 nA"], [3, "3 nA"], [10, "10 nA"], [30, "30 nA"], [100, "100 nA"]], value: 0.3, help: "Of the current, and of the f–I curve; in the input's own unit where that is not nA" },
  period: { kind: "range", label: "Period", unit: "ms", min: 10, max: 500, step: 10, value: 100, help: "Of pulses (on for half of it) and sine" },
  hold: { kind: "range", label: "Holding potential", unit: "mV", min: -120, max: 40, step: 1, value: -80, help: "Of the voltage clamp" },
  step: { kind: "range", label: "Step to", unit: "mV", min: -120, max: 80, step: 1, value: 0, help: "Of the voltage clamp, in its pulses" },
  window: { kind: "choice", label: "Window", options: [[50, "50 ms"], [100, "100 ms"], [200, "200 ms"], [500, "500 ms"], [1000, "1 s"]], value: 100 },
  span: { kind: "choice", label: "Window", options: [[200, "200 ms"], [500, "500 ms"], [1000, "1 s"], [2000, "2 s"]], value: 500 },
  engine: { kind: "choice", label: "Engine", options: [[AUTOMATIC, "automatic"], [ADAPTER, "graphics adapter, float32"], [REFERENCE, "reference engine, float64"]], value: AUTOMATIC, help: "Automatic: the adapter, or the reference engine where the adapter is a software one" },
  seed: { kind: "range", label: "Seed", min: 1, max: 100, step: 1, value: 1, help: "Of what is drawn: noise, drives, links" },
} as const satisfies Specs<string>; // prettier-ignore

export type Key = keyof typeof SPECS;
export type LabSettings = Readonly<Record<Key, number>>;

/** Those that act on what runs without another network. */
export const LIVE: readonly Key[] = ["amplitude", "noise", "speed", "window", "span"];

/** Time step of every experiment, ms. */
export const DT = 0.025;
/** between samples, ms. */
export const SAMPLE = 0.1;

/** A potential (mV) as plots show it: nothing real is outside, but the exponential of a point neuron may be, in the step of a spike. */
export const drawnPotential = (mV: number): number => Math.min(150, Math.max(-200, mV));
