import { describe, expect, it } from "vitest";
import { UNITS } from "../../../src/units.ts";
import type { Channel, Mechanism } from "../../../src/mechanisms/mechanism.ts";
import * as barrel from "../../../src/mechanisms/index.ts";
import { currents, environment, everyMechanism, initial, ownCurrentsOff, relaxation, value } from "./harness.ts";

const all = await everyMechanism();
const named = all.map((m): [string, Mechanism] => [m.name, m]);
const channels = all.filter((m): m is Channel => m.kind === "channel");

/** Every 0.5 mV from -150 to 150 mV: holds every removable singularity of the rates that lies on a half millivolt. */
const VOLTAGES = Array.from({ length: 601 }, (_, k) => -150 + k / 2);

/** Voltages where a text's exprel argument is exactly or nearly 0: taken from the texts, so that none is forgotten. */
function singularities(m: Mechanism): number[] {
  const body = JSON.stringify([m.let ?? {}, m.states]);
  return [...body.matchAll(/exprel\(/g)].length === 0
    ? []
    : VOLTAGES.filter((V) => {
        const env = environment(m, { ...ownCurrentsOff(m), V });
        return [...body.matchAll(/exprel\(((?:[^()]|\([^()]*\))*)\)/g)].some(
          (hit) => Math.abs(value(hit[1] as string, env)) < 1e-9,
        );
      });
}

it("finds the folders' mechanisms, and the barrel exports them all", () => {
  expect(all.length).toBeGreaterThanOrEqual(19);
  const exported = new Set(Object.values(barrel));
  expect(all.filter((m) => !exported.has(m)).map((m) => m.name)).toEqual([]);
  expect(new Set(all.map((m) => m.name)).size).toBe(all.length);
});

describe.each(named)("%s", (_, m) => {
  it("says what it is and where it comes from, and gives every parameter a unit, a text and admissible limits", () => {
    expect(m.doc).toMatch(/Source: /);
    for (const [name, p] of Object.entries(m.params)) {
      expect(UNITS, name).toContain(p.unit);
      expect(p.default.unit, name).toBe(p.unit);
      expect(p.doc.length, name).toBeGreaterThan(5);
      expect(p.default.value, name).toBeGreaterThanOrEqual(p.min ?? -Infinity);
      expect(p.default.value, name).toBeLessThanOrEqual(p.max ?? Infinity);
    }
  });

  it("has finite steady states and positive time constants on -150..150 mV, removable singularities included", () => {
    for (const V of VOLTAGES) {
      for (const eps of [0, 1e-9, -1e-9]) {
        const states = initial(m, V + eps);
        const env = environment(m, { ...ownCurrentsOff(m), V: V + eps, ...states });
        for (const name of Object.keys(m.states)) {
          const { inf, tau } = relaxation(m, name, env);
          expect(Number.isFinite(inf) && Number.isFinite(tau) && tau > 0, `${name} at ${V}: ${inf}, ${tau}`).toBe(true);
        }
      }
    }
  });

  it("is continuous across its removable singularities", () => {
    for (const V of singularities(m)) {
      for (const name of Object.keys(m.states)) {
        const [below, at, above] = [-1e-4, 0, 1e-4].map((d) => {
          const env = environment(m, { ...ownCurrentsOff(m), ...initial(m, V + d), V: V + d });
          return relaxation(m, name, env);
        }) as [{ inf: number; tau: number }, { inf: number; tau: number }, { inf: number; tau: number }];
        for (const key of ["inf", "tau"] as const) {
          // half a second difference over 1e-4 mV: rates bend over 1 mV and more, so 0.5 * (1e-4)^2 of their size, twice
          const size = Math.abs(at[key]) + 1e-300;
          expect(Math.abs(at[key] - (below[key] + above[key]) / 2) / size, `${name}.${key} at ${V}`).toBeLessThan(1e-8);
        }
      }
    }
  });

  it("is at rest after init, except where the published model starts elsewhere", () => {
    const elsewhere: Record<string, string[]> = { ar: ["m"], cat: ["m"] };
    for (const V of [-80, -65, -27, 0, 40]) {
      const states = initial(m, V);
      const env = environment(m, { ...ownCurrentsOff(m), V, ...states });
      for (const name of Object.keys(m.states).filter((s) => !elsewhere[m.name]?.includes(s))) {
        expect(states[name], `${name} at ${V}`).toBe(relaxation(m, name, env).inf);
      }
    }
  });
});

it.each(channels.map((c): [string, Channel] => [c.name, c]))(
  "%s has finite conductances that are not negative",
  (_, c) => {
    for (const V of VOLTAGES) {
      for (const { name, g, E } of currents(c, environment(c, { V, ...initial(c, V) }))) {
        expect(g >= 0 && Number.isFinite(g) && Number.isFinite(E), `${name} at ${V}: ${g}, ${E}`).toBe(true);
      }
    }
  },
);

it("meets the singularities this test is about", () => {
  const hits = Object.fromEntries(named.map(([name, m]) => [name, singularities(m)]).filter(([, v]) => v?.length));
  expect(hits).toEqual({
    ca: [-27], hh2: [-55, -40], k_hh: [-55], km: [-30], na_hh: [-40], na3rp: [-44, -29], napp: [5, 15, 30, 40], wang_buzsaki: [-35, -34],
  }); // prettier-ignore
});

it("keeps the published starting values", () => {
  const of = (name: string): Channel => channels.find((c) => c.name === name) as Channel;
  expect([initial(of("ar"), -40)["m"], initial(of("ar"), -90)["m"], initial(of("cat"), -40)["m"]]).toEqual([
    0.25, 0.25, 0,
  ]);
  expect(initial(of("mAHP"), -67)).toMatchObject({ cai: 1e-4, n: 0 });
});
