import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { HillockError } from "../../src/errors.ts";
import { DEEPEST, parse } from "../../src/lang/parse.ts";
import cad from "../../src/mechanisms/pools/cad.ts";
import ca from "../../src/mechanisms/channels/ca.ts";
import k_hh from "../../src/mechanisms/channels/k_hh.ts";
import na_hh from "../../src/mechanisms/channels/na_hh.ts";
import { Network } from "../../src/network/network.ts";
import { drive } from "../../src/network/signal.ts";
import { gamma, poisson, trains } from "../../src/network/sources.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { Hz, ms, mV, nA, ohm_cm, uF_per_cm2, um, uS } from "../../src/units.ts";
import { smallCells } from "../unit/network/cells.ts";
import { fuzzed, result } from "./runs.ts";

type Json = Record<string, unknown>;

/** Networks that use every part of a description: sources with signals, rules, groups, channels and pools, a tree, a batch. */
const WHOLE: readonly (() => Network)[] = [
  () => {
    const net = new Network({ seed: 1 });
    const cells = net.cells("M", smallCells(2));
    const sources = net.sources("P", 3, poisson({ rate: drive.sinusoid({ offset: Hz(50), amplitude: Hz(9), frequency: Hz(5) }) }));
    net.connect(sources, cells.excitatory, { kind: "fixedProbability", p: 0.5, autapses: true }, { weight: uS(1e-3), delay: ms(1) });
    net.clamp(cells, drive.steps({ times: [ms(0), ms(0.2)], values: [nA(0), nA(0.1)] }), { delay: ms(0.1) });
    net.record(cells, "V", { every: ms(0.1) });
    net.record(cells, "exc_a.g", { cells: [1], every: ms(0.1) });
    return net;
  },
  () => {
    const { receptors, groups, detector, ...cell } = smallCells(2);
    const dend = { name: "dend", L: um(100), diam: um(2), Ra: ohm_cm(100), cm: uF_per_cm2(1), nseg: 3, parent: "soma" };
    const insertions = [
      ...cell.insertions,
      ...[na_hh, k_hh].map((mechanism) => ({ sections: ["soma"], mechanism })),
      ...[ca, cad].map((mechanism) => ({ sections: ["dend"], mechanism })),
    ];
    const reversals = { na: mV(50), k: mV(-77) };
    const net = new Network({ seed: 2, structureSeed: 3 });
    const tree = net.cells("T", { ...cell, receptors, groups, detector, sections: [...cell.sections, dend], insertions, reversals } as ReturnType<typeof smallCells>);
    const given = net.sources("G", 2, trains([[0.1, 0.4], []]));
    const regular = net.sources("R", 2, gamma({ rate: { values: [10, 20], unit: "Hz" }, order: 3 }));
    net.connect(given, tree.inhibitory, { kind: "list", pairs: [[0, 1], [1, 0]] }, { weight: uS(1e-3), delay: ms(0.1) });
    net.connect(regular, tree.excitatory, { kind: "allToAll", autapses: true }, { weight: uS(1e-3), delay: ms(0.1), maxScale: 2 });
    net.record(tree, "dend.V", { every: ms(0.05) });
    net.vary("T.soma.pas.g", [1e-4, 2e-4].map((value) => ({ value, unit: "S/cm2" })));
    return net;
  },
]; // prettier-ignore
const TEXTS = WHOLE.map((make) => JSON.stringify(make()));

const MARK = "FUZZ_RAN";
const CODE = [`globalThis.${MARK}=1`, `m\n;globalThis.${MARK}=1\n//`, `*/globalThis.${MARK}=1;/*`, `\${globalThis.${MARK}=1}`, `"];globalThis.${MARK}=1;//`]; // prettier-ignore
const WORDS = ["__proto__", "constructor", "toString", "V", "t", "dt", "NaN", "exp", "soma", "M", "P", "", " ", "é", "mV", "cells", "all"]; // prettier-ignore

/** Tokens of the model language, and some that are none. */
const TOKEN = fc.constantFrom("V", "g", "E", "celsius", "(", ")", "(", ")", "+", "-", "*", "/", "^", "**", ",", "exp", "log", "expm1", "1", "0", "1e309", ".5", "1.", "x", "min", "<", "?", ":", "=", ";", "[", "`", "__proto__", "constructor", " ", "\n", "\\", "é"); // prettier-ignore
const tokens = fc.array(TOKEN, { maxLength: 14 }).map((all) => all.join(""));

const value = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -0, -1, 0.5, 1, 2, 7, 1e-300, 1e-9, 1e9, 1e300, -1e6, 2 ** 31, 2 ** 32, [], {}, [null], { kind: "x" }), // prettier-ignore
  fc.constantFrom(...CODE, ...WORDS),
  fc.double(),
  fc.string({ maxLength: 400 }),
  tokens,
);

interface Damage {
  readonly at: number;
  readonly how: "value" | "delete" | "rename" | "copy" | "wrap";
  readonly value: unknown;
  readonly from: number;
}
const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom("value", "value", "value", "delete", "rename", "copy", "wrap"),
  value,
  from: fc.nat(),
});

/** Every place of a description: what holds it and the key. */
function places(x: unknown, found: [Json, string][] = []): [Json, string][] {
  if (typeof x !== "object" || x === null) return found;
  for (const key of Object.keys(x)) {
    found.push([x as Json, key]);
    places((x as Json)[key], found);
  }
  return found;
}

function put(of: Json, key: string, x: unknown): void {
  Object.defineProperty(of, key, { value: x, enumerable: true, configurable: true, writable: true });
}

function damaged(text: string, all: readonly Damage[]): Json {
  const d = JSON.parse(text) as Json;
  for (const { at, how, value: x, from } of all) {
    const there = places(d);
    const [of, key] = there[at % there.length] as [Json, string];
    const [other, otherKey] = there[from % there.length] as [Json, string];
    if (how === "value") put(of, key, x);
    if (how === "delete") delete of[key];
    if (how === "copy") put(of, key, structuredClone(other[otherKey]));
    if (how === "wrap") put(of, key, [of[key]]);
    if (how === "rename" && !Array.isArray(of)) {
      const inside = of[key];
      delete of[key];
      put(of, typeof x === "string" ? x : String(x), inside);
    }
  }
  return d;
}

test("a damaged description is refused by a typed error, or runs; it runs no code and takes no time", async () => {
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(TEXTS.length - 1), fc.array(damage, { minLength: 0, maxLength: 3 }), async (which, all) => {
      const d = damaged(TEXTS[which] as string, all);
      const began = process.cpuUsage();
      const engine = result(() => referenceEngine(compile(d as never, { dt: ms(0.025) }), { precision: 64 }));
      if (engine !== undefined) {
        ran++;
        try {
          await engine.advance(20);
        } catch (error) {
          if (!(error instanceof HillockError)) throw error;
        }
      }
      const { user, system } = process.cpuUsage(began); // of this process: other work on the machine does not count
      expect((user + system) / 1e6).toBeLessThan(2);
      expect(Object.hasOwn(globalThis, MARK)).toBe(false);
      expect(Object.hasOwn(Object.prototype, MARK)).toBe(false);
    }),
    fuzzed(120),
  );
  expect(ran).toBeGreaterThan(5);
}, 120_000); // prettier-ignore

test("any text is an expression or a typed error", () => {
  const nested = fc.integer({ min: 1, max: 2 * DEEPEST }).map((n) => `${"(".repeat(n)}V${")".repeat(n)}`);
  fc.assert(
    fc.property(fc.oneof(tokens, nested, fc.string({ maxLength: 300 }), fc.constantFrom(...CODE)), (text) => {
      const expr = result(() => parse(text));
      if (expr !== undefined) expect(typeof expr.kind).toBe("string");
    }),
    fuzzed(3000),
  );
});
