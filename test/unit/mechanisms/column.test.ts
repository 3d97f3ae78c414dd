import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import * as mechanisms from "../../../src/mechanisms/index.ts";
import type { Channel } from "../../../src/mechanisms/mechanism.ts";
import { currents, environment, initial, relaxation } from "./harness.ts";

const { ar, ca, cad, cat, hh2, kca, km } = mechanisms;
const file = new URL("../../reference/cortical-column/c2_settle/rate_functions.csv.gz", import.meta.url);
const rows = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(","));
const BY_NAME: Record<string, Channel> = { ar, ca, cat, hh2, km };

/** The file's quantity "minf" or "mtau" of a channel at 37 degC. */
function quantity(m: Channel, name: string, V: number): number {
  const state = name[0] as string;
  const { inf, tau } = relaxation(m, state, environment(m, { V }));
  return name.endsWith("inf") ? inf : tau;
}

describe.each(Object.entries(BY_NAME))("%s", (name, m) => {
  const own = rows.filter(([mechanism]) => mechanism === name);

  it("equals the file's direct values", () => {
    expect(own.length).toBe(102 * 2 * Object.keys(m.states).length);
    for (const [, q, v, direct] of own) {
      const want = Number(direct);
      // 12 digits in the file: half a unit of the last of them, relative to the leading digit, is 5e-12
      expect(Math.abs(quantity(m, q as string, Number(v)) - want), `${q} at ${v}`).toBeLessThanOrEqual(
        6e-12 * Math.abs(want),
      );
    }
  });

  it("gives the file's interpolated values on its own table", () => {
    const { from, to, intervals } = m.table as NonNullable<Channel["table"]>;
    const spacing = (to.value - from.value) / intervals;
    for (const [, q, v, , interpolated] of own) {
      const x = Math.min(Math.max((Number(v) - from.value) / spacing, 0), intervals);
      const k = Math.min(Math.floor(x), intervals - 1);
      const node = (j: number): number => quantity(m, q as string, from.value + j * spacing);
      const got = node(k) + (x - k) * (node(k + 1) - node(k));
      expect(Math.abs(got - Number(interpolated)), `${q} at ${v}`).toBeLessThanOrEqual(
        6e-12 * Math.abs(Number(interpolated)),
      );
    }
  });
});

it("opens kca by calcium alone and scales its conductance with temperature", () => {
  const tadj = 2.3 ** ((37 - 53.7) / 10);
  expect(tadj).toBeCloseTo(0.2488367462, 10);
  const cai = 2.4e-3;
  const { inf, tau } = relaxation(kca, "n", environment(kca, { V: -60, cai }));
  expect(inf).toBeCloseTo((0.01 * cai) / (0.01 * cai + 0.02), 15);
  expect(tau).toBeCloseTo(1 / (tadj * (0.01 * cai + 0.02)), 10);
  const [k] = currents(kca, environment(kca, { V: -60, n: 1 }));
  expect(k?.g).toBeCloseTo(2e-8 * tadj, 20);
});

it("fills and empties the calcium pool, and starts eca where the published column has it", () => {
  const { nernst } = cad;
  const { value: RT_zF } = nernst?.RT_zF ?? { value: NaN };
  expect(2 * RT_zF).toBeCloseTo(26.7232498, 7);
  expect(RT_zF * Math.log((nernst?.out.value ?? NaN) / (initial(cad, -65)["cai"] as number))).toBeCloseTo(132.32669, 5);
  const ica = -3e-4; // mA/cm2
  const drive = (-1e4 * ica) / (2 * 96485.3 * 0.1);
  expect(relaxation(cad, "cai", environment(cad, { ica, cai: 1e-4 }))).toEqual({
    inf: expect.closeTo(1e-4 + 20 * drive, 14),
    tau: 20,
  });
  expect(relaxation(cad, "cai", environment(cad, { ica: 1e-3, cai: 1e-4 })).inf).toBe(1e-4);
});

it("raises the column's gates to the published powers", () => {
  const tadj = 2.3 ** ((37 - 53.7) / 10);
  const g = (m: Channel, states: Record<string, number>): number[] =>
    currents(m, environment(m, { V: -60, ...states })).map((c) => c.g);
  expect(g(hh2, { m: 0.5, h: 0.5, n: 0.5 })).toEqual([0.12 / 16, 0.036 / 16, 3e-4]);
  expect(g(ca, { m: 0.5, h: 0.5 })[0]).toBeCloseTo((6e-3 * tadj) / 8, 16);
  expect(g(cat, { m: 0.5, h: 0.5 })).toEqual([2e-4 / 8]);
  expect(g(km, { n: 0.5 })[0]).toBeCloseTo(0.01 * tadj, 16);
  expect(g(ar, { m: 0.5 })).toEqual([5e-7]);
});

it("starts the squid axon where Rallpack's specification does", () => {
  const want: [string, number][] = [
    ["m", 0.0529324852572],
    ["n", 0.317676914061],
    ["h", 0.596120753508],
  ];
  const states = { ...initial(mechanisms.na_hh, -65), ...initial(mechanisms.k_hh, -65) };
  for (const [name, x] of want) expect(states[name], name).toBeCloseTo(x, 12); // 12 digits are given
});
