import { expect, test } from "vitest";
import { k_hh, pas } from "../../../src/mechanisms/index.ts";
import type { CellModel } from "../../../src/network/cell.ts";
import { Network } from "../../../src/network/network.ts";
import { recordedParts } from "../../../src/network/recorded.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";
import { recordRun } from "../../../src/storage/run-folder.ts";
import { degC, ms, mV, nA, ohm_cm, S_per_cm2, uF_per_cm2, um } from "../../../src/units.ts";

test("what a recording names, in parts", () => {
  expect(recordedParts("V")).toEqual({ first: "V", at: undefined, second: "", third: "" });
  expect(recordedParts("dend(0.9).k_hh.n")).toEqual({ first: "dend", at: 0.9, second: "k_hh", third: "n" });
  expect(recordedParts("dend(1).V")).toEqual({ first: "dend", at: 1, second: "V", third: "" });
  expect(recordedParts("dend(-1).V")).toEqual({ first: "dend(-1)", at: undefined, second: "V", third: "" });
});

/** A soma and a dendrite of `nseg` compartments, in one section or in as many. */
function stick(nseg: number, whole: boolean): CellModel {
  const rest = { diam: um(2), Ra: ohm_cm(150), cm: uF_per_cm2(1) };
  const pieces = Array.from({ length: nseg }, (_, k) => ({ name: `d${k}`, parent: k === 0 ? "soma" : `d${k - 1}`, L: um(600 / nseg), ...rest })); // prettier-ignore
  const dend = whole ? [{ name: "dend", parent: "soma", nseg, L: um(600), ...rest }] : pieces;
  const sections = [{ name: "soma", ...rest, L: um(20), diam: um(20) }, ...dend];
  const names = sections.map((s) => s.name);
  return {
    n: 1,
    sections,
    insertions: [
      { sections: names, mechanism: pas, params: { g: S_per_cm2(1e-4), E: mV(-65) } },
      { sections: names.slice(1), mechanism: k_hh },
    ],
    detector: { section: "soma", threshold: mV(0) },
    reversals: { k: mV(-77) },
    V0: mV(-65),
    celsius: degC(6.3),
  };
}

async function traces(cell: CellModel, variables: readonly string[]): Promise<(readonly number[])[]> {
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", cell);
  net.clamp(cells, nA(0.3), { delay: ms(2) });
  for (const v of variables) net.record(cells, v, { every: ms(1) });
  const sim = await simulate(net, { dt: ms(0.025) });
  const out: number[][] = variables.map(() => []);
  for await (const chunk of sim.run(ms(20))) variables.forEach((v, k) => out[k]?.push(...chunk.trace("cells", v).data));
  await sim.close();
  return out;
}

test.each([5, 12])("a place of a section is its compartment there, of %i compartments", async (nseg) => {
  const of = (k: number, what: string): [string, string] => [`dend(${(k + 0.5) / nseg}).${what}`, `d${k}.${what}`];
  const pairs = [0, 2, nseg - 1].flatMap((k) => ["V", "k_hh.n", "k_hh.i_k"].map((what) => of(k, what)));
  const whole = await traces(stick(nseg, true), pairs.map(([at]) => at)); // prettier-ignore
  const pieces = await traces(stick(nseg, false), pairs.map(([, own]) => own)); // prettier-ignore
  expect(new Set(whole.map((t) => t.at(-1))).size).toBe(whole.length); // no two places are alike
  whole.forEach((t, k) => t.forEach((x, j) => expect(x).toBeCloseTo(pieces[k]?.[j] as number, 9)));
});

test.each([
  ["dend(1.5).V", /1\.5 is not on the section. Name a place from 0 to 1/],
  ["V(0.5)", /"V" is no section/],
  ["dend(x).V", /there is no "dend\(x\)"/],
  ["dend(0.5).w", /section "dend" has no "w"/],
  ["dend(0).V", /dend\(0\): is an end without membrane/],
])("%s is refused", async (variable, said) => {
  await expect(traces(stick(5, true), [variable])).rejects.toThrow(said);
});

test("a place is read back from a run's folder", async () => {
  const files = new MemoryFiles();
  const net = new Network({ seed: 1 });
  net.record(net.cells("cells", stick(5, true)), "dend(0.9).V", { every: ms(1) });
  const sim = await simulate(net, { dt: ms(0.025) });
  const said: number[] = [];
  for await (const chunk of recordRun(sim, { files, duration: ms(5) })) said.push(...chunk.trace("cells", "dend(0.9).V").data);
  await sim.close();
  expect([...(await (await loadRun(files)).trace("cells", "dend(0.9).V")).data]).toEqual(said);
}); // prettier-ignore
