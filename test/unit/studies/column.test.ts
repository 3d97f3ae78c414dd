import { describe, expect, test } from "vitest";
import { columnConvergence } from "../../../src/studies/column-convergence/study.ts";
import { columnNetwork, contacts } from "../../../src/studies/column/network.ts";
import { withFile } from "../../../src/studies/column/run.ts";
import { column, PRESETS } from "../../../src/studies/column/study.ts";
import { settings as schema, type ColumnSettings } from "../../../src/studies/column/settings.ts";
import { chosenSettings } from "../../../src/studies/schema.ts";
import { law2021, readDipole, readHnn, readSpikeFile, trainsByGid } from "../../../src/models/cortical-column/index.ts";
import { drawn, expectPage, inMemory, textOf as text } from "./context.ts";

const COLUMN_DEFAULTS = schema.parse({});
const preset = (name: string): ColumnSettings => chosenSettings("column", schema, [], PRESETS.get(name));

/** 4 + 4 pyramidal cells under strong proximal input, long enough that they fire. */
const SMALL: ColumnSettings = {
  ...COLUMN_DEFAULTS,
  preset: "erp",
  mesh: { x: 2, y: 2 },
  duration: 40,
  smoothing: { window: 5, scale: 3000 },
};

describe("a file of HNN", () => {
  const file = (dt: string) => readHnn(`tstop: 90\ndt: ${dt}\nN_pyr_x: 3\nN_pyr_y: 2\n`, "erp.param");
  test("gives mesh, duration and step, but for what the settings say", () => {
    expect(withFile(COLUMN_DEFAULTS, file("0.05"))).toMatchObject({ mesh: { x: 3, y: 2 }, duration: 90, dt: 0.05 });
    expect(withFile({ ...COLUMN_DEFAULTS, dt: 0.0125, duration: 60 }, file("0.05"))).toMatchObject({ duration: 60, dt: 0.0125 }); // prettier-ignore
    expect(() => withFile(COLUMN_DEFAULTS, file("-1"))).toThrow("params, dt: is -1 ms");
  });
});

describe("columnNetwork", () => {
  test("evoked is the published network A: 235 drive cells from gid 270", () => {
    const net = columnNetwork(COLUMN_DEFAULTS, 0);
    expect(net.gids["evdist1"]).toEqual({ first: 270, n: 235 });
    expect(net.links).toHaveLength(22);
    expect(net.describe().recordings.map((r) => r.variable)).toEqual(["dipole", "dipole"]);
  });

  test("gamma has its weights, alpha its second drive, a tonic bias its clamp", () => {
    const gamma = columnNetwork({ ...preset("gamma"), tonic: 6, mesh: { x: 2, y: 2 } }, 0);
    expect(gamma.rules[4]?.weight).toBe(0.007);
    expect(gamma.describe().clamps.map((c) => c.population)).toEqual(["L5_pyramidal"]);
    const beta = columnNetwork({ ...SMALL, preset: "alpha", duration: 310, alphaDistal: true }, 0);
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

  test("more trials than memory holds are refused before the first of them is drawn", () => {
    expect(() => columnNetwork({ ...COLUMN_DEFAULTS, trials: 7000 }, 0)).toThrow(
      /^network: 1\.89e\+6 cells .* take at least .* GiB of memory, where 8\.00 GiB are allowed/,
    );
  });

  test("scales a drive's weights and nothing else", () => {
    const [one, two] = [1, 2].map((driveScale) => columnNetwork({ ...SMALL, driveScale }, 0));
    const local = one?.rules.length ?? 0;
    one?.links.forEach((links, k) => {
      const factor = k < local ? 1 : 2;
      links.weightUs.forEach((w, i) => expect(two?.links[k]?.weightUs[i]).toBeCloseTo(factor * w, 15));
    });
  });

  test("every preset fits the schema", () => {
    for (const name of PRESETS.keys()) expect([preset(name).preset, preset(name).model]).toContain(name);
    const rules = (name: string) => columnNetwork({ ...preset(name), mesh: { x: 2, y: 2 } }, 0).rules;
    expect(rules("law-2021")).toEqual(law2021().rules);
    expect(rules("calcium")).toEqual(rules("evoked"));
    expect(preset("alpha").smoothing).toEqual({ window: 20, scale: 3000 });
  });

  test.each([[["tables=none"], /tables: is "none"/], [["trials=0"], /trials: is "0"/], [["preset=beta"], /preset: is "beta"/]] as const)("refuses %j", (set, message) => {
    const changes = set.map((one): [string, string] => one.split("=") as [string, string]);
    expect(() => chosenSettings("column", schema, changes)).toThrow(message);
  }); // prettier-ignore

  test("a run too short for its figures is refused before it", async () => {
    const given = { seed: 0, files: new Map<string, string>() };
    const check = async (changed: Partial<typeof COLUMN_DEFAULTS>): Promise<void> =>
      column.check({ ...COLUMN_DEFAULTS, ...changed }, given);
    await expect(check({ duration: 25 })).rejects.toThrow(/smoothing.window: is 30 ms/);
    await check({ duration: 30 });
    await expect(check({ duration: 200, preset: "replay", smoothing: { window: 180, scale: 1 } })).rejects.toThrow(/170 ms/); // prettier-ignore
  });

  test("the probe's contacts go up in even steps", () => {
    const at = contacts(COLUMN_DEFAULTS);
    expect(at).toHaveLength(26);
    expect(at.map((p) => p[2]).slice(0, 3)).toEqual([-400, -300, -200]);
  });
});

describe("the column study", () => {
  test("runs trials as one batch, writes the original's files and draws every figure", async () => {
    const { context, out, said } = inMemory();
    const settings = { ...SMALL, trials: 2, record: { soma: 0, field: 2 } };
    const result = await column.run(settings, context);
    const { text: summary } = result;
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
    const hnn = readHnn(await text(out, "network-hnn.json"), "network-hnn.json");
    const { drivesGiven, rules, layout } = columnNetwork(SMALL, 0);
    expect(hnn.mesh).toEqual(layout.mesh);
    expect(hnn.drives?.map((d) => d.kind)).toEqual(drivesGiven.map((d) => d.kind));
    expect(hnn.model?.rules.length).toBe(rules.length);
    expect(dipole.agg.some((x, k) => dipole.tMs[k]! > 20 && Math.abs(x) > 0.1)).toBe(true);
    expect(summary).toContain(`trial 1: ${spikes.length} spikes`);
    const figures = await drawn(result);
    expectPage(column, figures.values());
    expect([...figures.keys()].sort()).toEqual(
      ["cells", "connectivity", "csd", "dipole", "histogram", "raster", "rates", "spectrogram", "spectrum"], // prettier-ignore
    );
  });

  test("replays the pyramidal spikes of a file, as the published run did and as its text intended", async () => {
    const file = ["25.100\t4\tL5_pyramidal", "25.300\t1\tL2_pyramidal", "25.400\t0\tL2_basket", "31\t4\tL5_pyramidal", ""].join("\n"); // prettier-ignore
    expect(Object.keys(trainsByGid(readSpikeFile(file, "f"), ["L2_pyramidal", "L5_pyramidal"]))).toHaveLength(2);
    for (const asIntended of [false, true]) {
      const { context, folder, said } = inMemory({ spikes: file });
      const { text: summary, figures } = await column.run({ ...SMALL, preset: "replay", asIntended }, context);
      expect(said[0]).toBe("4 spikes read, 2 pyramidal sources");
      expect(summary).toContain("2 sources, gids 12-13, 2 connection rules");
      const spikes = readSpikeFile(await text(await folder("network-b"), "spk_0.txt"), "spk_0.txt");
      expect(spikes.filter((s) => s.type === "drive_from_NetA").map((s) => s.timeMs)).toEqual([25.1, 25.3, 31]);
      expect(said.some((line) => line.includes(asIntended ? "proximal ampa" : "distal ampa"))).toBe(true);
      expect((await figures()).map(({ name }) => name)).not.toContain("rasters"); // no first network to stack
    }
  });

  test("refuses to replay a file without pyramidal spikes", async () => {
    const { context } = inMemory({ spikes: "25.4\t0\tL2_basket\n" });
    await expect(column.run({ ...SMALL, preset: "replay" }, context)).rejects.toThrow(/none of L2_pyramidal/);
  });
});

test("convergence: one table of dt/2 and seeds against dt", async () => {
  const { context } = inMemory();
  const { trials: _, asIntended: _no, ...small } = SMALL;
  const result = await columnConvergence.run({ ...small, preset: "erp", duration: 30, seeds: 2 }, context);
  const lines = result.text.split("\n");
  expect(lines).toHaveLength(3); // the float64 engine is the base here, so it has no row
  expect(lines[1]).toMatch(/^dt \/ 2 +\d+\/\d+ /);
  expect(lines[2]).toMatch(/^seed 1 /);
  const figures = await drawn(result);
  expectPage(columnConvergence, figures.values());
  expect([...figures.keys()]).toEqual(["convergence-dipole", "convergence-raster"]);
});
