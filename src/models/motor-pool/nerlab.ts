import caL from "../../mechanisms/channels/caL.ts";
import { napp, type NappRates } from "../../mechanisms/channels/napp.ts";
import type { WholeCell, Insertion, SectionSpec } from "../../network/cell.ts";
import { ms, mV, ohm_cm, per_ms, S_per_cm2, uF_per_cm2, um } from "../../units.ts";
import { given, type CellParameters, type Fields } from "./cells.ts";
import { motorNeuronFrame, receptorPair, type FrameOptions } from "./frame.ts";
import type { Ranges } from "./ranges.ts";

/** Fields of a NERLab cell, named as in the reference files, and where the configuration has them. */
export const NERLAB_FIELDS = {
  soma_diam_um: ["soma", "diam"],
  gnabar: ["soma", "gnabar"],
  gnapbar: ["soma", "gnapbar"],
  gkfbar: ["soma", "gkfbar"],
  gksbar: ["soma", "gksbar"],
  rinact: ["soma", "rinact"],
  gl_soma: ["soma", "gl"],
  dend_diam_um: ["dend", "diam"],
  dend_L_um: ["dend", "L"],
  gcaLbar: ["dend", "gcaLbar"],
  vtraub_caL: ["dend", "vtraub"],
  Ltau: ["dend", "Ltau"],
  gl_dend: ["dend", "gl"],
} as const satisfies Fields<string>;
export type NerlabField = keyof typeof NERLAB_FIELDS;
export type NerlabCell = CellParameters<NerlabField>;

/** The published ranges. Units: um, S/cm2, 1/ms, mV, ms. The published curvature of the soma's diameter is 1, with which no
 * pool can be made from a count; 14 is the older published value. `mact` is accepted in files and used by nothing. */
export const NERLAB_RANGES: Ranges = {
  soma: {
    diam: [78, 113, 14],
    gnabar: [0.0325, 0.0775, 2.5],
    gnapbar: [0.00043, 0.00067, 2.1, true],
    gkfbar: [0.0028, 0.0015, 25, true],
    gksbar: [0.02, 0.016, 6, true],
    mact: [13, 20, 3],
    rinact: [0.018, 0.063, 4],
    gl: [0.000952381, 0.001538462, 2.5],
  },
  dend: {
    diam: [48, 90, 5],
    L: [5500, 10600, 12],
    gcaLbar: [1.25e-5, 6.2e-6, 3, true],
    vtraub: [35, 34, 30, true],
    Ltau: [90, 47, 3, true],
    gl: [7.69231e-5, 0.000165289, 2.5],
  },
};

/** How far a pool made from a count has gone at its middle. */
export const nerlabMiddle = (curvature: number): number => 1 / curvature;

/** Two compartments: a soma as long as it is thick, and a dendrite on the soma's 0 end. */
export function nerlabModel(
  cells: readonly NerlabCell[],
  rates: Partial<NappRates>,
  options: FrameOptions,
): WholeCell<"excitatory" | "inhibitory"> {
  const membrane = { Ra: ohm_cm(70), cm: uF_per_cm2(1), nseg: 1 };
  const sections: SectionSpec[] = [
    {
      name: "soma",
      L: given(um, cells, (c) => c.soma_diam_um),
      diam: given(um, cells, (c) => c.soma_diam_um),
      ...membrane,
    },
    {
      name: "dend",
      L: given(um, cells, (c) => c.dend_L_um),
      diam: given(um, cells, (c) => c.dend_diam_um),
      ...membrane,
      parent: "soma",
      parentEnd: 0,
    },
  ];
  return {
    ...motorNeuronFrame("NERLab", cells, { threshold: mV(50), ...options }),
    sections,
    insertions: nerlabInsertions(cells, rates, options),
    advance: ["napp", "caL"],
    receptors: receptorPair("dend", "dend", options.e_exc ?? mV(70), options.e_inh),
    groups: { excitatory: ["exc_dend"], inhibitory: ["inh_dend"] },
  };
}

function nerlabInsertions(cells: readonly NerlabCell[], rates: Partial<NappRates>, options: FrameOptions): Insertion[] {
  return [
    {
      sections: ["soma"],
      mechanism: napp(rates),
      params: {
        gnabar: given(S_per_cm2, cells, (c) => c.gnabar),
        gnapbar: given(S_per_cm2, cells, (c) => c.gnapbar),
        gkfbar: given(S_per_cm2, cells, (c) => c.gkfbar),
        gksbar: given(S_per_cm2, cells, (c) => c.gksbar),
        gl: given(S_per_cm2, cells, (c) => c.gl_soma),
        rinact: given(per_ms, cells, (c) => c.rinact),
      },
    },
    {
      sections: ["dend"],
      mechanism: caL,
      params: {
        gcaLbar: given(S_per_cm2, cells, (c) => c.gcaLbar),
        vtraub: given(mV, cells, (c) => c.vtraub_caL),
        Ltau: given(ms, cells, (c) => c.Ltau),
        gl: given(S_per_cm2, cells, (c) => c.gl_dend),
        gamma: options.gamma,
      },
    },
  ];
}
