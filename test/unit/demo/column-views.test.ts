// What the column's page shows beside the dipole: the field along a probe, the place under the pointer, the spectrum.
import { expect, test } from "vitest";
import { FIELD_MS, SAMPLE_MS } from "../../../demo/column/facts.ts";
import { Field, fieldVariables, PROBE } from "../../../demo/column/field.ts";
import { buildColumn } from "../../../demo/column/network.ts";
import { pick } from "../../../demo/column/pick.ts";
import { matchOf, readRecorded } from "../../../demo/column/recording.ts";
import { wordsOn } from "../../../demo/column/fit-words.ts";
import { FREQUENCIES, spectrogramOf, spectrumOf } from "../../../demo/column/rhythms.ts";
import { columnShape } from "../../../demo/column/shape.ts";
import { runOf, wordsOf } from "../../../demo/column/trials-words.ts";
import { cameraOf, FIRST_VIEW } from "../../../demo/column/view.ts";
import { variablesAt, Watched } from "../../../demo/column/watched.ts";
import { potentials } from "../../../src/models/cortical-column/index.ts";
import { referenceEngine } from "../../../src/reference/engine.ts";
import { Simulation } from "../../../src/run/simulate.ts";
import { settings } from "../../../src/studies/column/settings.ts";
import { textOf } from "../../../src/shapes.ts";
import { ms } from "../../../src/units.ts";

test("the probe is that of hillock run column", () => {
  expect(settings.parse({}).probe).toEqual(PROBE);
});

test("a source density is the second difference of the potentials of all pieces, and a watched place has a value a sample", async () => {
  const place = { type: "L5_pyramidal", cell: 2, section: "apical_1" };
  const built = buildColumn({ preset: "evoked", mesh: 2, trial: 0, field: true, document: { watched: place } });
  const currents: Record<string, ArrayLike<number>[]> = {};
  const [whole, pieces, watched] = [new Field(built.column), new Field(built.column), new Watched(built.column, place)];
  for (const [field, piece] of [[whole, 5], [pieces, 2.5]] as const) {
    const simulation = new Simulation(built.network, referenceEngine(built.network, { precision: 64 }));
    for await (const chunk of simulation.run(ms(5), { chunk: ms(piece) })) {
      field.take(chunk);
      if (field === whole) for (const [type, names] of fieldVariables(built.column)) currents[type] = names.map((n) => chunk.trace(type, n).data);
      if (field === pieces) watched.take(chunk);
    }
    await simulation.close();
  } // prettier-ignore
  const density = whole.density();
  expect(density).toHaveLength(PROBE.contacts);
  expect(density[0]).toHaveLength(1 + 5 / FIELD_MS);
  expect(pieces.density()).toEqual(density);
  const { cellTypes, layout } = built.column;
  const phi = [11, 12, 13].map((k) => potentials(cellTypes, layout, [[PROBE.x, PROBE.y, PROBE.from + k * PROBE.spacing]], currents, { method: "psa" })[0] as Float64Array); // prettier-ignore
  const [below, at, above] = phi.map((of) => of[9] as number) as [number, number, number];
  expect(density[12]?.[9]).toBeCloseTo((-1e3 * (below - 2 * at + above)) / PROBE.spacing ** 2, 9); // uV/um2 is 1e3 mV/mm2
  expect(Math.max(...density.map((row) => Math.max(...row.map(Math.abs))))).toBeGreaterThan(0);
  const { t, of } = watched.readings;
  expect(t).toHaveLength(1 + 5 / SAMPLE_MS);
  // currents and conductances are of a step and have the time at which that began: the last sample is the voltage's alone
  for (const v of Object.values(of).flat()) expect(v.y).toHaveLength(t.length - (v.label === "V" ? 0 : 1));
  expect(of.conductance.map((v) => v.label)).toEqual(["ampa", "nmda", "gabaa", "gabab"]);
  expect(new Set(variablesAt(built.column, place).map((v) => v.name)).size).toBe(of.V.length + of.density.length + of.conductance.length + of.current.length); // prettier-ignore
});

test("a click finds the cell and the section that are drawn there, and nothing beside the column", () => {
  const { column } = buildColumn({ preset: "evoked", mesh: 2, trial: 0 });
  const shape = columnShape(column);
  const [width, height] = [800, 500];
  const { camera } = cameraOf(FIRST_VIEW, shape, width, height);
  let found = 0;
  for (const { name, cells, pieces, sections, segments, places } of shape.types) {
    for (let cell = 0; cell < cells; cell++) {
      const piece = pieces - 1; // the last segment's middle, on the screen by the camera's matrix (columns)
      const [x0, y0, z0, turn] = places.subarray(4 * cell, 4 * cell + 4) as never as [number, number, number, number];
      const mid = [0, 1, 2].map((k) => ((segments[8 * piece + k] as number) + (segments[8 * piece + 4 + k] as number)) / 2) as [number, number, number]; // prettier-ignore
      const [c, s] = [Math.cos(turn), Math.sin(turn)];
      const p = [x0 + c * mid[0] - s * mid[1], y0 + s * mid[0] + c * mid[1], z0 + mid[2], 1];
      const [cx, cy, , cw] = [0, 1, 2, 3].map((r) => p.reduce((sum, v, k) => sum + v * (camera[4 * k + r] as number), 0)) as [number, number, number, number]; // prettier-ignore
      const at = { x: (width * (1 + cx / cw)) / 2, y: (height * (1 - cy / cw)) / 2, width, height };
      const hit = pick(shape, FIRST_VIEW, at);
      expect(hit).toBeDefined();
      if (hit?.type === name && hit.cell === cell && hit.section === sections[piece]) found++;
    }
  }
  const all = shape.types.reduce((sum, t) => sum + t.cells, 0);
  expect(found).toBeGreaterThan(all / 2); // some are behind others
  expect(pick(shape, FIRST_VIEW, { x: 2, y: 2, width, height })).toBe(undefined);
});

test("a rhythm of 20 Hz peaks at 20 Hz, in the spectrum and in the spectrogram", () => {
  const wave = Float64Array.from({ length: 1200 }, (_, k) => Math.sin((2 * Math.PI * 20 * k * SAMPLE_MS) / 1000));
  const { f, density } = spectrumOf(wave);
  expect(f[density.indexOf(Math.max(...density))]).toBe(20);
  const width = f[1] === undefined ? NaN : f[1] - (f[0] as number);
  expect(density.reduce((sum, d) => sum + d * width, 0)).toBeCloseTo(0.5, 2); // a sine's variance
  const power = spectrogramOf(wave).map((row) => row[600] as number);
  expect(FREQUENCIES[power.indexOf(Math.max(...power))]).toBe(20);
  expect(spectrumOf(wave.subarray(0, 100)).f).toEqual([]);
});

test("trials: what is over is said apart from what is under way, of the number that the run was asked for", () => {
  const curve = [0, null];
  const readings = (done: number, singles: number, ended = false) => ({
    t: [0, 0.25], singles: Array.from({ length: singles }, () => curve), mean: curve, recorded: undefined, match: undefined, done, time: 40, ended,
  }); // prettier-ignore
  expect(wordsOf(undefined, false, 0)).toEqual({ status: "None has run.", progress: "" });
  expect(wordsOf(undefined, true, 5)).toEqual({ status: "Running 5 trials.", progress: "Compiling …" });
  expect(wordsOf(readings(0, 2), true, 5)).toEqual({ status: "Running 5 trials.", progress: "Trials 0 to 1 at 40 ms" });
  expect(wordsOf(readings(4, 5), true, 5)).toEqual({ status: "4 of 5 trials are over.", progress: "Trial 4 at 40 ms" });
  expect(wordsOf(readings(5, 5, true), false, 5)).toEqual({ status: "5 trials.", progress: "" });
  expect(wordsOf(readings(2, 2, true), false, 5).status).toBe("Stopped after 2 of 5 trials.");
  expect(wordsOf(readings(0, 0, true), false, 5).status).toBe("Stopped before a trial was over.");
  const match = { rmse: 1.5, correlation: 0.25, best: 1 };
  expect(wordsOf({ ...readings(2, 4), match }, true, 5).status).toBe("2 of 5 trials are over. Mean against the recording: RMSE 1.500 nAm, correlation 0.250."); // prettier-ignore
  expect(wordsOf({ ...readings(2, 4), match: { ...match, correlation: undefined } }, true, 5).status).toMatch(
    /: RMSE 1\.500 nAm\.$/,
  );
  expect(wordsOf({ ...readings(0, 2), match }, true, 5).status).toBe("Running 5 trials.");
});

test("trials: factors of 1 and the order in which drives got theirs make no other column", () => {
  const of = (strengths: Record<string, number>, settings = { drive: 0, mesh: 2, strength: 1, speed: 1 }): string =>
    runOf({ settings, document: undefined, strengths });
  expect(of({ a: 1 })).toBe(of({}));
  expect(of({ b: 3, a: 2 })).toBe(of({ a: 2, b: 3, c: 1 }));
  expect(of({ a: 2 })).not.toBe(of({ b: 2 }));
  expect(of({ a: 0 })).not.toBe(of({}));
  expect(of({}, { drive: 0, mesh: 2, strength: 1, speed: 5 })).toBe(of({}));
  expect(of({}, { drive: 0, mesh: 3, strength: 1, speed: 1 })).not.toBe(of({}));
});

test.each([
  ["as HNN writes it", "# a comment\n0.000\t1.5\n\n0.500\t-2\n"],
  ["the page's own table", "ms,dipole (nAm × scale)\n0,1.5\n0.5,-2\n"],
  ["a spreadsheet's, with names in quotes and a mark of bytes", '\ufeff"time","dipole"\r\n0, 1.5\r\n0.5, -2\r\n'],
])("a recorded dipole is read: %s", (_, text) => {
  const { t, moment } = readRecorded(textOf("file.csv", text), "file.csv"); // as the page opens files
  expect([[...t], [...moment]]).toEqual([[0, 0.5], [1.5, -2]]); // prettier-ignore
});

test("a constant recording has no correlation, and one of 0 no best factor", () => {
  expect(matchOf([[1, 0.1], [2, 0.1], [4, 0.1]])?.correlation).toBeUndefined(); // prettier-ignore
  expect(matchOf([[3, 0], [4, 0]])).toEqual({ rmse: Math.sqrt(12.5), correlation: undefined, best: undefined }); // prettier-ignore
  expect(matchOf([[2, 1], [6, 3]])).toEqual({ rmse: Math.sqrt(5), correlation: 1, best: 2 }); // prettier-ignore
});

test("a fit's share of the variance is left out where the recording has none", () => {
  const ended = [{ values: [1], error: 0.5 }];
  // 0.1 thrice has a mean that is not 0.1
  for (const recorded of [[0.1, null, 0.1, 0.1], [0, 0], [null]]) for (const error of [0, 0.5]) expect(wordsOn({ ended, error }, recorded).part).toBe(""); // prettier-ignore
  expect(wordsOn({ ended, error: 0.5 }, [2, 2]).trust).toMatch(/^A search has ended there; others/);
  // the standard deviation is 1: 1 - 0.25
  expect(wordsOn({ ended, error: 0.5 }, [1, 3, null])).toEqual({ part: ", which explains 75.0 % of the recording's variance", trust: expect.stringMatching(/the fit is poor/) as string }); // prettier-ignore
});

test("a recorded dipole's faults are told with line and column; a comma in a number is not guessed at", () => {
  expect(() => readRecorded("ms,nAm\n0,1\n0.5,x\n", "file.csv")).toThrow(/file\.csv:3:5: "x" is not a number/);
  expect(() => readRecorded("0,0 1,5\n0,5 1,6\n", "file.txt")).toThrow(/file\.txt:1:1: "0,0" is not a number/);
  // a first line with a number is a sample, and none is NaN
  expect(() => readRecorded("NaN,0\n0.5,1\n1,2\n", "file.csv")).toThrow(/file\.csv:1:1: "NaN" is not a number/);
  expect(() => readRecorded("inf 0\n0.5 1\n1 2\n", "file.txt")).toThrow(/file\.txt:1:1: "inf" is not a number/);
  expect(() => readRecorded("x,1\n0.5,1\n1,2\n", "file.csv")).toThrow(/file\.csv:1:1: "x" is not a number/);
  expect(() => readRecorded("ms,nAm,other\n0,1,2\n", "file.csv")).toThrow(/file\.csv:2:1: has 3 columns/);
});
