import { z } from "zod";
import { DataError } from "../../src/errors.ts";
import kHh from "../../src/mechanisms/channels/k_hh.ts";
import naHh from "../../src/mechanisms/channels/na_hh.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
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

/** The squid's membrane with the constants that a case states. */
export function squidMembrane(text: unknown): Pick<CellModel, "insertions" | "reversals" | "celsius"> {
  const { gna, gk, gl, ena, ek, el, celsius } = squidConstants(text);
  if (celsius !== 6.3)
    throw new DataError("case.json, model.hh", `is at ${celsius} degC`, "The squid's rates here are those of 6.3 degC");
  const soma = { sections: ["soma"] };
  return {
    insertions: [
      { ...soma, mechanism: naHh, params: { g_max: S_per_cm2(gna) } },
      { ...soma, mechanism: kHh, params: { g_max: S_per_cm2(gk) } },
      { ...soma, mechanism: pas, params: { g: S_per_cm2(gl), E: mV(el) } },
    ],
    reversals: { na: mV(ena), k: mV(ek) },
    celsius: degC(celsius),
  };
}
