import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { drive, Hz, ms, Network, nA, oneToOne, poisson, uS } from "../../../src/index.ts";
import { alphaMotorNeurons, recruitmentThresholds } from "../../../src/models/motor-pool/index.ts";
import { removeLocks, sealed } from "../../../src/cli/sweep/outcome.ts";
import { statusOf } from "../../../src/cli/sweep/status.ts";
import { openFolder } from "../../../src/node.ts";
import { axisValues, listedPoints, randomPoints } from "../../../src/sweep/axes.ts";
import { csvOf, parquetOf, tableOf as columnsOf } from "../../../src/sweep/table.ts";
import { hillock, SMALL, tableOf, until } from "../../sweeps.ts";

const all = mkdtempSync(join(tmpdir(), "hillock-sweep-"));
afterAll(() => rmSync(all, { recursive: true, force: true }));
const at = (name: string): string => join(all, name);

const NUMBER = () => ({ list: false, whole: false });
const AXES = ["--grid", "drive.constant=60:120:3", "--grid", "gamma=0.1,0.3", "--engine", "reference"];

interface Point {
  readonly id: string;
  readonly seed: number;
  readonly replicate: number;
  readonly set: Record<string, string>;
}
const planOf = (dir: string) => JSON.parse(readFileSync(join(dir, "sweep.json"), "utf8")) as { points: Point[] };

/** What was said, without how far a check was, which comes only where it takes a second. */
const said = (err: string): string => err.replaceAll(/^checking: .*\n/gm, "");

async function planned(dir: string, ...words: string[]): Promise<Point[]> {
  const { code, err } = await hillock(["sweep", "plan", "watanabe", ...SMALL, ...words, "--out", dir]);
  expect(said(err)).toBe("");
  expect(code).toBe(0);
  return planOf(dir).points;
}

describe("a design", () => {
  test("of a grid: lists, ranges, equal ratios, whole numbers", () => {
    const values = (text: string, kind = NUMBER()) => axisValues("grid", `x=${text}`, () => kind).values;
    expect(values("1,2.50,a")).toEqual(["1", "2.50", "a"]);
    expect(values("0:1:5")).toEqual(["0", "0.25", "0.5", "0.75", "1"]);
    expect(values("0.1:0.3:3")).toEqual(["0.1", "0.2", "0.3"]); // not 0.20000000000000001
    expect(values("1:100:3:log")).toEqual(["1", "10", "100"]);
    expect(values("1:4:3", { list: false, whole: true })).toEqual(["1", "3", "4"]);
    expect(values("1,2;3,4", { list: true, whole: false })).toEqual(["1,2", "3,4"]);
  });

  test.each([
    ["x=", /is not name=value/],
    ["x=1,,2", /has an empty value/],
    ["x=1,1", /the same value twice/],
    ["x=1:2", /is no range/],
    ["x=1:2:1", /has 1 values/],
    ["x=0:2:3:log", /equal ratios need more/],
  ])("refuses %s", (text, message) => {
    expect(() => axisValues("grid", text, NUMBER)).toThrow(message);
  });

  test("of a file: quoted cells, comments, one value for each column", () => {
    expect(listedPoints("f", '\uFEFFa,b\r\n# no point\n1,"2,3"\n4,""\n')).toEqual([
      { a: "1", b: "2,3" },
      { a: "4", b: "" },
    ]);
    expect(() => listedPoints("f", "a,b\n1\n")).toThrow(/f, point 1: has 1 values for 2 settings/);
    expect(() => listedPoints("f", "a,a\n1,2\n")).toThrow(/two of one name/);
    expect(() => listedPoints("f", "a,b\n")).toThrow(/has no points/);
  });

  test("at random: of one seed, another axis moves none; a Latin square has one sample in each stratum", () => {
    const design = { samples: 50, seed: 3, design: "uniform" as const };
    const one = randomPoints({ ...design, axes: ["x=2:4"] }, NUMBER).map(({ x }) => Number(x));
    const two = randomPoints({ ...design, axes: ["y=1:9", "x=2:4"] }, NUMBER).map(({ x }) => Number(x));
    expect(two).toEqual(one);
    expect(one.every((x) => x > 2 && x < 4)).toBe(true);
    expect(randomPoints({ ...design, seed: 4, axes: ["x=2:4"] }, NUMBER).map(({ x }) => Number(x))).not.toEqual(one);
    const latin = randomPoints({ ...design, design: "latin", axes: ["x=0:50"] }, NUMBER);
    const strata = latin.map(({ x }) => Math.floor(Number(x)));
    expect([...strata].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, k) => k));
    const whole = randomPoints({ ...design, samples: 400, axes: ["x=1:3"] }, () => ({ list: false, whole: true }));
    expect(new Set(whole.map(({ x }) => x))).toEqual(new Set(["1", "2", "3"]));
    const chosen = randomPoints({ ...design, axes: ["x=a,b"] }, NUMBER);
    expect(new Set(chosen.map(({ x }) => x))).toEqual(new Set(["a", "b"]));
    expect(() => randomPoints({ ...design, axes: ["x=4:2"] }, NUMBER)).toThrow(/from a smaller to a larger/);
    expect(() => randomPoints({ ...design, axes: ["x=1:2", "x=3:4"] }, NUMBER)).toThrow(/x: is given by two axes/);
    const inherited = randomPoints({ ...design, axes: ["__proto__=0:1"] }, NUMBER); // for the network to refuse
    expect(inherited.every((point) => Object.hasOwn(point, "__proto__"))).toBe(true);
  });
});

describe("a plan", () => {
  test("hashes each point: the same settings are the same point, with the same seed, in any sweep", async () => {
    const grid = await planned(at("grid"), ...AXES);
    expect(grid).toHaveLength(6);
    expect(new Set(grid.map(({ seed }) => seed)).size).toBe(6);
    const list = at("points.csv");
    writeFileSync(list, "gamma,drive.constant\n0.3,90\n0.3,90.0\n0.2,90\n");
    const [listed, other, ...rest] = await planned(at("list"), "--list", list, "--engine", "reference");
    expect(rest).toEqual([]); // 90 and 90.0 are one point
    expect(grid.find(({ set }) => set["drive.constant"] === "90" && set["gamma"] === "0.3")).toMatchObject({
      id: listed?.id,
      seed: listed?.seed,
    });
    expect(grid.map(({ id }) => id)).not.toContain(other?.id);
    const paired = await planned(at("paired"), ...AXES, "--seed", "7", "--replicates", "1");
    expect(new Set(paired.map(({ seed }) => seed))).toEqual(new Set([7]));
    const runs = await planned(at("runs"), "--replicates", "3");
    expect(new Set(runs.map(({ seed }) => seed)).size).toBe(3);
    expect((await planned(at("seeds"), "--grid", "seed=4,5")).map(({ seed }) => seed)).toEqual([4, 5]);
    const both = await planned(at("both"), ...AXES.slice(0, 2), "--seed", "7", "--replicates", "3");
    const seeds = [0, 1, 2].map((replicate) => both.filter((p) => p.replicate === replicate).map(({ seed }) => seed));
    expect(new Set(seeds.flat()).size).toBe(3); // replicates differ; at each, all points share the seed
    expect(seeds.map((s) => new Set(s).size)).toEqual([1, 1, 1]);
    expect(seeds[0]?.[0]).toBe(7);
  });

  test.each([
    [["watanab"], /study "watanab": does not exist. Did you mean "watanabe"/],
    [["watanabe", "--grid", "drive.constnt=1"], /drive\.constnt: names no setting. Did you mean "drive\.constant"/],
    [["watanabe", "--set", "gama=1"], /gama: names no setting. Did you mean "gamma"/],
    [["watanabe", "--grid", "drive.constant=5,-1"], /drive\.constant: is "-1". Give a number of 0 or more \(Hz\)/],
    [["watanabe", "--grid", "cells.motorNeurons=2.5,3"], /cells\.motorNeurons: is "2\.5". Give a whole number/],
    [["watanabe", "--grid", "cells.motorNeurons=10"], /one-to-one needs equal sizes.*/],
    [["watanabe", "--grid", "gamma=1", "--set", "gamma=2"], /--set gamma: is also an axis/],
    [["watanabe", "--grid", "seed=1,2", "--seed", "3"], /--seed 3: is also an axis/],
    [["watanabe", "--grid", "seed=0:99999:50000", "--replicates", "100000"], /sweep: has 5000000000 points/],
    [["watanabe", "--set", "seed=3"], /--set seed: is no setting of a study. Give --seed 3/],
    [
      ["watanabe", "--random", "gamma=0:1", "--samples", "2", "--design-seed", "x"],
      /--design-seed x: is not a whole number/,
    ],
    [["watanabe", "--random", "gamma=0:1"], /--random: is given without a number of points/],
    [["watanabe", "--grid", "gamma=0:1:400", "--grid", "dt=0.01:0.1:400"], /sweep: has 160000 points/],
    [["brunel", "AX"], /brunel AX: is not a preset/],
    [["extract", "--file", "spikes=x"], /--file spikes: is no file of extract/],
    [["net.mjs"], /is a program, whose changes a sweep could not see/],
  ])("refuses %j, and writes nothing", async (words, message) => {
    const { code, err } = await hillock(["sweep", "plan", ...words, "--out", at("refused")]);
    expect(err).toMatch(message);
    expect(said(err)).toMatch(/^(Data|Model)Error/);
    expect(code).toBe(1);
    expect(existsSync(at("refused"))).toBe(false);
  });

  test("that is damaged, of another version, or of a hillock with other numbers is refused", async () => {
    await planned(at("hurt"), "--replicates", "2");
    const file = join(at("hurt"), "sweep.json");
    const text = readFileSync(file, "utf8");
    const tried = async (changed: string): Promise<string> => {
      writeFileSync(file, changed);
      return (await hillock(["sweep", "run", at("hurt")])).err;
    };
    expect(await tried(text.slice(0, -20))).toMatch(/DataError: .*sweep\.json: is damaged: it does not parse/);
    expect(await tried(text.replace('"seed":', '"seed":1'))).toMatch(/is damaged: its checksum does not match/);
    expect(await tried(text.replace('"version": 1', '"version": 2'))).toMatch(/is a sweep of version 2, and this hillock reads version 1/); // prettier-ignore
    const { digest } = await import("../../../src/compile/hash.ts");
    const { format, version, digest: _, ...plan } = JSON.parse(text) as Record<string, unknown>;
    const older = { ...plan, results: 1 };
    expect(await tried(JSON.stringify({ format, version, digest: digest(older), ...older }))).toMatch(/was planned by hillock 0\.1\.0, whose numbers differ from this one's/); // prettier-ignore
    expect(readdirSync(at("hurt"))).toEqual(["sweep.json"]);
  });
});

describe("a table", () => {
  test("keeps every digit, leaves out what is missing, and quotes; Parquet has types", async () => {
    const table = columnsOf([
      { a: 1 / 3, 'b "x", y': "p,q", n: 2 ** 40 },
      { a: NaN, n: 3, late: "z" },
    ]);
    expect(csvOf(table)).toBe('a,"b ""x"", y",n,late\n0.3333333333333333,"p,q",1099511627776,\n,,3,z\n');
    const { parquetReadObjects } = await import("hyparquet");
    const rows = await parquetReadObjects({ file: (await parquetOf(table)).buffer as ArrayBuffer });
    expect(rows).toEqual([
      { a: 1 / 3, 'b "x", y': "p,q", n: 2n ** 40n, late: null },
      { a: null, 'b "x", y': null, n: 3n, late: "z" },
    ]);
  });
});

describe("a local sweep", () => {
  test("killed -9 with its points, it goes on to the table of an undisturbed one", async () => {
    const [whole, cut] = [at("whole"), at("cut")];
    const points = await planned(whole, ...AXES);
    await planned(cut, ...AXES);
    expect(await hillock(["sweep", "run", whole])).toMatchObject({ code: 0, err: "" });
    expect(await hillock(["sweep", "collect", whole])).toMatchObject({ code: 0, err: "" });

    const second = join(cut, "points", points[2]?.id ?? "", "checkpoint.bin"); // it has a chunk, and more to do
    const killed = hillock(["sweep", "run", cut, "--jobs", "2"], { detached: true }, (child) => {
      void until("a checkpoint", () => existsSync(second)).then(() => process.kill(-(child.pid as number), "SIGKILL"));
    });
    expect((await killed).code).toBe(null);
    const status = await hillock(["sweep", "status", cut, "--json"]);
    const { counts } = JSON.parse(status.out) as { counts: Record<string, number> };
    expect(counts["done"]).toBeLessThan(6);
    expect(counts["stopped"]).toBeGreaterThan(0);
    const early = await hillock(["sweep", "collect", cut]);
    expect(early).toMatchObject({ code: 1, err: expect.stringMatching(/\d of 6 done.*stopped/) as string });

    expect(await hillock(["sweep", "run", cut])).toMatchObject({ code: 0, err: "" });
    expect(await hillock(["sweep", "collect", cut])).toMatchObject({ code: 0, err: "" });
    const [a, b] = [await tableOf(whole), await tableOf(cut)];
    expect(b).toEqual(a);
    expect(a.parquet).toHaveLength(6);
    expect(a.parquet.every((row) => Number(row["aMN.spikes"]) > 0 && row["engine"] === "reference")).toBe(true);
    expect(new Set(a.parquet.map((row) => row["aMN.spikes"])).size).toBeGreaterThan(2);
    const again = await hillock(["sweep", "run", cut]);
    expect(again.out).toMatch(/6 of 6 done \(100 %\); 0 to run/);
  }, 180_000);

  test("goes on around a point that fails, and shows its log; a result that was changed is found", async () => {
    const dir = at("fails");
    // at 1 ms, this drive's events come more often than steps: refused when the point is compiled
    const [, bad] = await planned(
      dir,
      "--grid",
      "drive.constant=60,2000",
      "--set",
      "dt=1",
      "--set",
      "record.every=1",
      "--engine",
      "reference",
    );
    const { code, err } = await hillock(["sweep", "run", dir]);
    expect(code).toBe(1);
    expect(err).toContain(`failed ${bad?.id} (drive.constant=2000 seed ${bad?.seed})`);
    expect(err).toMatch(/log: .*log\.txt/);
    expect(readFileSync(join(dir, "points", bad?.id ?? "", "log.txt"), "utf8")).toMatch(/ModelError/);
    expect((await hillock(["sweep", "collect", dir])).code).toBe(1);
    expect(await hillock(["sweep", "collect", dir, "--partial"])).toMatchObject({ code: 0 });
    expect((await tableOf(dir)).parquet).toHaveLength(1);
    const good = planOf(dir).points[0]?.id ?? "";
    const file = join(dir, "points", good, "summary.json");
    writeFileSync(file, readFileSync(file, "utf8").replace(/"aMN.spikes": \d+/, '"aMN.spikes": 1000'));
    expect((await hillock(["sweep", "collect", dir])).err).toMatch(
      /summary\.json: is damaged: its checksum does not match/,
    );
    const outcome = join(dir, "points", good, "point.json");
    const written = readFileSync(outcome, "utf8");
    for (const damaged of ["null", written.replace('"seconds"', '"sekonds"')]) {
      writeFileSync(outcome, damaged);
      const { out } = await hillock(["sweep", "status", dir]);
      expect(out).toMatch(/^0 of 2 done .*: 1 failed, 1 stopped$/m); // to be gone on with
    }
  }, 120_000); // prettier-ignore

  test.each([
    ["a minute ago", -60_000, "running"],
    ["an hour ago", -3_600_000, "stopped"],
    ["by a clock that is an hour ahead", 3_600_000, "stopped"],
  ])("a point of another machine that was heard of %s", async (_, since, state) => {
    const dir = mkdtempSync(join(all, "clock-"));
    const point = { id: "one", seed: 1, replicate: 0, set: {} };
    const by = { pid: 1, host: "elsewhere", started: "" };
    mkdirSync(join(dir, "points", "one"), { recursive: true });
    writeFileSync(join(dir, "points/one/progress.json"), sealed({ by, part: "x", done: 0.5, at: Date.now() + since }));
    expect(await statusOf(dir, { points: [point] } as never, new Map())).toMatchObject([{ state, done: 0.5 }]);
  });

  test("locks of a task that Slurm started again are taken away, but not those of a process that runs here", async () => {
    const dir = mkdtempSync(join(all, "locks-"));
    const folder = join(dir, "points", "one");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "run.lock"), JSON.stringify({ pid: 1, host: "elsewhere", started: "" }));
    const release = await (await openFolder(folder)).lock("study.lock");
    await removeLocks(dir, "one");
    expect(readdirSync(folder)).toEqual(["study.lock"]);
    await release();
  });

  test("of a network's JSON: what a batch may vary, its seed and its duration", async () => {
    const net = new Network({ seed: 5 });
    const thresholds = recruitmentThresholds({ n: 4, mode: "combined", range: 100, slope: 10 });
    const cells = net.cells("aMN", alphaMotorNeurons({ thresholds }));
    const sources = net.sources("DD", 4, poisson({ rate: drive.constant(Hz(50)) }));
    net.connect(sources, cells.excitatory, oneToOne(), { weight: uS(0.1), delay: ms(1), name: "in" });
    net.clamp(cells, nA(10), { name: "step" });
    const [file, dir] = [at("net.json"), at("net")];
    writeFileSync(file, JSON.stringify(net));
    const words = ["--set", "duration=0.05", "--grid", "step.gain=0,1,2", "--seed", "3", "--engine", "reference"];
    const plan = (...more: string[]) => hillock(["sweep", "plan", file, ...more]);
    expect(await plan("--out", dir, ...words)).toMatchObject({ code: 0, err: "" });
    for (const [path, message] of [
      ["step.gian=1", /step\.gian/],
      ["aMN.soma.nap=1", /aMN\.soma\.nap/],
      ["seed=-1", /seed/],
    ] as const)
      // prettier-ignore
      expect((await plan("--out", at("no"), "--grid", path, "--set", "duration=1")).err).toMatch(message);
    for (const path of ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"])
      for (const axis of [["--grid", `${path}=1,2`], ["--random", `${path}=1:2`, "--samples", "2"], ["--set", `${path}=1`, "--grid", "step.gain=1"]])
        expect((await plan("--out", at("no"), ...axis, "--set", "duration=1")).err).toMatch(new RegExp(`^ModelError: variation "${path}".*: names nothing in this network`)); // prettier-ignore
    expect((await plan("--out", at("no"), "--grid", "step.gain=1")).err).toMatch(/gives no duration/);
    expect(await hillock(["sweep", "run", dir])).toMatchObject({ code: 0, err: "" });
    await hillock(["sweep", "collect", dir]);
    const spikes = (await tableOf(dir)).parquet.map((row) => Number(row["aMN.spikes"]));
    expect(spikes[0]).toBeLessThan(spikes[1] as number);
    expect(spikes[1]).toBeLessThan(spikes[2] as number);
  }, 120_000);
});
