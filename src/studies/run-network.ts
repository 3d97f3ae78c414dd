import type { Network } from "../network/network.ts";
import { simulate } from "../run/simulate.ts";
import { loadRun, type StoredRun } from "../storage/load-run.ts";
import type { Files } from "../storage/files.ts";
import { recordRun } from "../storage/run-folder.ts";
import { checkLastStep, nearestSteps, wholeSteps } from "../steps.ts";
import { canonical, type Quantity } from "../units.ts";
import type { Built, Result, StudyContext } from "./study.ts";
import { entryValues, prefixed } from "./values.ts";

interface NetworkRun extends Pick<Built, "dt" | "method" | "duration" | "chunk"> {
  readonly network: Network;
  /** Where to; a folder of its own. */
  readonly files: Files;
  /** What progress calls it. */
  readonly part: string;
  readonly notes?: readonly string[];
  /** Further facts for run.json. */
  readonly about?: Readonly<Record<string, unknown>>;
}

/** Runs a network into a folder, or what an interrupted run left of it, and opens the result. */
export async function runNetwork(run: NetworkRun, context: StudyContext): Promise<StoredRun> {
  const { engine, device, adapter, signal, resume, force, say, announce, progress } = context;
  const { network, dt, method, duration, chunk, files, part, notes = [], about = {} } = run;
  checkSpans(run);
  const sim = await simulate(network, { device, engine, dt, method, duration, onCompile: say });
  try {
    for (const note of notes) say(note);
    await announce(sim, { steps: sim.steps("duration", duration), chunkSteps: sim.steps("chunk", chunk, true) });
    const began = performance.now();
    let from = 0;
    const onNote = (note: string): void => {
      say(note);
      from = sim.step;
    };
    const onProgress = (p: { simulatedMs: number; totalMs: number }): void =>
      progress(part, p.simulatedMs / p.totalMs, p);
    const chunks = recordRun(sim, {
      files,
      duration,
      chunk,
      resume,
      force,
      adapter,
      about,
      signal,
      onNote,
      onProgress,
    });
    for await (const written of chunks) void written;
    say(`${part}: ${timed(((sim.step - from) * sim.network.dt) / 1000, (performance.now() - began) / 1000)}`);
  } finally {
    await sim.close();
  }
  return loadRun(files, { check: false }); // each chunk was read back as it was written, or on resuming
}

/** What the run would refuse when its links are drawn. @throws ModelError */
function checkSpans({ dt, duration, chunk }: NetworkRun): void {
  const [step, whole] = [canonical("dt", dt, "ms"), canonical("duration", duration, "ms")];
  if (!(step > 0)) return; // said by `simulate`
  checkLastStep("duration", wholeSteps("duration", whole, step, 1), step);
  checkChunk(chunk, dt);
}

/** @throws ModelError for a chunk that ends beyond the last step of any run */
export const checkChunk = (chunk: Quantity<"ms">, dt: Quantity<"ms">): void =>
  checkLastStep("chunk", nearestSteps(canonical("chunk", chunk, "ms"), dt.value), dt.value);

const timed = (simulated: number, wall: number): string =>
  `${simulated.toFixed(3)} s simulated in ${wall.toFixed(1)} s (${(simulated / wall).toPrecision(2)} x real time)`;

/** Runs what a study of one network built. */
export async function runBuilt(
  name: string,
  built: Built,
  about: Readonly<Record<string, unknown>>,
  context: StudyContext,
): Promise<Result> {
  const run = await runNetwork({ ...built, files: context.out, part: name, about }, context);
  await built.outputs?.(run, context.out);
  const texts: string[] = [];
  const { entries, chunks } = run.run;
  const values: Record<string, number> = {};
  for (let entry = 0; entry < entries; entry++) {
    texts.push(`${entries > 1 ? `entry ${entry}\n` : ""}${await built.summary(run, entry)}`);
    const found = await entryValues(run, entry, built.values?.bind(built));
    Object.assign(values, entries > 1 ? prefixed(`entry ${entry}.`, found) : found);
  }
  const data = `${chunks.length} chunk file${chunks.length === 1 ? "" : "s"} of ${entries} ${entries === 1 ? "copy" : "copies"}`;
  context.say(`data: run.json and ${data} in ${context.out.where}`);
  return { text: texts.join("\n\n"), values, figures: () => built.figures(run, 0) };
}
