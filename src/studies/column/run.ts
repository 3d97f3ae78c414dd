import { fixed } from "../../analysis/summary.ts";
import { DataError } from "../../errors.ts";
import {
  connectionRules,
  dipoleText,
  driveLines,
  gidLines,
  hnnText,
  ratesByType,
  readHnn,
  readSpikeFile,
  replay,
  replayAsIntended,
  ruleLines,
  spikeFileName,
  spikeFileText,
  trainsByGid,
  type CortexColumn,
  type HnnFile,
} from "../../models/cortical-column/index.ts";
import { writeText, type Files } from "../../storage/files.ts";
import { ms } from "../../units.ts";
import { runNetwork } from "../run-network.ts";
import type { Figure, Result, StudyContext } from "../study.ts";
import { columnFigures, rasterData, type ColumnData } from "./drawn.ts";
import { columnRasterFigure } from "./figures.ts";
import { columnNetwork } from "./network.ts";
import { countLine, displayed, meanDipole, peakLine, trialDipole, trialField, trialSpikes } from "./results.ts";
import type { Values } from "../values.ts";
import { checkColumn, EVOKED_MS, STEP_MS, type ColumnSettings } from "./settings.ts";

/** Pyramidal cells of a layer, and trials, from which building takes a second or more. */
const MANY_CELLS = 400;
const MANY_TRIALS = 200;
/** The network as HNN has it. */
const HNN_FILE = "network-hnn.json";

export function runColumn(s: ColumnSettings, context: StudyContext): Promise<Result> {
  const cells = s.mesh.x * s.mesh.y;
  if (cells >= MANY_CELLS) context.say(`building ${s.mesh.x} x ${s.mesh.y}: every pair of cells is looked at`);
  if (s.trials >= MANY_TRIALS) context.say(`drawing the events of ${s.trials} trials`);
  return s.preset === "replay" ? runReplay(s, context) : runOne(s, context);
}

/** Settings with the mesh of a file, and with its duration and step where the settings do not say others than the default.
 * @throws DataError for a step that no run takes */
export function withFile(
  s: ColumnSettings,
  { mesh: [x, y] = [s.mesh.x, s.mesh.y], tstop, dt }: HnnFile,
): ColumnSettings {
  const duration = s.duration === EVOKED_MS ? (tstop ?? s.duration) : s.duration;
  const step = s.dt === STEP_MS ? (dt ?? s.dt) : s.dt;
  if (!(step > 0 && step <= 1)) throw new DataError("params, dt", `is ${step} ms`, "Give a step above 0 and up to 1 ms in the file, or another by --set dt="); // prettier-ignore
  const changed = { ...s, mesh: { x, y }, duration, dt: step };
  checkColumn(changed);
  return changed;
}

async function runOne(given: ColumnSettings, context: StudyContext): Promise<Result> {
  const params = context.files.get("params");
  const file = params === undefined ? undefined : readHnn(params, "params");
  for (const note of file?.notes ?? []) context.say(`note: ${note}`);
  const s = file === undefined ? given : withFile(given, file);
  const net = columnNetwork(s, context.seed, file);
  for (const line of introspection(net)) context.say(line);
  const data = await runColumnNetwork(net, s, context, context.out, s.preset);
  await writeTexts(data, s, context.out);
  if (s.model === "jones-2009") await writeText(context.out, HNN_FILE, hnnText(net)); // whose rules alone HNN's reader has
  return { text: summary(data, s).join("\n"), values: values(data, s), figures: () => columnFigures(data, s) };
}

/** Network A, its spike file, and network B under the pyramidal cells' spikes read back from it (times rounded to 1 us, as the
 * published run has it). */
async function runReplay(s: ColumnSettings, context: StudyContext): Promise<Result> {
  const given = context.files.get("spikes");
  const lines: string[] = [];
  const first = given === undefined ? await firstNetwork(s, context, lines) : undefined;
  const spikes = readSpikeFile(
    given ?? first?.text ?? "",
    given === undefined ? spikeFileName(0) : "spikes",
    first?.data.column.gids,
  );
  const trains = trainsByGid(spikes, ["L2_pyramidal", "L5_pyramidal"], "NetA_");
  const sources = Object.keys(trains).length;
  if (sources === 0) throw new DataError("spikes", "have none of L2_pyramidal or L5_pyramidal", "Replay another file");
  lines.push(`${spikes.length} spikes read, ${sources} pyramidal sources`);
  const net = columnNetwork(s, context.seed, { drives: [s.asIntended ? replayAsIntended(trains) : replay(trains)] });
  for (const line of [...lines.splice(0), ...introspection(net)]) context.say(line);
  const files = await context.folder("network-b");
  const data = await runColumnNetwork(net, s, context, files, "network B");
  await writeTexts(data, s, files);
  const drive = data.column.drives[0];
  const gids = drive === undefined ? "" : `${drive.firstGid}-${drive.firstGid + drive.events.length - 1}`;
  const text = [
    ...(first === undefined ? [] : ["network A", ...first.summary]),
    `${sources} sources, gids ${gids}, ${drive?.rules.length ?? 0} connection rules`,
    "network B",
    ...summary(data, s),
  ].join("\n");
  return {
    text,
    values: values(data, s),
    figures: () => [...columnFigures(data, s), ...(first === undefined ? [] : [rasters(first.data, data, s)])],
  };
}

/** Both networks' spikes on one time axis. */
const rasters = (a: ColumnData, b: ColumnData, { duration }: ColumnSettings): Figure => ({
  name: "rasters",
  svg: () => {
    const panels = [a, b].map(({ column, spikes }, k) =>
      rasterData(column, spikes[0] ?? [], `Network ${k === 0 ? "A" : "B"}`),
    );
    return columnRasterFigure(panels, Math.max(duration, a.column.tstop));
  },
});

async function firstNetwork(
  s: ColumnSettings,
  context: StudyContext,
  lines: string[],
): Promise<{ data: ColumnData; text: string; summary: string[] }> {
  const settings = { ...s, preset: "evoked", duration: EVOKED_MS, trials: 1 } as const;
  const net = columnNetwork(settings, context.seed);
  for (const line of introspection(net)) context.say(line);
  const files = await context.folder("network-a");
  const data = await runColumnNetwork(net, settings, context, files, "network A");
  const text = spikeFileText(data.spikes[0] ?? []);
  await writeTexts(data, settings, files);
  lines.push(`${files.where}/${spikeFileName(0)}: ${countLine(net, data.spikes[0] ?? [])}`);
  return { data, text, summary: summary(data, settings) };
}

/** What the original prints of a network: gids, drives, connection rules. */
const introspection = (net: CortexColumn): string[] => [
  ...gidLines(net),
  ...driveLines(net),
  ...ruleLines(connectionRules(net).filter((r) => r.rule >= net.rules.length)),
  `${net.rules.length} local rules, ${net.nLinks} links; ${net.dropped} more are slower than the run`,
];

/** Runs a network into a folder and reads its trials back. */
export async function runColumnNetwork(
  net: CortexColumn,
  s: ColumnSettings,
  context: StudyContext,
  files: Files,
  part: string,
): Promise<ColumnData> {
  const [dt, duration, chunk] = [ms(s.dt), ms(s.duration), ms(s.chunk)];
  const run = await runNetwork({ network: net, dt, duration, chunk, files, part }, context);
  const trials = Array.from({ length: s.trials }, (_, k) => k);
  const [spikes, dipoles] = [[], []] as [ColumnData["spikes"][number][], ColumnData["dipoles"][number][]];
  for (const trial of trials) {
    spikes.push(await trialSpikes(net, run, trial));
    dipoles.push(await trialDipole(run, trial));
  }
  return { column: net, spikes, dipoles, field: await trialField(net, run, 0, s) };
}

/** spk_<trial>.txt and dpl_<trial>.txt in the original's formats; the dipole smoothed and scaled as it is shown. */
async function writeTexts({ spikes, dipoles }: ColumnData, s: ColumnSettings, out: Files): Promise<void> {
  for (const [trial, list] of spikes.entries()) {
    await writeText(out, spikeFileName(trial), spikeFileText(list));
  }
  for (const [trial, dipole] of dipoles.entries()) {
    await writeText(out, `dpl_${trial}.txt`, dipoleText(displayed(dipole, s)));
  }
}

/** Of the (last) network: spikes and rates of all trials by cell type, and the averaged dipole's extremes as it is shown. */
function values({ column: net, spikes, dipoles }: ColumnData, s: ColumnSettings): Values {
  const rates = Object.entries(ratesByType(spikes, net.layout.gids, [0, s.duration], "all"));
  const { agg, tMs } = displayed(meanDipole(dipoles), s);
  const at = (better: (a: number, b: number) => boolean): number =>
    agg.reduce((best, value, k) => (better(value, agg[best] as number) ? k : best), 0);
  const [least, most] = [at((a, b) => a < b), at((a, b) => a > b)];
  return {
    spikes: spikes.reduce((sum, list) => sum + list.length, 0),
    ...Object.fromEntries(rates.map(([type, hz]) => [`${type}.rate__Hz`, hz])),
    "dipole.minimum": agg[least] ?? NaN,
    "dipole.minimum_at__ms": tMs[least] ?? NaN,
    "dipole.maximum": agg[most] ?? NaN,
    "dipole.maximum_at__ms": tMs[most] ?? NaN,
  };
}

function summary({ column: net, spikes, dipoles }: ColumnData, s: ColumnSettings): string[] {
  const rates = ratesByType(spikes, net.layout.gids, [0, s.duration], "all");
  const said = Object.entries(rates).map(([type, hz]) => `${type} ${fixed(hz, 2)}`);
  const resolved = 1000 / s.duration;
  return [
    ...spikes.map((list, k) => (spikes.length > 1 ? `trial ${k}: ` : "") + countLine(net, list)),
    `mean rates (Hz): ${said.join(", ")}`,
    peakLine(displayed(meanDipole(dipoles), s), s.smoothing.window),
    `spectra of ${s.duration} ms resolve ${resolved.toFixed(1)} Hz${s.duration < 2000 && spikes.length < 20 ? "; judge rhythms on 2 s or 20 trials" : ""}`,
  ];
}
