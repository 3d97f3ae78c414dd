/** docs/motor-pool-results.md from docs/motor-pool-results.json: what was measured beside what was expected. */

interface Over {
  readonly mean: number;
  readonly sd: number;
  readonly n: number;
}
interface ForceResult {
  readonly drive: number;
  readonly summary: Record<string, Over>;
  readonly range2: Record<string, Over>;
}
interface CoherenceRow {
  readonly input: string;
  readonly drive: string;
  readonly size: number;
  readonly segments: number;
  readonly level: number;
  readonly between1to10: number;
  readonly between20: number;
  readonly drive20: number;
}
interface Cell {
  readonly rheobase: number;
  readonly longRheobase: number;
  readonly inputResistance: number;
  readonly tau: number;
  readonly ahpDuration: number;
  readonly gain: number;
  readonly gainCorrected: number;
}
interface Results {
  readonly machine?: { adapter: string; cpu: string; cores: number; node: string; dt: number; seeds: number[] };
  readonly force?: readonly [ForceResult, ForceResult];
  readonly timeStep?: readonly { seed: number; dt: number; percentMvc: number; risePercent: number }[];
  readonly baseline?: { drive: number; percentMvc: Over };
  readonly coherence?: { seconds: number; dt: number; rows: readonly CoherenceRow[] };
  readonly correlation?: { p: number; correlation: Over };
  readonly ramp?: Record<"800" | "100", { spearman: Over; perSeed: number[] }>;
  readonly trapezoid?: { active: Over; rate: Over; cv: Over };
  readonly extraction?: { cells: readonly Cell[] };
}

const pm = ({ mean, sd }: Over, digits = 2): string => `${mean.toFixed(digits)} ± ${sd.toFixed(digits)}`;
const row = (...cells: string[]): string => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], rows: readonly string[][]): string =>
  [row(...head), row(...head.map(() => "---")), ...rows.map((cells) => row(...cells))].join("\n");

export function report(results: unknown): string {
  const r = results as Results;
  const parts = [
    "# What the motor-pool studies give here\n\nMade by `npx tsx scripts/motor-pool-results.mts` from [motor-pool-results.json](motor-pool-results.json); do not edit. " +
      (r.machine === undefined
        ? ""
        : `Run on ${r.machine.adapter}, ${r.machine.cores} cores, time step ${r.machine.dt} ms, seeds ${r.machine.seeds.join(", ")} (connections and all noise). `) +
      "Values are means ± SD over seeds. \"Expected\" is what an independent implementation of the published models in Python measured. Force has Fuglevand's gain from the preceding interval; %MVC is of the pool's tetanus.",
    r.force && forces(r.force, r.baseline),
    r.timeStep && timeSteps(r.timeStep),
    r.coherence && coherences(r.coherence),
    r.correlation &&
      `## Shared drive in single cells\n\nTwo cells' excitatory conductances correlate by ${pm(r.correlation.correlation, 3)} (mean over 190 pairs); expected is the probability of a connection, ${r.correlation.p}: of the 120 sources of a cell another shares 36.`,
    r.ramp &&
      `## Recruitment\n\nA ramp of 10 s to 65 Hz recruits by size: rank correlation of threshold and first sustained spike ${pm(r.ramp["800"].spearman, 3)} in the pool of 800 (expected at least 0.90), ${pm(r.ramp["100"].spearman, 3)} in the pool of 100 (at least 0.75).`,
    r.trapezoid &&
      `## Trapezoid\n\n${table(
        ["", "measured", "expected"],
        [
          ["active of 100", pm(r.trapezoid.active, 1), "about 77"],
          ["plateau rate (Hz)", pm(r.trapezoid.rate), "17.3"],
          ["CV of intervals", pm(r.trapezoid.cv, 3), "0.13"],
        ],
      )}\n\nUnits that fire a few times only enter the mean rate and CV with equal weight, and which ones they are depends on the draw of the connections.`,
    r.extraction && extraction(r.extraction.cells),
  ];
  return `${parts.filter((part) => part !== undefined).join("\n\n")}\n`;
}

function forces([at65, at40]: readonly [ForceResult, ForceResult], baseline: Results["baseline"]): string {
  const line = (name: string, key: string, expected65: string, expected40: string, digits = 2): string[] => [
    name,
    pm(at65.summary[key] as Over, digits),
    expected65,
    pm(at40.summary[key] as Over, digits),
    expected40,
  ];
  const two = (name: string, key: string, expected: string, digits = 2): string[] => [
    `${name}, contraction range 2`,
    pm(at65.range2[key] as Over, digits),
    expected,
    pm(at40.range2[key] as Over, digits),
    "",
  ];
  const rows = [
    line("force, constant drive (%MVC)", "percentMvc", "35", "15", 1),
    line("change of force by the 20 Hz oscillation (%)", "risePercent", "+6 to +8", "+51", 1),
    line("matching offset / constant drive", "ratio", "0.95 ± 0.02", "0.79 ± 0.03", 3),
    line("active units, constant", "activeConstant", "700", "", 0),
    line("active units, oscillating", "activeModulated", "730", "", 0),
    line("change of total discharge (%)", "dischargeChangePercent", "-1 to -3", "", 1),
    line("CV of intervals, constant", "cvConstant", "0.12", "", 3),
    line("CV of intervals, oscillating", "cvModulated", "0.19", "", 3),
    two("force (%MVC)", "percentMvc", "41", 1),
    two("change of force (%)", "risePercent", "+18", 1),
    two("matching offset / constant drive", "ratio", "0.86", 3),
  ];
  const own =
    baseline === undefined
      ? ""
      : `\n\nThe network of the published steps 01 and 02 (slope 5, 0.05 µS, no private noise, ${baseline.drive} Hz) gives ${pm(baseline.percentMvc)} %MVC; expected 1.2.`;
  return (
    `## Force under an oscillating drive\n\n${table(["seed network", "at 65 Hz", "expected", "at 40 Hz", "expected"], rows)}\n\n` +
    "The oscillation recruits large units, whose twitches are strong. At 65 Hz the pool as a whole fires less and its force rises nevertheless; at 40 Hz, where many units lie just below threshold, it also fires more. " +
    `Watanabe & Kohn's own network gave 58/65 = 0.892; this one is MyoGen's version of theirs, not theirs.${own}`
  );
}

function timeSteps(rows: NonNullable<Results["timeStep"]>): string {
  const steps = [...new Set(rows.map(({ dt }) => dt))];
  const of = (seed: number, dt: number): string => {
    const found = rows.find((r) => r.seed === seed && r.dt === dt);
    return found === undefined ? "" : `${found.percentMvc.toFixed(2)} %MVC, ${found.risePercent.toFixed(2)} %`;
  };
  const seeds = [...new Set(rows.map(({ seed }) => seed))];
  return (
    "The time step moves these by less than the seeds do (force at 65 Hz, and its change by the oscillation):\n\n" +
    table(
      ["seed", ...steps.map((dt) => `${dt} ms`)],
      seeds.map((seed) => [String(seed), ...steps.map((dt) => of(seed, dt))]),
    )
  );
}

function coherences({ seconds, dt, rows }: NonNullable<Results["coherence"]>): string {
  const expected: Record<string, string> = { "shared 5": "0.18", "shared 20": "0.49", "shared 100": "0.84" };
  const cells = rows.map((r) => [
    r.input,
    r.drive,
    String(r.size),
    r.between1to10.toFixed(3),
    r.drive === "constant" ? (expected[`${r.input} ${r.size}`] ?? "chance, about 0.05") : "",
    r.between20.toFixed(3),
    r.drive20.toFixed(3),
  ]);
  const level = rows[0]?.level ?? NaN;
  return (
    `## Coherence of composite trains\n\nGroups without a common unit, 30 pairs each; ${rows[0]?.segments} segments of 1.024 s (${seconds.toFixed(0)} s, pooled over a batch), ` +
    `time step ${dt} ms. Chance exceeds ${level.toFixed(3)} in 5 % of frequencies and is ${(1 / (rows[0]?.segments ?? 1)).toFixed(3)} in the mean. "Private" gives each of 300 cells as many events at the same weight from sources of its own. Chance depends on the number of segments: the expected values' own chance of about 0.05 is that of some 20 segments, and explains most of the distance of the smallest groups (0.155 would read 0.18 there). At 0.1 ms the values are lower for small units (0.42 instead of 0.52 for 20 of the 300 smallest): rounding that the dynamics amplify acts there as noise of each cell's own.\n\n` +
    table(["input", "drive", "units", "1-10 Hz", "expected", "at 20 Hz", "with the 20 Hz drive"], cells)
  );
}

function extraction(cells: readonly Cell[]): string {
  const line = (name: string, of: (c: Cell) => number, digits: number, expected: string): string[] => [
    name,
    ...cells.map((c) => of(c).toFixed(digits)),
    expected,
  ];
  return `## Extracted parameters, five cells of the fuglevand pool\n\n${table(
    ["", ...cells.map((_, k) => `cell ${k}`), "expected"],
    [
      line("rheobase, 50 ms (nA)", (c) => c.rheobase, 1, "5.9 to 10.5"),
      line("rheobase, 1 s (nA)", (c) => c.longRheobase, 1, ""),
      line("input resistance (MOhm)", (c) => c.inputResistance, 2, "1.75 to 0.97"),
      line("time constant (ms)", (c) => c.tau, 1, "10.2 to 6.8"),
      line("AHP (ms)", (c) => c.ahpDuration, 0, "139 to 68"),
      line("gain as published (Hz/nA)", (c) => c.gain, 2, "3.22 to 2.74"),
      line("gain corrected (Hz/nA)", (c) => c.gainCorrected, 2, "2.69 to 2.28"),
    ],
  )}`;
}
