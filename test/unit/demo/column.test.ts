import { expect, test } from "vitest";
import { DT, type Preset } from "../../../demo/column/facts.ts";
import { buildColumn } from "../../../demo/column/network.ts";
import { readSpikeFile } from "../../../src/models/cortical-column/index.ts";
import { referenceEngine } from "../../../src/reference/engine.ts";
import { sortSpikes } from "../../../src/run/chunk.ts";
import { column, PRESETS } from "../../../src/studies/column/study.ts";
import { settings } from "../../../src/studies/column/settings.ts";
import { chosenSettings } from "../../../src/studies/schema.ts";
import { inMemory, textOf } from "../studies/context.ts";

const mesh = 2;
const CELLS = /^L[25]_(basket|pyramidal)$/;

/** Times (ms) and gids of the page's network, on the float64 engine. */
async function pageSpikes(preset: Preset, duration: number): Promise<[number, number][]> {
  const { column: built, network: compiled } = buildColumn({ preset, mesh, trial: 0 });
  const engine = referenceEngine(compiled, { precision: 64 });
  const steps = Math.round(duration / DT);
  const { steps: at, ids } = sortSpikes(compiled, [await engine.advance(steps)], 0, steps);
  const cells = compiled.populations.flatMap((p) => (p.kind === "cells" ? [p] : []));
  return Array.from(at, (step, k): [number, number] => {
    const id = ids[k] as number;
    const p = cells.find((c) => id >= c.firstSource && id < c.firstSource + c.n);
    return [step * DT, (built.gids[p?.name ?? ""]?.first ?? NaN) + id - (p?.firstSource ?? 0)];
  });
}

/** The cells' spikes in the file that `hillock run column <preset> --set mesh.x=2 --set mesh.y=2` writes. */
async function commandSpikes(preset: Preset, duration: number): Promise<[number, number][]> {
  const { context, out } = inMemory();
  const chosen = chosenSettings("column", settings, [["mesh.x", "2"], ["mesh.y", "2"], ["duration", String(duration)]], PRESETS.get(preset)); // prettier-ignore
  await column.run(chosen, context);
  const spikes = readSpikeFile(await textOf(out, "spk_0.txt"), "spk_0.txt");
  return spikes.filter(({ type }) => CELLS.test(type)).map(({ timeMs, gid }) => [timeMs, gid]);
}

const sorted = (list: readonly [number, number][]): string[] => list.map(([t, gid]) => `${t.toFixed(3)} ${gid}`).sort();

// Spike times are printed with 1 us; both sides are whole steps of the same size, so equal means the same steps.
test.each([["evoked", 110] as const, ["gamma", 60] as const])(
  "%s: the page's column fires when the command's does",
  async (preset, duration) => {
    const [page, command] = [await pageSpikes(preset, duration), await commandSpikes(preset, duration)];
    expect(page.length).toBeGreaterThanOrEqual(15);
    expect(sorted(page)).toEqual(sorted(command));
  },
);
