import { describe, expect, test } from "vitest";
import { cortexColumn } from "../../../src/models/cortical-column/column.ts";
import { dipoleText, filteredDipole, readDipole, smoothedDipole } from "../../../src/models/cortical-column/dipole.ts";
import { correctedDipole } from "../../../src/models/cortical-column/dipole.ts";
import type { EventDrive } from "../../../src/models/cortical-column/drives.ts";
import { NumpyGenerator } from "../../../src/models/cortical-column/numpy-generator.ts";
import { readSpikeFile } from "../../../src/models/cortical-column/spike-file.ts";

describe("a dipole file in every shape that HNN writes", () => {
  const rows = [[0, 0, 0, 0], [0.025, -1.5, 2.25, -3.75], [0.05, 1e-3, 0.5, -0.499]]; // prettier-ignore
  test.each([["\t"], [" "], ["   "], [" \t "]])("columns between %j, comments and blank lines", (between) => {
    for (const width of [2, 4]) {
      const lines = rows.map((row) => row.slice(0, width).join(between));
      const text = `# time agg L2 L5\n\n${between}${lines[0]}\r\n${lines[1]} # a note\n  \n${lines[2]}${between}\n#`;
      const d = readDipole(text, "dpl.txt");
      expect([...d.tMs]).toEqual([0, 0.025, 0.05]);
      expect([...d.agg]).toEqual([0, -1.5, 1e-3]);
      if (width === 4) expect([...d.L2, ...d.L5]).toEqual([0, 2.25, 0.5, 0, -3.75, -0.499]);
      else expect([...d.L2, ...d.L5].every(Number.isNaN)).toBe(true);
      expect(readDipole(dipoleText(d), "again")).toEqual(d);
    }
  });
  test.each([
    ["0 0 0\n", "dpl.txt:1:1: has 3 columns"],
    ["0 0\n1 2 3 4\n", "dpl.txt:2:1: has 4 columns below lines of 2"],
    ["0 0\n1  0x10\n", 'dpl.txt:2:4: "0x10" is not a number'],
    ["0 nan\n", 'dpl.txt:1:3: "nan" is not a number'],
    ["", "dpl.txt: holds no sample"],
    ["# time agg\n\n", "dpl.txt: holds no sample"],
    ["0 1\n1 1\n1 2\n", "dpl.txt:3:1: is at 1 ms after 1 ms"],
    ["0 1\n2 1\n1 2\n", "dpl.txt:3:1: is at 1 ms after 2 ms"],
  ])("%j is refused", (text, message) => expect(() => readDipole(text, "dpl.txt")).toThrow(message));

  test("one sample has no interval: not smoothed to NaN", () => {
    const one = readDipole("0 1 1 0\n", "dpl.txt");
    expect(smoothedDipole(one, 0).agg).toEqual(one.agg);
    expect(() => smoothedDipole(one, 15)).toThrow("dipole: has 1 samples, which tell no interval");
  });
});

test("a dipole at uneven intervals is not smoothed as if they were even; three decimals of a time are", () => {
  const at = (times: readonly string[]) => readDipole(times.map((t) => `${t} 1`).join("\n"), "dpl.txt");
  const uneven = at(["0", "1", "2", "4", "5"]);
  for (const filter of [() => smoothedDipole(uneven, 2), () => filteredDipole(uneven, 100)])
    expect(filter).toThrow("dipole: has its sample 1 at 1 ms, where even intervals of 1.25 ms have it at 1.25 ms");
  const thirds = at(Array.from({ length: 40 }, (_, k) => (k / 3).toFixed(3)));
  expect(smoothedDipole(thirds, 2).agg).toHaveLength(40);
});

test("a spike file with comments, blank lines, tabs or spaces", () => {
  const want = [{ timeMs: 1.5, gid: 3, type: "L2_basket" }, { timeMs: 2, gid: 10, type: "L2_basket" }]; // prettier-ignore
  const ranges = { L2_basket: { first: 0, n: 35 } };
  expect(readSpikeFile("# t gid type\n1.5\t3\tL2_basket\n\n 2   10 L2_basket # late\n", "spk.txt")).toEqual(want);
  expect(readSpikeFile("#\n1.5 3\r\n\r\n2\t10\t\n", "spk.txt", ranges)).toEqual(want);
  expect(() => readSpikeFile("1 # 2\n", "spk.txt", ranges)).toThrow(/^spk\.txt:1:2: "" is not a gid/);
  expect(() => readSpikeFile("1 2 a b\n", "spk.txt")).toThrow(/spk\.txt:1:7: has 4 columns/);
});

describe("drives that cannot be", () => {
  const evoked = {
    kind: "evoked",
    name: "e",
    mu: 10,
    sigma: 1,
    location: "proximal",
    weightsAmpa: { L2_basket: 1e-4 },
  } as const;
  const column = (drive: EventDrive) => cortexColumn({ mesh: [3, 3], tstop: 50, drives: [drive] });
  test.each<[Partial<EventDrive>, RegExp]>([
    [{ probability: 1.5 }, /has probability 1\.5\. Give 0 to 1/],
    [{ probability: { L2_basket: -0.1 } }, /has probability -0\.1/],
    [{ nDriveCells: 5 }, /has nDriveCells 5 but is cell-specific/],
    [{ numspikes: 1e9 }, /at most 1000000/],
    [{ cellSpecific: false, nDriveCells: 1e12 }, /from 1 to 1000000/],
  ])("%o is refused at once", (change, message) => {
    expect(() => column({ ...evoked, ...change } as EventDrive)).toThrow(message);
  });
  test("a Poisson drive without an end, or of 10^12 Hz", () => {
    const poisson = { ...evoked, kind: "poisson", rateConstant: 10 } as const;
    expect(() => column({ ...poisson, tstop: Infinity })).toThrow(/both finite/);
    expect(() => column({ ...poisson, rateConstant: 1e12 })).toThrow(/at most 1000000/);
  });
  test("more of a choice than there is", () => {
    expect(() => new NumpyGenerator(3).choice(10, 15)).toThrow("choice without replacement: is to choose 15 of 10");
  });
  test('outside: "keep" keeps an event before 0, which never acts', () => {
    const train = {
      kind: "spikeTrain",
      name: "t",
      location: "proximal",
      weightsAmpa: { L2_basket: 1e-4 },
      spikeData: { a: [-1, 5, 1e4] },
    } as const;
    expect(() => column(train)).toThrow(/outside the run of 50 ms/);
    const kept = column({ ...train, outside: "keep" });
    expect(kept.drives[0]?.events).toEqual([[-1, 5, 1e4]]);
    expect(kept.describe().populations.find((p) => p.name === "t")?.model).toMatchObject({ times: [[5, 1e4]] });
    expect(kept.timesOfTrial(0)["t"]).toEqual([[5, 1e4]]);
  });
});

test("the late baseline of the L5 dipole keeps its sign after 750 ms", () => {
  // HNN: -48.412078 + 1.01e-4 t fAm a cell, subtracted; L2 0.0443
  const at = (t: number) => correctedDipole({ tMs: [t], L2: [0], L5: [0] }, 1).L5[0]!;
  expect(at(750) * 1e6).toBeCloseTo(48.412078 - 1.01e-4 * 750, 9);
  expect(at(10_000) * 1e6).toBeCloseTo(48.412078 - 1.01, 9);
  expect(at(749.999) * 1e6).toBeCloseTo(51.231085 - 3.4770508e-3 * 749.999, 9);
});
