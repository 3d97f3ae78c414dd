import { formatNumber, formatTable } from "../../analysis/summary.ts";
import { extent, mean } from "../../analysis/stats.ts";
import { writeText } from "../../storage/files.ts";
import { ms, seconds } from "../../units.ts";
import { pool } from "../pool.ts";
import type { Figure, Result, StudyContext } from "../study.ts";
import type { Values } from "../values.ts";
import type { ExtractSettings } from "./settings.ts";
import { extractParameters, type CellParameters, type Extraction } from "./extract.ts";

export async function runExtraction(s: ExtractSettings, context: StudyContext): Promise<Result> {
  const { files, device, engine, signal, progress, out, say, announce, keep } = context;
  const { thresholds, model } = pool(files, { n: s.cells, mode: s.mode, range: s.range, slope: s.slope }, s);
  say(`${thresholds.length} ${s.model} cells, each alone; currents of all amplitudes at once`);
  const found = await extractParameters(model, {
    device,
    engine,
    signal,
    announce,
    dt: ms(s.dt),
    longStep: seconds(s.longStep),
    onProgress: progress,
    keep,
  });
  await writeText(out, "neuron_parameters.csv", parametersCsv(found, thresholds));
  const lines = [parametersTable(found, thresholds), ranges(found)];
  lines.push(...reasons(found));
  const silent = found.cells.every(({ rheobase }) => Number.isNaN(rheobase));
  if (silent) lines.push("Warning: no cell has a rheobase, so no figure is drawn.");
  return { text: lines.join("\n\n"), values: values(found), figures: () => (silent ? [] : figures(found)) };
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

/** Smallest, mean and largest of each parameter over the cells that have one. */
function values({ cells }: Extraction): Values {
  const found: Record<string, number> = { cells: cells.length };
  for (const [name, of] of COLUMNS) {
    const all = cells.map(of).filter((x) => !Number.isNaN(x));
    const [least, most] = all.length === 0 ? [NaN, NaN] : extent(all);
    Object.assign(found, { [`${name}.minimum`]: least, [`${name}.mean`]: mean(all), [`${name}.maximum`]: most });
  }
  return found;
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

async function figures({ cells }: Extraction): Promise<Figure[]> {
  const { neuronParametersFigure, rinTauFigure } = await import("./figures.ts");
  const column = (of: (cell: CellParameters) => number): Float64Array => Float64Array.from(cells, of);
  const parameters = {
    rheobase: column((c) => c.rheobase),
    inputResistance: column((c) => c.inputResistance),
    tau: column((c) => c.tau),
    ahpDuration: column((c) => c.ahpDuration),
    gain: column((c) => c.gain),
  };
  return [
    { name: "neuron_parameters", svg: () => neuronParametersFigure(parameters) },
    { name: "rin_tau_relationship", svg: () => rinTauFigure(parameters) },
  ];
}
