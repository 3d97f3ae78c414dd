import { checkRun, checkTimes } from "../check-run.ts";
import { pool } from "../pool.ts";
import { ms } from "../../units.ts";
import type { Given } from "../study.ts";
import { network, type Step } from "./protocol.ts";
import { AT_ONCE } from "./search.ts";
import { COUNTED, DECAY, FIRING, HOLDING, HYPERPOLARISING, longStep, PULSE, PULSES, RAMP, RESISTANCE, SHORT, type Timing } from "./steps.ts"; // prettier-ignore
import type { ExtractSettings } from "./settings.ts";

/** Refuses what any part of the protocol would refuse, before the first: the last begins after hours.
 * @throws DataError, ModelError */
export function checkExtraction(s: ExtractSettings, { files }: Given): void {
  const { model } = pool(files, { n: s.cells, mode: s.mode, range: s.range, slope: s.slope }, s);
  const long = 1000 * s.longStep;
  const parts: readonly [Timing, readonly number[]][] = [
    [HOLDING, [0]],
    [RESISTANCE, HYPERPOLARISING],
    [DECAY, [0]],
    [SHORT, RAMP.slice(0, AT_ONCE)],
    ...(long > 0 ? [[longStep(long), RAMP.slice(0, AT_ONCE)] as [Timing, number[]]] : []),
    [PULSE, PULSES],
    [COUNTED, FIRING],
  ];
  const V0 = new Float64Array(model.n).fill(s.V0);
  for (const [k, [timing, currents]] of parts.entries()) {
    const amplitudes = currents.map((I) => new Float64Array(model.n).fill(I));
    const sampled = timing === DECAY || timing === PULSE ? { sampleMs: s.dt } : {};
    const step: Step = { ...timing, ...sampled, V0, amplitudes };
    // the cells are the same in all: what only compiling refuses of them is refused by the first
    const check = k === 0 ? checkRun : checkTimes;
    check({ network: network(model, step), dt: ms(s.dt), method: "backwardEuler", duration: ms(timing.endMs) });
  }
}
