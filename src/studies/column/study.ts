import { DataError } from "../../errors.ts";
import {
  connectionRules,
  dipoleText,
  driveLines,
  gidLines,
  meanRates,
  readSpikeFile,
  replay,
  replayAsIntended,
  ruleLines,
  spikeFileName,
  spikeFileText,
  spikeTrains,
  type CortexColumn,
} from "../../models/cortical-column/index.ts";
import { encode, type Files } from "../../storage/files.ts";
import { loadRun } from "../../storage/load-run.ts";
import { recordRun } from "../../storage/run-folder.ts";
import { simulate } from "../../run/simulate.ts";
import { ms } from "../../units.ts";
import { columnFigures, rasterData, type ColumnData } from "./figures.ts";
import { COLUMN_DEFAULTS, COLUMN_PRESETS, columnNetwork, type ColumnSettings } from "./network.ts";
import { countLine, displayed, meanDipole, peakLine, trialDipole, trialField, trialSpikes } from "./results.ts";
import type { Study, StudyContext } from "../study.ts";

/** The laminar cortical column: evoked, erp, alpha, gamma, and a replay of one network's pyramidal spikes into another.
 * `--seed` is the number of the first trial. */
export const column: Study<ColumnSettings> = {
  name: "column",
  title: "The laminar cortical column: 270 cells of 4 types, its drives and its dipole",
  defaults: COLUMN_DEFAULTS,
  presets: COLUMN_PRESETS,
  files: { spikes: "replay: a spike file to replay, instead of a first network's" },
  defaultSeed: 0,
  run: (settings, context) => (settings.preset === "replay" ? runReplay(settings, context) : runOne(settings, context)),
};

async function runOne(s: ColumnSettings, context: StudyContext): Promise<string> {
  const net = columnNetwork(s, context.seed);
  for (const line of introspection(net)) context.say(line);
  const data = await runColumnNetwork(net, s, context, context.out, s.preset);
  await writeTexts(data, s, context.out);
  for (const figure of columnFigures(data, s)) await context.draw(figure);
  return summary(data, s).join("\n");
}

/** Network A, its spike file, and network B under the pyramidal cells' spikes read back from it (times rounded to 1 us, as the
 * published run has it). */
async function runReplay(s: ColumnSettings, context: StudyContext): Promise<string> {
  const given = context.files["spikes"];
  const lines: string[] = [];
  const first = given === undefined ? await firstNetwork(s, context, lines) : undefined;
  const text = given ?? first?.text ?? "";
  const spikes = readSpikeFile(text, given === undefined ? spikeFileName(0) : "spikes", first?.data.column.gids);
  const trains = spikeTrains(spikes, ["L2_pyramidal", "L5_pyramidal"], "NetA_");
  const sources = Object.keys(trains).length;
  if (sources === 0) throw new DataError("spikes", "have none of L2_pyramidal or L5_pyramidal", "Replay another file");
  lines.push(`${spikes.length} spikes read, ${sources} pyramidal sources`);
  const net = columnNetwork(s, context.seed, [s.asIntended ? replayAsIntended(trains) : replay(trains)]);
  for (const line of [...lines.splice(0), ...introspection(net)]) context.say(line);
  const files = await context.folder("network-b");
  const data = await runColumnNetwork(net, s, context, files, "network B");
  await writeTexts(data, s, files);
  for (const figure of columnFigures(data, s)) await context.draw(figure);
  if (first !== undefined) {
    const rasters = [
      rasterData(first.data.column, first.data.spikes[0] ?? [], "Network A"),
      rasterData(data.column, data.spikes[0] ?? [], "Network B"),
    ];
    const { columnRasterFigure } = await import("../../plot/column.ts");
    await context.draw({
      name: "rasters",
      svg: columnRasterFigure(rasters, Math.max(s.duration, first.data.column.tstop)),
    });
  }
  const drive = data.column.drives[0];
  const gids = drive === undefined ? "" : `${drive.firstGid}-${drive.firstGid + drive.events.length - 1}`;
  return [
    ...(first === undefined ? [] : ["network A", ...first.summary]),
    `${sources} sources, gids ${gids}, ${drive?.rules.length ?? 0} connection rules`,
    "network B",
    ...summary(data, s),
  ].join("\n");
}

async function firstNetwork(
  s: ColumnSettings,
  context: StudyContext,
  lines: string[],
): Promise<{ data: ColumnData; text: string; summary: string[] }> {
  const settings = { ...s, preset: "evoked", duration: COLUMN_DEFAULTS.duration, trials: 1 };
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
  const { engine, device, signal, force } = context;
  const duration = ms(s.duration);
  const sim = await simulate(net, { engine, device, dt: ms(s.dt), duration });
  try {
    for (const warning of sim.warnings) context.say(`Warning: ${warning}`);
    const began = performance.now();
    const onProgress = (p: { simulatedMs: number; totalMs: number }): void =>
      context.progress(part, p.simulatedMs / p.totalMs);
    for await (const chunk of recordRun(sim, { files, duration, chunk: duration, force, signal, onProgress }))
      void chunk;
    context.say(
      `${part}: ${s.duration} ms, ${s.trials} trial${s.trials === 1 ? "" : "s"} in ${((performance.now() - began) / 1000).toFixed(1)} s`,
    );
  } finally {
    await sim.close();
  }
  const run = await loadRun(files);
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
    await out.write(spikeFileName(trial), encode(spikeFileText(list)));
  }
  for (const [trial, dipole] of dipoles.entries()) {
    await out.write(`dpl_${trial}.txt`, encode(dipoleText(displayed(dipole, s))));
  }
}

function summary({ column: net, spikes, dipoles }: ColumnData, s: ColumnSettings): string[] {
  const rates = meanRates(spikes, net.layout.gids, [0, s.duration], "all");
  const said = Object.entries(rates).map(([type, hz]) => `${type} ${hz.toFixed(2)}`);
  const resolved = 1000 / s.duration;
  return [
    ...spikes.map((list, k) => (spikes.length > 1 ? `trial ${k}: ` : "") + countLine(net, list)),
    `mean rates (Hz): ${said.join(", ")}`,
    peakLine(displayed(meanDipole(dipoles), s), s.smoothing.window),
    `spectra of ${s.duration} ms resolve ${resolved.toFixed(1)} Hz${s.duration < 2000 && spikes.length < 20 ? "; judge rhythms on 2 s or 20 trials" : ""}`,
  ];
}
