import gh from "../../mechanisms/channels/gh.ts";
import kdrRL from "../../mechanisms/channels/kdrRL.ts";
import L_Ca_inact from "../../mechanisms/channels/L_Ca_inact.ts";
import mAHP from "../../mechanisms/channels/mAHP.ts";
import na3rp from "../../mechanisms/channels/na3rp.ts";
import naps from "../../mechanisms/channels/naps.ts";
import pas from "../../mechanisms/channels/pas.ts";
import type { WholeCell, Insertion, SectionSpec } from "../../network/cell.ts";
import { ms, mV, ohm_cm, S_per_cm2, uF_per_cm2, um } from "../../units.ts";
import { given, type CellParameters, type Fields } from "./cells.ts";
import { motorNeuronFrame, receptorPair, type FrameOptions } from "./frame.ts";
import type { Ranges } from "./ranges.ts";

/** Fields of a Powers2017 cell, named as in the reference files, and where the configuration has them. */
export const POWERS_FIELDS = {
  soma_L_um: ["soma", "L"],
  soma_diam_um: ["soma", "diam"],
  soma_cm: ["soma", "cm"],
  soma_g_pas: ["soma", "g_pas"],
  soma_e_pas: ["soma", "e_pas"],
  gbar_na3rp: ["soma", "gbar_na3rp"],
  gbar_naps: ["soma", "gbar_naps"],
  gMax_kdrRL: ["soma", "gMax_kdrRL"],
  gcamax_mAHP: ["soma", "gcamax_mAHP"],
  gkcamax_mAHP: ["soma", "gkcamax_mAHP"],
  tau_mAHP: ["soma", "tau_mAHP"],
  soma_ghbar: ["soma", "ghbar"],
  dend_L_um: ["dend", "L"],
  dend_diam_um: ["dend", "diam"],
  dend_g_pas: ["dend", "g_pas"],
  dend_e_pas: ["dend", "e_pas"],
  dend_Ra: ["dend", "Ra"],
  dend_cm: ["dend", "cm"],
  dend_ghbar: ["dend", "ghbar"],
  theta_m: ["dend", "theta_m"],
  theta_h: ["dend", "theta_h"],
  gcabar_d0: ["dend", "gcabar_d0"],
  gcabar_d1: ["dend", "gcabar_d1"],
  gcabar_d2: ["dend", "gcabar_d2"],
  gcabar_d3: ["dend", "gcabar_d3"],
} as const satisfies Fields<string>;
export type PowersField = keyof typeof POWERS_FIELDS;
export type PowersCell = CellParameters<PowersField>;

/** The published ranges. Units: um, uF/cm2, S/cm2, mV, ms, ohm cm. The four dendrites differ only in gcabar. */
export const POWERS_RANGES: Ranges = {
  soma: {
    L: [2952, 3665, 0.3],
    diam: [22, 30, 0.3],
    cm: [1.35546, 1.87853, 0.3],
    g_pas: [8.11e-5, 3.77e-4, 0.3],
    e_pas: [-71, -72, 0.3],
    gbar_na3rp: [0.01, 0.022, 0.3],
    gbar_naps: [2.6e-5, 2e-5, 0.3],
    gMax_kdrRL: [0.015, 0.02, 0.3],
    gcamax_mAHP: [6.4e-6, 1.015e-5, 0.075],
    gkcamax_mAHP: [4.5e-4, 6e-4, 0.3],
    tau_mAHP: [90, 30, 0.3],
    ghbar: [3e-5, 2.3e-4, 0.3],
  },
  dend: {
    L: [1794.13, 2226.91, 0.3],
    diam: [8.73071, 11.9055, 0.3],
    g_pas: [7.93e-5, 1.75e-4, 0.3],
    e_pas: [-71, -72, 0.3],
    Ra: [51.038, 40.755, 0.3],
    cm: [0.867781, 0.880407, 0.3],
    ghbar: [3e-5, 2.3e-4, 0.3],
    theta_m: [-42, -39, 0.3],
    theta_h: [10, -10, 0.3],
    gcabar_d0: [8.5e-5, 1.18e-4, 0.3],
    gcabar_d1: [9.5e-5, 1.28e-4, 0.3],
    gcabar_d2: [1e-4, 1.38e-4, 0.3],
    gcabar_d3: [1.15e-4, 1.53e-4, 0.3],
  },
};

/** How far a pool made from a count has gone at its middle: this model's files give it directly. */
export const powersMiddle = (curvature: number): number => curvature;

const DENDRITES = [0, 1, 2, 3] as const;

/** Five compartments: a soma with dendrites 0 and 2 on its 0 end, 1 and 3 on its 1 end. The soma's axial resistivity is the
 * published 0.001 ohm cm, which ties the four dendrites together. */
export function powersModel(
  cells: readonly PowersCell[],
  options: FrameOptions,
): WholeCell<"excitatory" | "inhibitory"> {
  const dendrites = DENDRITES.map((k): SectionSpec => ({
    name: `dend${k}`,
    L: given(um, cells, (c) => c.dend_L_um),
    diam: given(um, cells, (c) => c.dend_diam_um),
    Ra: given(ohm_cm, cells, (c) => c.dend_Ra),
    cm: given(uF_per_cm2, cells, (c) => c.dend_cm),
    nseg: 1,
    parent: "soma",
    parentEnd: k % 2 === 0 ? 0 : 1,
  }));
  const soma: SectionSpec = {
    name: "soma",
    L: given(um, cells, (c) => c.soma_L_um),
    diam: given(um, cells, (c) => c.soma_diam_um),
    Ra: ohm_cm(0.001),
    cm: given(uF_per_cm2, cells, (c) => c.soma_cm),
    nseg: 1,
  };
  const names = (sign: string): string[] => DENDRITES.map((k) => `${sign}_dend${k}`);
  return {
    ...motorNeuronFrame("Powers2017", cells, { threshold: mV(0), ...options }),
    sections: [soma, ...dendrites],
    insertions: [...somaInsertions(cells), ...dendriteInsertions(cells, options)],
    advance: ["pas", "na3rp", "naps", "kdrRL", "mAHP", "gh", "L_Ca_inact"],
    receptors: DENDRITES.flatMap((k) => receptorPair(`dend${k}`, `dend${k}`, options.e_exc ?? mV(0), options.e_inh)),
    groups: { excitatory: names("exc"), inhibitory: names("inh") },
    // ECa is the default that NEURON gives the ion; the published cells never recompute it.
    reversals: { na: mV(50), k: mV(-80), ca: mV(132.4579341637) },
  };
}

function somaInsertions(cells: readonly PowersCell[]): Insertion[] {
  const sections = ["soma"];
  return [
    {
      sections,
      mechanism: pas,
      params: { g: given(S_per_cm2, cells, (c) => c.soma_g_pas), E: given(mV, cells, (c) => c.soma_e_pas) },
    },
    { sections, mechanism: na3rp, params: { gbar: given(S_per_cm2, cells, (c) => c.gbar_na3rp) } },
    { sections, mechanism: naps, params: { gbar: given(S_per_cm2, cells, (c) => c.gbar_naps) } },
    { sections, mechanism: kdrRL, params: { gMax: given(S_per_cm2, cells, (c) => c.gMax_kdrRL) } },
    {
      sections,
      mechanism: mAHP,
      params: {
        gcamax: given(S_per_cm2, cells, (c) => c.gcamax_mAHP),
        gkcamax: given(S_per_cm2, cells, (c) => c.gkcamax_mAHP),
        tau: given(ms, cells, (c) => c.tau_mAHP),
      },
    },
    { sections, mechanism: gh, params: { ghbar: given(S_per_cm2, cells, (c) => c.soma_ghbar) } },
  ];
}

function dendriteInsertions(cells: readonly PowersCell[], { gamma }: FrameOptions): Insertion[] {
  const sections = DENDRITES.map((k) => `dend${k}`);
  const leak = { g: given(S_per_cm2, cells, (c) => c.dend_g_pas), E: given(mV, cells, (c) => c.dend_e_pas) };
  return [
    { sections, mechanism: pas, params: leak },
    { sections, mechanism: gh, params: { ghbar: given(S_per_cm2, cells, (c) => c.dend_ghbar) } },
    ...DENDRITES.map((k): Insertion => ({
      sections: [`dend${k}`],
      mechanism: L_Ca_inact,
      params: {
        gcabar: given(S_per_cm2, cells, (c) => c[`gcabar_d${k}`]),
        gamma,
        theta_m: given(mV, cells, (c) => c.theta_m),
        theta_h: given(mV, cells, (c) => c.theta_h),
      },
    })),
  ];
}
