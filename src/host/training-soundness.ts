import type { CompiledTraining } from "../compile/trained/training.ts";
import { StateError } from "../errors.ts";
import { STATE_LIMIT } from "./soundness.ts";

/** The furthest that a potential (dimensionless) or a phase (rad) of a trained network may move in one step, before spike and reset.
 * Published networks stay below 10; beyond 2^16 quarter turns float32 no longer knows a phase. */
export const MOVE_LIMIT = 1e5;

/** What can go wrong in a neuron; a device's alarm names one by its place here, from 1 on. */
export const FAULTS = ["potential", "weight", "definiteness"] as const;

/** The first thing that went wrong in a neuron: in which step, and the value that was no good. */
export interface TrainingFault {
  /** as counted from the start of the run; the state after so many steps is the last good one. */
  readonly step: number;
  readonly entry: number;
  readonly neuron: number;
  readonly what: (typeof FAULTS)[number];
  readonly value: number;
}

/** Whether a step may move a potential or a phase so far: no for NaN. */
export const movesSoundly = (by: number): boolean => Math.abs(by) <= MOVE_LIMIT;

export const isSoundWeight = (w: number): boolean => Math.abs(w) <= STATE_LIMIT;

/** The fault that comes first, in order of steps, of what acts first in a step, and of neurons. */
export function firstFault(faults: readonly TrainingFault[]): TrainingFault | undefined {
  const order = (a: TrainingFault, b: TrainingFault): number =>
    a.step - b.step ||
    Number(a.what !== "potential") - Number(b.what !== "potential") ||
    a.entry - b.entry ||
    a.neuron - b.neuron;
  return [...faults].sort(order)[0];
}

export function trainingError(
  { name = "neurons", entries, rules }: CompiledTraining,
  fault: TrainingFault,
): StateError {
  const { entry, neuron: cell, what, value } = fault;
  const step = fault.step + 1;
  const said = String(Number(value.toPrecision(6)));
  const at = `at step ${step} (t = ${Number((step * rules.h).toPrecision(12))} membrane time constants)`;
  const [problem, remedy] = {
    potential: [
      `moves its potential by ${said} in one step, where ±${MOVE_LIMIT} is the most a neuron can, ${at}`,
      "Look for a stimulus, a target or a noise that is too large, or an h that is too long",
    ],
    weight: [
      `has a weight of ${said}, beyond ±${STATE_LIMIT}, ${at}`,
      "Look for a target that is too large, or raise alpha",
    ],
    definiteness: [
      `learning broke down ${at}: P is no longer positive definite (1 + q'Pq is ${said}, or its diagonal negative)`,
      "Raise alpha, or run it on the reference engine in float64",
    ],
  }[what] as [string, string];
  const where = `${entries[entry]?.label ?? `network ${entry}`}, neuron ${cell}`;
  const state = { potential: "x", weight: "w", definiteness: "P" }[what];
  return new StateError(where, problem, `What came before is kept. ${remedy}`, { step, population: name, entry, cell, state, value }); // prettier-ignore
}
