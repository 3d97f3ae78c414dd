import { formatNumber, formatTable } from "../../analysis/summary.ts";
import { DataError } from "../../errors.ts";
import {
  alphaMotorNeurons,
  parseThresholds,
  recruitmentThresholds,
  type MotorNeuronModel,
  type ThresholdMode,
} from "../../models/motor-pool/index.ts";
import { encode } from "../../storage/files.ts";
import { ms, mV, seconds } from "../../units.ts";
import type { Study, StudyContext } from "../study.ts";
import { extractParameters, type CellParameters, type Extraction } from "./extract.ts";

/** Units: ms, mV; longStep in s. */
const DEFAULTS = {
  cells: 5,
  model: "NERLab",
  mode: "fuglevand",
  range: 100,
  slope: 10, // of modes deluca and combined
  gamma: 0.2,
  V0: -67, // of the first run; the others start from what it found
  dt: 0.0125,
  longStep: 1, // of the long-step rheobase; 0 leaves it out
};
type ExtractSettings = typeof DEFAULTS;

/** Electrophysiological parameters of a pool's cells, each alone. Nothing in it is random: the seed changes nothing. */
export const extract: Study<ExtractSettings> = {
  name: "extract",
  title: "input resistance, time constant, rheobase, spike and AHP, F-I gain of every motor neuron of a pool",
  defaults: DEFAULTS,
  files: {
    thresholds: "recruitment thresholds, one number per line or CSV, instead of a law",
    config: "cell configuration as YAML, merged over the published one",
  },
  defaultSeed: 42,
  run,
};

async function run(s: ExtractSettings, context: StudyContext): Promise<string> {
  const { files, device, engine, signal, progress, out, say } = context;
  if (s.model !== "NERLab" && s.model !== "Powers2017")
    throw new DataError("model", `is "${s.model}"`, "Give NERLab or Powers2017");
  const model: MotorNeuronModel = s.model;
  const thresholds =
    files["thresholds"] === undefined
      ? recruitmentThresholds({ n: s.cells, mode: s.mode as ThresholdMode, range: s.range, slope: s.slope }).rt
      : parseThresholds(files["thresholds"]);
  const config = files["config"] === undefined ? {} : { config: files["config"] };
  const pool = alphaMotorNeurons({ thresholds, model, V0: mV(s.V0), gamma: s.gamma, ...config });
  say(`${thresholds.length} ${model} cells, each alone; currents of all amplitudes at once`);
  const found = await extractParameters(pool, {
    device,
    engine,
    signal,
    dt: ms(s.dt),
    longStep: seconds(s.longStep),
    onProgress: (part, done, of) => progress(part, done / of),
  });
  await out.write("neuron_parameters.csv", encode(parametersCsv(found, thresholds)));
  const lines = [parametersTable(found, thresholds), ranges(found)];
  lines.push(...reasons(found));
  if (found.cells.every(({ rheobase }) => Number.isNaN(rheobase)))
    lines.push("Warning: no cell has a rheobase, so no figure is drawn.");
  else await figures(found, context);
  return lines.join("\n\n");
}

const COLUMNS: readonly (readonly [name: string, of: (cell: CellParameters) => number])[] = [
  ["vhold_soma__mV", (c) => c.holdingPotential],
  ["Rin__MOhm", (c) => c.inputResistance],
  ["tau__ms", (c) => c.tau],
  ["Ir__nA", (c) => c.rheobase],
  ["AP__mV", (c) => c.spikeHeight],
  ["AHP__mV", (c) => c.ahp],
  ["AHPdur__ms", (c) => c.ahpDuration],
  ["FI_gain__Hz_per_nA", (c) => c.gain],
  ["FI_gain_corrected__Hz_per_nA", (c) => c.gainCorrected],
  ["Ir_long__nA", (c) => c.longRheobase],
];

/** The published table with its column names, then ours: corrected gain, long-step rheobase, spikes at 5 ... 30 nA, and why
 * a value is missing. Missing values are empty. */
export function parametersCsv({ cells, problems }: Extraction, thresholds: ArrayLike<number>): string {
  const head = ["cell_index", "recruitment_threshold", ...COLUMNS.map(([name]) => name), "FI_counts", "missing"];
  const rows = cells.map((cell, k) => {
    const missing = problems.filter((p) => p.cell === k).map((p) => `${p.parameter}: ${p.reason}`);
    const values = COLUMNS.map(([, of]) => (Number.isNaN(of(cell)) ? "" : String(of(cell))));
    return [k, thresholds[k], ...values, cell.counts.join(" "), missing.length > 0 ? `"${missing.join("; ")}"` : ""];
  });
  return `${[head, ...rows].map((row) => row.join(",")).join("\n")}\n`;
}

/** Cells in the printed table; all are in the CSV. */
const SHOWN = 20;

function parametersTable({ cells }: Extraction, thresholds: ArrayLike<number>): string {
  const head = ["cell", "threshold", "V_hold mV", "R_in MOhm", "tau ms", "rheobase nA", "long nA", "AP mV", "AHP mV", "AHP ms", "gain Hz/nA", "corrected"]; // prettier-ignore
  const rows = cells
    .slice(0, SHOWN)
    .map((c, k) => [String(k), thresholds[k] as number, c.holdingPotential, c.inputResistance, c.tau, round1(c.rheobase), round1(c.longRheobase), c.spikeHeight, c.ahp, c.ahpDuration, c.gain, c.gainCorrected]); // prettier-ignore
  const table = formatTable(head, rows);
  return cells.length > SHOWN ? `${table}\n... and ${cells.length - SHOWN} more in neuron_parameters.csv` : table;
}

/** Amplitudes are sums of 0.1 nA. */
const round1 = (x: number): string => (Number.isNaN(x) ? "n/a" : x.toFixed(1));

function ranges({ cells }: Extraction): string {
  const range = (name: string, unit: string, of: (cell: CellParameters) => number): string => {
    const values = cells.map(of).filter((x) => !Number.isNaN(x));
    if (values.length === 0) return `${name}: none`;
    const least = values.reduce((a, b) => Math.min(a, b));
    const most = values.reduce((a, b) => Math.max(a, b));
    return `${name}: ${formatNumber(least)} to ${formatNumber(most)} ${unit} (${values.length} cells)`;
  };
  return [
    range("rheobase (50 ms step)", "nA", (c) => Number(c.rheobase.toFixed(1))),
    range("rheobase (long step)", "nA", (c) => Number(c.longRheobase.toFixed(1))),
    range("input resistance", "MOhm", (c) => c.inputResistance),
    range("F-I gain as published", "Hz/nA", (c) => c.gain),
    range("F-I gain corrected", "Hz/nA", (c) => c.gainCorrected),
  ].join("\n");
}

function reasons({ problems }: Extraction): string[] {
  if (problems.length === 0) return [];
  const lines = problems.slice(0, SHOWN).map((p) => `cell ${p.cell}, ${p.parameter}: ${p.reason}`);
  if (problems.length > SHOWN) lines.push(`... and ${problems.length - SHOWN} more in neuron_parameters.csv`);
  return [`missing values:\n${lines.join("\n")}`];
}

async function figures({ cells }: Extraction, { draw }: StudyContext): Promise<void> {
  const { neuronParametersFigure, rinTauFigure } = await import("../../plot/extraction.ts");
  const column = (of: (cell: CellParameters) => number): Float64Array => Float64Array.from(cells, of);
  const parameters = {
    rheobase: column((c) => c.rheobase),
    inputResistance: column((c) => c.inputResistance),
    tau: column((c) => c.tau),
    ahpDuration: column((c) => c.ahpDuration),
    gain: column((c) => c.gain),
  };
  await draw({ name: "neuron_parameters", svg: neuronParametersFigure(parameters) });
  await draw({ name: "rin_tau_relationship", svg: rinTauFigure(parameters) });
}
