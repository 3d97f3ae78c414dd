import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { extractParameters } from "../../src/studies/extraction/extract.ts";
import type { CaseFiles } from "../../verify/case.ts";
import { kindOf } from "../../verify/kinds.ts";
import { alphaMotorNeurons, recruitmentThresholds } from "../../src/models/motor-pool/index.ts";
import { ms, mV } from "../../src/units.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

const folder = fileURLToPath(new URL("../reference/motor-pool/", import.meta.url));
const r3: CaseFiles = {
  list: () => readdirSync(folder).filter((name) => name.startsWith("r3")),
  bytes: (name) => readFileSync(`${folder}${name}`),
  text: (name) => readFileSync(`${folder}${name}`, "utf8"),
};

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

test("r3: every parameter of NEURON's five cells within its tolerance", async () => {
  const rows = await gpu.use((device) => kindOf("r3").verify(r3, "r3_extraction", { engine: "gpu", device }));
  expect(rows.length).toBe(9);
  expect(rows.filter(({ pass }) => pass !== true)).toEqual([]);
});

test("the Powers2017 cell by the same function", async () => {
  const thresholds = recruitmentThresholds({ n: 3, mode: "fuglevand", range: 100 });
  const model = alphaMotorNeurons({ thresholds, model: "Powers2017", V0: mV(-67) });
  // coarser than published to be quick: backward Euler at 0.05 ms moves these by less than the trends between cells
  const { cells, problems } = await gpu.use((device) =>
    extractParameters(model, { device, dt: ms(0.05), longStep: ms(0) }),
  );
  expect(problems.filter(({ parameter }) => parameter !== "longRheobase")).toEqual([]);
  const rising = (of: (cell: (typeof cells)[number]) => number): boolean =>
    cells.every((cell, k) => k === 0 || of(cell) > of(cells[k - 1] as typeof cell));
  expect(rising((c) => c.rheobase)).toBe(true); // larger cells need more current,
  expect(rising((c) => -c.inputResistance)).toBe(true); // resist less,
  expect(rising((c) => -c.tau)).toBe(true); // are faster,
  expect(rising((c) => -c.ahpDuration)).toBe(true); // and recover sooner
});
