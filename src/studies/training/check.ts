import { checkPlan } from "../../compile/trained/check.ts";
import { planOfTraining } from "../../compile/trained/networks.ts";
import { DataError } from "../../errors.ts";
import type { Given } from "../study.ts";
import { checkSize, parametersOf, parseTargets } from "./parameters.ts";
import type { TrainingOptions } from "./settings.ts";

/** Refuses what the first wave would refuse, before a network is drawn.
 * @throws DataError, ModelError */
export function checkTraining(s: TrainingOptions, { seed, files }: Given): void {
  checkSize(s);
  checkPlan(planOfTraining(parametersOf(s)));
  const last = s.seeds.reduce((a, b) => Math.max(a, b), 0) + seed;
  if (last >= 2 ** 32)
    throw new DataError("train seeds", `reach ${last} counted from --seed ${seed}`, "Stay below 4294967296");
  const targets = files.get("targets");
  if (targets !== undefined) parseTargets("targets", targets, s.itmax, s.N);
}
