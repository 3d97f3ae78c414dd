import { z } from "zod";
import kHh from "../../src/mechanisms/channels/k_hh.ts";
import naHh from "../../src/mechanisms/channels/na_hh.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
import { channel, type Channel } from "../../src/mechanisms/mechanism.ts";
import type { CellModel } from "../../src/network/cell.ts";
import { degC, mV, ohm_cm, S_per_cm2, uF_per_cm2, um } from "../../src/units.ts";
import { squidConstants } from "./texts.ts";

/** The compartment of a general case. */
export const compartment = z.looseObject({ L_um: z.number(), diam_um: z.number(), cm_uF_cm2: z.number() });

/** One compartment, with a detector at 0 mV. */
export function cell(given: z.infer<typeof compartment>, rest: Pick<CellModel, "n" | "V0"> & Partial<CellModel>): CellModel {
  const { L_um: L, diam_um: diam, cm_uF_cm2: cm } = given;
  return {
    sections: [{ name: "soma", L: um(L), diam: um(diam), Ra: ohm_cm(100), cm: uF_per_cm2(cm) }],
    detector: { section: "soma", threshold: mV(0) },
    celsius: degC(6.3),
    method: "backwardEuler",
    ...rest,
  };
} // prettier-ignore

/** Where the squid's rates were measured. */
const SQUID_CELSIUS = 6.3;

/** One of the squid's channels at a temperature: its rates triple with every 10 degC (Hodgkin and Huxley 1952). */
export function squidAt(celsius: number, of: Channel): Channel {
  if (celsius === SQUID_CELSIUS) return of;
  const faster = (rate: string): string => `phi * (${rate})`;
  const states = Object.entries(of.states).map(([name, gate]) => [name, "alpha" in gate ? { ...gate, alpha: faster(gate.alpha), beta: faster(gate.beta) } : gate] as const);
  const { kind: _, ...rest } = of;
  return channel({ ...rest, let: { phi: `3^((celsius - ${SQUID_CELSIUS}) / 10)` }, states: Object.fromEntries(states) });
} // prettier-ignore

/** The squid's membrane with the constants that a case states. */
export function squidMembrane(text: unknown): Pick<CellModel, "insertions" | "reversals" | "celsius"> {
  const { gna, gk, gl, ena, ek, el, celsius } = squidConstants(text);
  const soma = { sections: ["soma"] };
  return {
    insertions: [
      { ...soma, mechanism: squidAt(celsius, naHh), params: { g_max: S_per_cm2(gna) } },
      { ...soma, mechanism: squidAt(celsius, kHh), params: { g_max: S_per_cm2(gk) } },
      { ...soma, mechanism: pas, params: { g: S_per_cm2(gl), E: mV(el) } },
    ],
    reversals: { na: mV(ena), k: mV(ek) },
    celsius: degC(celsius),
  };
}
