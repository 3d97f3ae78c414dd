import exp2syn from "../../mechanisms/synapses/exp2syn.ts";
import type { WholeCell, ReceptorSpec } from "../../network/cell.ts";
import { degC, ms, mV, type Quantity, type Given } from "../../units.ts";
import { given } from "./cells.ts";

/** What both motor-neuron models share. Quirks: docs/quirks.md. */
export interface FrameOptions {
  readonly gamma: Given<"1">;
  readonly V0?: Given<"mV">;
  readonly threshold?: Given<"mV">;
  readonly celsius?: Quantity<"degC">;
  readonly e_exc?: Given<"mV">;
  readonly e_inh?: Given<"mV">;
}

type Frame = Pick<WholeCell, "kind" | "model" | "n" | "detector" | "V0" | "celsius" | "method" | "axonDelay" | "about">;

/** Detector, initial voltage, temperature, axons and thresholds. Default V0: -65 mV, what the published runner really used. */
export function motorNeuronFrame(
  model: string,
  cells: readonly { readonly axon_delay_ms?: number; readonly rt?: number }[],
  options: Omit<FrameOptions, "gamma"> & { readonly threshold: Given<"mV"> },
): Frame {
  const has = (key: "axon_delay_ms" | "rt"): boolean => cells.every((c) => c[key] !== undefined);
  return {
    kind: "cells",
    model,
    n: cells.length,
    detector: { section: "soma", threshold: options.threshold },
    V0: options.V0 ?? mV(-65),
    celsius: options.celsius ?? degC(36),
    method: "crankNicolson", // secondorder 2 in every published network of these cells; the extraction alone states 0
    ...(has("axon_delay_ms") ? { axonDelay: given(ms, cells, (c) => c.axon_delay_ms ?? 0) } : {}),
    ...(has("rt") ? { about: { threshold: cells.map((c) => c.rt ?? 0) } } : {}),
  };
}

/** One excitatory and one inhibitory receptor in the middle of a dendrite, shared by all connections. The inhibitory
 * reversal of -75 mV is the published one also for NERLab, whose rest is near 0 mV. */
export const receptorPair = (
  section: string,
  suffix: string,
  e_exc: Given<"mV">,
  e_inh: Given<"mV"> = mV(-75),
): ReceptorSpec[] => {
  const times = { tau1: ms(0.2), tau2: ms(0.3) };
  return [
    { name: `exc_${suffix}`, synapse: exp2syn, section, params: { ...times, e: e_exc } },
    { name: `inh_${suffix}`, synapse: exp2syn, section, params: { ...times, e: e_inh } },
  ];
};
