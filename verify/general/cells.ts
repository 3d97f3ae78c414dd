import { z } from "zod";
import type { CellModel } from "../../src/network/cell.ts";
import { degC, mV, ohm_cm, uF_per_cm2, um } from "../../src/units.ts";

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
