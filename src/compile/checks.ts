import { ModelError } from "../errors.ts";
import type { Method } from "../network/cell.ts";
import { checkMethod } from "../network/check.ts";
import { checkDescription } from "../network/check-description.ts";
import type { CompileOptions, NetworkDescription } from "../network/description.ts";
import { checkVariation, type Path } from "../network/paths.ts";
import { checkLastStep, stepsWithin } from "../steps.ts";
import { canonical } from "../units.ts";

/** Options in canonical numbers. */
export interface Settings {
  readonly dt: number; // ms
  /** of all cells; undefined: what each model states. */
  readonly method: Method | undefined;
  readonly maxBlock: number;
  readonly voltageLimit: number; // mV
  /** steps of the whole experiment; undefined when not known. */
  readonly steps: number | undefined;
}

/** mV. A lipid membrane breaks down near 1 V (Zimmermann 1982, Biochim. Biophys. Acta 694:227-277). */
const VOLTAGE_LIMIT = 1000;

/** @throws ModelError for a step, a method, a block or a duration that cannot be */
export function settings(options: CompileOptions): Settings {
  const dt = canonical("dt", options.dt, "ms");
  if (!(dt > 0)) throw new ModelError("dt", `is ${dt} ms`, "Give a step above 0, for example ms(0.025)");
  const { method, maxBlock = Infinity, duration } = options;
  checkMethod("method", method);
  if (!(maxBlock >= 1) || !(Number.isInteger(maxBlock) || maxBlock === Infinity)) {
    throw new ModelError("maxBlock", `is ${maxBlock} steps`, "Give a whole number of 1 or more");
  }
  const voltageLimit = canonical("voltageLimit", options.voltageLimit ?? { value: VOLTAGE_LIMIT, unit: "mV" }, "mV");
  if (!(voltageLimit > 0 && voltageLimit <= 1e30)) {
    throw new ModelError("voltageLimit", `is ${voltageLimit} mV`, "Give a potential above 0, for example mV(1000)");
  }
  const given = { dt, method, maxBlock, voltageLimit };
  if (duration === undefined) return { ...given, steps: undefined };
  const durationMs = canonical("duration", duration, "ms");
  if (!(durationMs >= 0)) throw new ModelError("duration", `is ${durationMs} ms`, "Give 0 or more");
  const steps = stepsWithin(durationMs, dt);
  checkLastStep("duration", steps, dt);
  return { ...given, steps };
}

/** Every check that needs no numbers drawn or compiled. @returns what each variation's path names */
export function checkNetwork(d: NetworkDescription): Path[] {
  checkDescription(d);
  if (d.populations.length === 0 && d.trained === undefined)
    throw new ModelError("network", "has no populations", "Add cells or sources");
  const paths = d.variations.map((v) => v.path);
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) throw new ModelError(`variation "${twice}"`, "is given twice", "Vary each path once");
  return d.variations.map((v) => checkVariation(v, d, d.entries));
}
