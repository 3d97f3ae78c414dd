import type { Network } from "../../network/network.ts";
import { checkRun, checkTimes, type PlannedRun } from "../check-run.ts";
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
  const networkOf = ([timing, currents]: readonly [Timing, readonly number[]]): Network => {
    const amplitudes = currents.map((I) => new Float64Array(model.n).fill(I));
    const step: Step = { ...timing, V0, amplitudes };
    return network(model, step);
  };
  const run = (of: Network, { endMs }: Timing): PlannedRun => ({ network: of, dt: ms(s.dt), method: "backwardEuler", duration: ms(endMs) }); // prettier-ignore
  // the cells are the same in all: what compiling refuses of them is refused by the first, and what memory does by the part of most entries
  const largest = parts.reduce((most, part) => (part[1].length > most[1].length ? part : most));
  const [first, most] = [networkOf(parts[0] as (typeof parts)[number]), networkOf(largest)];
  checkRun(run(first, HOLDING));
  for (const [timing] of parts) checkTimes(run(timing === largest[0] ? most : first, timing));
}
