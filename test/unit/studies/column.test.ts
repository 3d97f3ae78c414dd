import { describe, expect, test } from "vitest";
import { columnConvergence } from "../../../src/studies/column/convergence.ts";
import { COLUMN_DEFAULTS, COLUMN_PRESETS, columnNetwork, contacts } from "../../../src/studies/column/network.ts";
import { column } from "../../../src/studies/column/study.ts";
import { withSettings } from "../../../src/studies/experiment.ts";
import type { StudyContext } from "../../../src/studies/study.ts";
import { readDipole, readSpikeFile, spikeTrains } from "../../../src/models/cortical-column/index.ts";
import { decode } from "../../../src/storage/files.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";

/** 4 + 4 pyramidal cells under strong proximal input, long enough that they fire. */
const SMALL = {
  ...COLUMN_DEFAULTS,
  preset: "erp",
  mesh: { x: 2, y: 2 },
  duration: 40,
  smoothing: { window: 5, scale: 3000 },
};

/** A study's context in memory, on the float64 engine. */
function inMemory(files: Record<string, string> = {}) {
  const folders = new Map<string, MemoryFiles>();
  const said: string[] = [];
  const figures = new Map<string, string>();
  const folder = async (name: string): Promise<MemoryFiles> => {
    const found = folders.get(name) ?? new MemoryFiles(name);
    folders.set(name, found);
    return found;
  };
  const out = new MemoryFiles("out");
  const context: StudyContext = {
    seed: 0,
    files,
    engine: "reference",
    out,
    folder,
    say: (line) => void said.push(line),
    progress: () => undefined,
    draw: async ({ name, svg }) => void figures.set(name, svg),
    force: false,
  };
  return { context, out, folder, said, figures };
}

const text = async (files: MemoryFiles, name: string): Promise<string> => decode(await files.read(name));

describe("columnNetwork", () => {
  test("evoked is the published network A: 235 drive cells from gid 270", () => {
    const net = columnNetwork(withSettings("column", COLUMN_DEFAULTS, []), 0);
    expect(net.gids["evdist1"]).toEqual({ first: 270, n: 235 });
    expect(net.links).toHaveLength(22);
    expect(net.describe().recordings.map((r) => r.variable)).toEqual(["dipole", "dipole"]);
  });

  test("gamma has its weights, alpha its second drive, a tonic bias its clamp", () => {
    const gamma = columnNetwork({ ...COLUMN_DEFAULTS, ...COLUMN_PRESETS.gamma, tonic: 6, mesh: { x: 2, y: 2 } }, 0);
    expect(gamma.rules[4]?.weight).toBe(0.007);
    expect(gamma.describe().clamps.map((c) => c.population)).toEqual(["L5_pyramidal"]);
    const beta = columnNetwork({ ...SMALL, ...COLUMN_PRESETS.alpha, smoothing: SMALL.smoothing, alphaDistal: true }, 0);
    expect(beta.drives.map((d) => d.name)).toEqual(["alpha_prox", "alpha_dist"]);
  });

  test("trials are entries with the published seeds of each trial; --seed is the first", () => {
    const net = columnNetwork({ ...SMALL, trials: 3 }, 4);
    const { entries, variations } = net.describe();
    expect(entries).toBe(3);
    expect(variations.map((v) => v.path)).toEqual(["evdist1.times", "evprox1.times", "evprox2.times"]);
    const alone = columnNetwork(SMALL, 6);
    expect(variations[1]?.values[2]).toEqual(alone.drives[1]?.events);
  });

  test("scales a drive's weights and nothing else", () => {
    const [one, two] = [1, 2].map((driveScale) => columnNetwork({ ...SMALL, driveScale }, 0));
    const local = one?.rules.length ?? 0;
    one?.links.forEach((links, k) => {
      const factor = k < local ? 1 : 2;
      links.weightUs.forEach((w, i) => expect(two?.links[k]?.weightUs[i]).toBeCloseTo(factor * w, 15));
    });
  });

  test.each([
    [{ tables: "none" }, 'tables: is "none"'],
    [{ trials: 0 }, "trials: is 0"],
    [{ preset: "beta" }, 'column preset: "beta" is unknown'],
  ])("refuses %j", (change, message) => {
    expect(() => columnNetwork({ ...SMALL, ...change }, 0)).toThrow(message);
  });

  test("the probe's contacts go up in even steps", () => {
    const at = contacts(COLUMN_DEFAULTS);
    expect(at).toHaveLength(26);
    expect(at.map((p) => p[2]).slice(0, 3)).toEqual([-400, -300, -200]);
  });
});

describe("the column study", () => {
  test("runs trials as one batch, writes the original's files and draws every figure", async () => {
    const { context, out, said, figures } = inMemory();
    const settings = { ...SMALL, trials: 2, record: { soma: 0, field: 2 } };
    const summary = await column.run(settings, context);
    expect(said).toContain("L5_pyramidal 8-11 (4)");
    const spikes = readSpikeFile(await text(out, "spk_1.txt"), "spk_1.txt");
    expect(spikes.map((s) => s.timeMs)).toEqual([...spikes.map((s) => s.timeMs)].sort((a, b) => a - b));
    // trial 1's own events, to the file's 3 decimals
    const drive = spikes.filter((s) => s.type === "evprox1").map((s) => s.timeMs);
    const want = columnNetwork(SMALL, 1).drives[1]?.events.flat().map((t) => Number(t.toFixed(3))); // prettier-ignore
    expect(drive).toEqual(want?.sort((a, b) => a - b));
    expect(spikes.some((s) => s.type === "L5_pyramidal")).toBe(true);
    const dipole = readDipole(await text(out, "dpl_0.txt"), "dpl_0.txt");
    expect(dipole.tMs).toHaveLength(1601);
    expect(dipole.agg.some((x, k) => dipole.tMs[k]! > 20 && Math.abs(x) > 0.1)).toBe(true);
    expect(summary).toContain(`trial 1: ${spikes.length} spikes`);
    expect([...figures.keys()].sort()).toEqual(
      ["cells", "connectivity", "csd", "dipole", "histogram", "raster", "rates", "spectrogram", "spectrum"], // prettier-ignore
    );
  });

  test("replays the pyramidal spikes of a file, as the published run did and as its text intended", async () => {
    const file = ["25.100\t4\tL5_pyramidal", "25.300\t1\tL2_pyramidal", "25.400\t0\tL2_basket", "31\t4\tL5_pyramidal", ""].join("\n"); // prettier-ignore
    expect(Object.keys(spikeTrains(readSpikeFile(file, "f"), ["L2_pyramidal", "L5_pyramidal"]))).toHaveLength(2);
    for (const asIntended of [false, true]) {
      const { context, folder, said, figures } = inMemory({ spikes: file });
      const summary = await column.run({ ...SMALL, preset: "replay", asIntended }, context);
      expect(said[0]).toBe("4 spikes read, 2 pyramidal sources");
      expect(summary).toContain("2 sources, gids 12-13, 2 connection rules");
      const spikes = readSpikeFile(await text(await folder("network-b"), "spk_0.txt"), "spk_0.txt");
      expect(spikes.filter((s) => s.type === "drive_from_NetA").map((s) => s.timeMs)).toEqual([25.1, 25.3, 31]);
      expect(said.some((line) => line.includes(asIntended ? "proximal ampa" : "distal ampa"))).toBe(true);
      expect(figures.has("rasters")).toBe(false); // no first network to stack
    }
  });

  test("refuses to replay a file without pyramidal spikes", async () => {
    const { context } = inMemory({ spikes: "25.4\t0\tL2_basket\n" });
    await expect(column.run({ ...SMALL, preset: "replay" }, context)).rejects.toThrow(/none of L2_pyramidal/);
  });
});

test("convergence: one table of dt/2 and seeds against dt", async () => {
  const { context, figures } = inMemory();
  const table = await columnConvergence.run({ ...SMALL, duration: 30, seeds: 2 }, context);
  const lines = table.split("\n");
  expect(lines).toHaveLength(3); // the float64 engine is the base here, so it has no row
  expect(lines[1]).toMatch(/^dt \/ 2 +\d+\/\d+ /);
  expect(lines[2]).toMatch(/^seed 1 /);
  expect([...figures.keys()]).toEqual(["convergence-dipole", "convergence-raster"]);
});
