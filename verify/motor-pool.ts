import { z } from "zod";
import { motorUnits, muscleForce } from "../src/analysis/force.ts";
import { fromPerCell } from "../src/analysis/spikes.ts";
import { recruitmentThresholds, type ThresholdMode } from "../src/models/motor-pool/index.ts";
import type { CaseFiles, VerifyRow } from "./case.ts";
import { wantEqual, wantRows } from "./complete.ts";
import { table } from "./csv.ts";
import { perCellTimes } from "./motor-pool-networks.ts";
import { readJson } from "./read.ts";
import { atMost } from "./rows.ts";
import { MOTOR_POOL as ALLOWED } from "./tolerances.ts";

/** Every row of the table, recomputed from its own settings. */
export function verifyThresholds(files: CaseFiles, stem: string): VerifyRow[] {
  const rows = table(files, `${stem}.csv`);
  const [modes, ranges, slopes, maxima] = (["mode", "recruitment_range", "deluca_slope", "max_threshold"] as const).map(
    (c) => rows.strings(c),
  );
  const [N, index] = [rows.numbers("N"), rows.numbers("index")];
  const pools = new Map<string, ReturnType<typeof recruitmentThresholds>>();
  const listed = new Map<string, Set<number>>();
  const worst = { rt: 0, rtz: 0 };
  for (let k = 0; k < rows.rows; k++) {
    const key = [modes?.[k], ranges?.[k], slopes?.[k], maxima?.[k], N[k]].join();
    listed.set(key, (listed.get(key) ?? new Set()).add(index[k] as number));
    const [slope, max] = [slopes?.[k], maxima?.[k]];
    const pool =
      pools.get(key) ??
      recruitmentThresholds({
        n: N[k] as number,
        mode: modes?.[k] as ThresholdMode,
        range: Number(ranges?.[k]),
        ...(slope ? { slope: Number(slope) } : {}),
        ...(max ? { max: Number(max) } : {}),
      });
    pools.set(key, pool);
    for (const which of ["rt", "rtz"] as const) {
      const stored = Number(rows.strings(which)[k]);
      worst[which] = Math.max(worst[which], Math.abs((pool[which][index[k] as number] ?? NaN) - stored));
    }
  }
  const needed = [...pools.values()].reduce((sum, pool) => sum + pool.rt.length, 0);
  const found = [...listed.values()].reduce((sum, each) => sum + each.size, 0);
  return (["rt", "rtz"] as const).map((which) =>
    atMost(
      stem,
      `${which}, largest error`,
      worst[which],
      ALLOWED.thresholds.value,
      [found, needed],
      `${rows.rows} rows, ${pools.size} pools`,
    ),
  );
}

const forceCase = z.looseObject({
  settings: z.looseObject({
    N: z.number(),
    f_Hz: z.number(),
    TL_ms: z.number(),
    contraction_range: z.number(),
    spike_bin_ms: z.number(),
    T_ms: z.number(),
  }),
  thresholds: z.array(z.number()),
  P: z.array(z.number()),
  T_samples: z.array(z.number()),
});

/** r7: twitches, and the force with each gain rule, relative to the largest value. */
export function verifyForce(files: CaseFiles, stem: string): VerifyRow[] {
  const { settings, thresholds, P, T_samples } = readJson(files, `${stem}.json`, forceCase);
  const { f_Hz: frequency, TL_ms: longestRise, contraction_range: contractionRange } = settings;
  for (const [what, list] of Object.entries({ thresholds, P, T_samples }))
    wantEqual(`${stem}.json`, what, list.length, settings.N, "settings.N");
  const units = motorUnits({ thresholds, frequency, longestRise, contractionRange });
  const spikes = fromPerCell(perCellTimes(table(files, `${stem}_spikes.csv`), "unit", settings.N));
  const twitches = table(files, `${stem}_twitches.csv`);
  const [unit, sample] = [twitches.numbers("unit"), twitches.numbers("sample")];
  const shown = [...new Set(unit)];
  const whole = shown.reduce((sum, j) => sum + (units.twitch[j]?.length ?? 0), 0);
  wantRows(twitches, whole, `the whole twitch of each of ${shown.length} units`);
  const computed = Float64Array.from(unit, (j, k) => units.twitch[j]?.[sample[k] as number] ?? NaN);
  const rows = [
    atMost(stem, "twitch peaks, largest error (relative)", relative(units.peak, P), ALLOWED.force.value, P.length),
    atMost(
      stem,
      "rise times, largest error (relative)",
      relative(units.rise, T_samples),
      ALLOWED.force.value,
      P.length,
    ),
    atMost(
      stem,
      "twitches, largest error (relative)",
      relative(computed, twitches.numbers("force")),
      ALLOWED.force.value,
      computed.length,
    ),
  ];
  const stored = table(files, `${stem}_force.csv`);
  wantRows(stored, Math.round((settings.T_ms * settings.f_Hz) / 1000), `${settings.T_ms} ms at ${settings.f_Hz} Hz`);
  for (const [column, gain] of [
    ["force_as_myogen", "myogen"],
    ["force_consistent", "following"],
  ] as const) {
    const { force } = muscleForce(spikes, units, { gain, spikeBin: settings.spike_bin_ms, duration: settings.T_ms });
    const want = stored.numbers(column);
    rows.push(
      atMost(
        stem,
        `${column}, largest error (relative)`,
        relative(force.subarray(0, want.length), want),
        ALLOWED.force.value,
        want.length,
      ),
    );
  }
  return rows;
}

/** Largest |difference| over the largest stored |value|; NaN (which passes nothing) when something is missing. */
function relative(computed: ArrayLike<number>, stored: ArrayLike<number>): number {
  let [worst, largest] = [0, 0];
  for (let k = 0; k < stored.length; k++) {
    const error = Math.abs((computed[k] ?? NaN) - (stored[k] as number));
    if (!(error <= worst)) worst = error; // also when it is NaN
    if (Number.isNaN(error)) return NaN;
    largest = Math.max(largest, Math.abs(stored[k] as number));
  }
  return worst / largest;
}
