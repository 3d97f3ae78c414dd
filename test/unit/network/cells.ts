import pas from "../../../src/mechanisms/channels/pas.ts";
import exp2syn from "../../../src/mechanisms/synapses/exp2syn.ts";
import type { WholeCell } from "../../../src/network/cell.ts";
import { degC, mV, ms, ohm_cm, uF_per_cm2, um, type Quantities, type Quantity } from "../../../src/units.ts";

/** Passive spheres-as-cylinders with two excitatory receptors, grouped, and one inhibitory: small enough to check by hand. */
export const smallCells = (
  n: number,
  options: { axonDelay?: Quantity<"ms"> | Quantities<"ms"> } = {},
): WholeCell<"excitatory" | "inhibitory"> => ({
  kind: "cells",
  model: "small",
  n,
  sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1) }],
  insertions: [{ sections: ["soma"], mechanism: pas }],
  receptors: [
    { name: "exc_a", synapse: exp2syn, section: "soma" },
    { name: "exc_b", synapse: exp2syn, section: "soma", params: { tau2: ms(2) } },
    { name: "inh", synapse: exp2syn, section: "soma", params: { e: mV(-80) } },
  ],
  groups: { excitatory: ["exc_a", "exc_b"], inhibitory: ["inh"] },
  detector: { section: "soma", threshold: mV(0) },
  V0: mV(-70),
  celsius: degC(36),
  ...options,
});
