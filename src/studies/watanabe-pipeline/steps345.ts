import { forceStatistics, muscleForce } from "../../analysis/force.ts";
import { fixed, formatTable, phaseSummary, type Phase, type PhaseSummary } from "../../analysis/summary.ts";
import { writeText } from "../../storage/files.ts";
import { loadRun, type StoredRun } from "../../storage/load-run.ts";
import { runNetwork } from "../run-network.ts";
import type { Built, StudyContext } from "../study.ts";
import { entryValues, prefixed, type Values } from "../values.ts";
import { buildWatanabe } from "../watanabe/build.ts";
import { measuredPhases, wholePhases } from "./drives.ts";
import { readJson, writeJson } from "./files.ts";
import { forceFigure } from "./figures.ts";
import { axonDelaysOf, unitsOf } from "./pool.ts";
import { planOf, type StepResult } from "./plan.ts";
import type { PipelineSettings } from "./settings.ts";
import { OFFSET_FILE } from "./steps12.ts";

export const CHUNKS_FOLDER = "watanabe_chunks";
const PARAMETERS_FILE = "watanabe_simulation_params.json";

interface Offset {
  readonly reference_drive__Hz: number;
  readonly dd_parameters: { readonly dc_offset__Hz: number };
}
interface Parameters {
  readonly DD_drive_constant__Hz: number;
  readonly DC_offset_optimized__Hz: number;
}

/** The watanabe experiment with this study's settings and drives. */
export function experiment(s: PipelineSettings, drives: Parameters, seed: number): Built {
  const { amplitude, frequency, silence } = s.drive;
  const drive = { constant: drives.DD_drive_constant__Hz, dc: drives.DC_offset_optimized__Hz, amplitude, frequency, silence }; // prettier-ignore
  return buildWatanabe({ ...s, drive }, { seed });
}

/** Step 03: the three phases, into chunk files. An interrupted one goes on. */
export async function threePhases(s: PipelineSettings, context: StudyContext): Promise<StepResult> {
  const offset = await readJson<Offset>(context, OFFSET_FILE, "02", ["reference_drive__Hz", "dd_parameters.dc_offset__Hz"]); // prettier-ignore
  const ratio = offset.dd_parameters.dc_offset__Hz / offset.reference_drive__Hz;
  // Of another network only the ratio carries over; else the drive is step 01's, calibrated or not.
  const same = s.search.network === "same";
  const D = same ? offset.reference_drive__Hz : s.drive.constant;
  const dc = same ? offset.dd_parameters.dc_offset__Hz : Number((ratio * D).toFixed(2));
  const parameters = { DD_drive_constant__Hz: D, DC_offset_optimized__Hz: dc };
  const built = experiment(s, parameters, context.seed);
  await runNetwork(
    { ...built, files: await context.folder(CHUNKS_FOLDER), part: "03 three phases", notes: [] },
    context,
  );
  const { duration } = built;
  const seconds = duration.value / 1000;
  await writeJson(context.out, PARAMETERS_FILE, {
    segment_duration__s: s.phase,
    tstop__ms: duration.value,
    dt__ms: s.dt,
    n_steps: Math.round(duration.value / s.dt),
    naMN: s.cells.motorNeurons,
    nDD: s.cells.descending,
    nIN: s.cells.independent,
    ...parameters,
    optimization_ratio: ratio,
  });
  return { text: [...built.notes, `03 phases: ${seconds} s`].join("\n"), values: { "phases.offset__Hz": dc } };
}

async function stored(context: StudyContext): Promise<{ run: StoredRun; parameters: Parameters }> {
  const drives = ["DD_drive_constant__Hz", "DC_offset_optimized__Hz"];
  const parameters = await readJson<Parameters>(context, PARAMETERS_FILE, "03", drives);
  return { run: await loadRun(await context.folder(CHUNKS_FOLDER)), parameters };
}

/** Step 04: loads the chunks, summarises the phases, draws drives, raster, rate and potentials. */
export async function loadAndSummarise(s: PipelineSettings, context: StudyContext): Promise<StepResult> {
  context.progress("04 loading and summary", 0);
  const { run, parameters } = await stored(context);
  const built = experiment(s, parameters, run.run.seed);
  return {
    text: `04 summary\n${await built.summary(run, 0)}`,
    values: await entryValues(run, 0, built.values?.bind(built)),
    figures: await built.figures(run, 0),
  };
}

const FORCE_FILE = "watanabe_force.json";

/** Step 05: force of the whole run, one pool with its true unit indices. */
export async function forceOfRun(s: PipelineSettings, context: StudyContext): Promise<StepResult> {
  context.progress("05 force", 0);
  const { run } = await stored(context);
  const units = unitsOf(s, s.force);
  const trains = await run.spikes("aMN");
  const options = { gain: planOf(s).gain, spikeBin: s.dt, duration: run.durationMs, ...axonDelaysOf(s, s.force) };
  const { force, percentMvc } = muscleForce(trains, units, options);
  const phases = measuredPhases(s).filter(({ to }) => to <= run.durationMs);
  const statistics = phases.map((phase) => ({
    name: phase.name,
    ...forceStatistics(percentMvc, units.frequency, phase),
  }));
  await writeJson(context.out, FORCE_FILE, {
    unit: "per cent of the tetanic maximum",
    force_scaling: { max_force__N: s.force.maximum, tetanus: units.tetanus },
    recording_frequency__Hz: units.frequency,
    longest_duration_rise_time__ms: s.force.longestRise,
    contraction_time_range_factor: s.force.contractionRange,
    gain: s.force.gain,
    phases: statistics,
  });
  await writeText(context.out, "watanabe_force.csv", forceCsv(force, percentMvc, units.frequency));
  const figure = { phases: wholePhases(s), force: percentMvc, frequency: units.frequency, unit: "%MVC" };
  const rows = statistics.map((f) => [f.name, `${f.from / 1000}-${f.to / 1000}`, fixed(f.mean, 2), fixed(f.sd, 3), fixed(f.cov, 4), fixed(f.ripplePercent, 1), `${fixed(f.low95, 2)}-${fixed(f.high95, 2)}`]); // prettier-ignore
  const table = formatTable(["force", "window (s)", "%MVC", "SD", "CoV", "ripple %", "central 95 %"], rows);
  const text = [`05 force\n${table}`, ...explanation(phaseSummary(trains, phases), statistics, phases)].join("\n");
  const values = statistics.map(({ name, mean, sd, cov }) =>
    prefixed(`force.${name.replaceAll(/\W+/g, "_")}.`, { mean__percent_mvc: mean, sd__percent_mvc: sd, cov }),
  );
  return {
    text,
    values: Object.assign({}, ...values) as Values,
    figures: [{ name: "watanabe_force_timeseries", svg: () => forceFigure(figure) }],
  };
}

function forceCsv(force: Float64Array, percent: Float64Array, frequency: number): string {
  const lines = ["t_s,force,percent_mvc"];
  force.forEach((F, k) =>
    lines.push(`${(k / frequency).toFixed(6)},${F.toPrecision(7)},${percent[k]?.toPrecision(7)}`),
  );
  return `${lines.join("\n")}\n`;
}

/** What the modulation does, from this run's own numbers. */
function explanation(
  firing: readonly PhaseSummary[],
  force: readonly { readonly mean: number }[],
  phases: readonly Phase[],
): string[] {
  const [a, b] = firing;
  const [Fa, Fb] = force;
  if (a === undefined || b === undefined || Fa === undefined || Fb === undefined) return [];
  const rate = (p: PhaseSummary, k: number): number => p.spikes / ((phases[k] as Phase).to - (phases[k] as Phase).from);
  const change = (x: number, y: number): string => {
    const percent = fixed(100 * (y / x - 1), 1);
    return `${y >= x && percent !== "n/a" ? "+" : ""}${percent} %`;
  };
  const facts =
    `From phase 1 to 2: active units ${a.active} to ${b.active}, total discharge ${change(rate(a, 0), rate(b, 1))}, ` +
    `CV of ISI ${fixed(a.cv, 2)} to ${fixed(b.cv, 2)}, force ${change(Fa.mean, Fb.mean)}.`;
  const recruits = Fb.mean > Fa.mean && b.active > a.active && rate(b, 1) <= rate(a, 0);
  return [
    recruits ? `${facts} The force rises because large units are recruited, not because units fire more.` : facts,
  ];
}
