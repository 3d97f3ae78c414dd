import { DataError } from "../errors.ts";
import {
  alphaMotorNeurons,
  motorNeuronConfig,
  parseThresholds,
  recruitmentThresholds,
  type MotorNeuronModel,
  type MotorNeurons,
  type ThresholdOptions,
} from "../models/motor-pool/index.ts";
import { mV } from "../units.ts";

/** Motor neurons by a law, or by the files "thresholds" and "config" where they are given.
 * @throws DataError for a configuration that does not parse, or of Powers2017 where that was not asked for */
export function pool(
  files: ReadonlyMap<string, string>,
  law: ThresholdOptions,
  s: { readonly model: MotorNeuronModel; readonly V0: number; readonly gamma?: number },
): { thresholds: Float64Array; model: MotorNeurons } {
  const [listed, config] = [files.get("thresholds"), files.get("config")];
  const thresholds = listed === undefined ? recruitmentThresholds(law).rt : parseThresholds(listed);
  const { model, gamma } = s;
  const named = config === undefined ? undefined : motorNeuronConfig(model, config).settings.model;
  if (model === "NERLab" && named === "Powers2017") throw new DataError("config, model", "is Powers2017, and the pool is of NERLab cells", "Say --model Powers2017, or change the file's model"); // prettier-ignore
  const options = { ...(gamma === undefined ? {} : { gamma }), ...(config === undefined ? {} : { config }) };
  return { thresholds, model: alphaMotorNeurons({ thresholds, model, V0: mV(s.V0), ...options }) };
}
