import type { GainRule } from "../../analysis/force.ts";
import { DataError } from "../../errors.ts";
import type { Pool } from "../watanabe/network.ts";
import { checkRange } from "./search.ts";
import { coherencePhases } from "./drives.ts";
import type { PipelineSettings } from "./settings.ts";
import type { Figure } from "../study.ts";
import type { Values } from "../values.ts";

/** What the published steps 01 and 02 run: their network is not that of the three phases. */
const PUBLISHED = { slope: 5, V0: -67, weight: 0.05, drive: 40, noise: 1 };

/** What a step says, and what it draws when all have been done. */
export interface StepResult {
  readonly text: string;
  readonly values?: Values;
  readonly figures?: readonly Figure[];
}

export interface Plan {
  /** Network and drive of steps 01 and 02. */
  readonly search: { readonly pool: Pool; readonly drive: number; readonly noise: number };
  readonly objective: "absolute" | "own maximum";
  readonly gain: GainRule;
}

/** @throws DataError for a search whose rates do not ascend, and for phases of which nothing is left for their coherence */
export function planOf(s: PipelineSettings): Plan {
  checkRange("search", s.search);
  const end = 1000 * (s.duration ?? 3 * s.phase);
  const short = coherencePhases(s).find(({ from, to }) => to <= end && to - from < 2 * s.coherence.bin);
  if (short !== undefined) {
    const left = Math.max(0, short.to - short.from);
    throw new DataError("watanabe-pipeline phase", `is ${s.phase} s with ${s.drive.silence} s of silence: ${left} ms of "${short.name}" are left for its coherence`, "Lengthen the phase, or shorten drive.silence"); // prettier-ignore
  }
  const published = s.search.network === "published";
  const pool: Pool = published
    ? {
        ...s,
        thresholds: { range: s.thresholds.range, slope: PUBLISHED.slope },
        V0: PUBLISHED.V0,
        weight: { ...s.weight, descending: PUBLISHED.weight },
        independent: { mean: 0, sd: 0 },
      }
    : s;
  return {
    search: published
      ? { pool, drive: PUBLISHED.drive, noise: PUBLISHED.noise }
      : { pool, drive: s.drive.constant, noise: s.drive.noise },
    objective: s.search.objective,
    gain: s.force.gain,
  };
}
