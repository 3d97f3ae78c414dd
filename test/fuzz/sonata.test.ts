import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonWith } from "../../scripts/requirements.mjs";
import { sonata, type SonataGroup, type SonataModel } from "../../src/import/index.ts";
import { isGroup } from "../../src/import/sonata/config.ts";
import { openFolder } from "../../src/node.ts";
import { openHdf5 } from "../../src/storage/hdf5-file.ts";
import { damage, damaged } from "./damage.ts";
import { fuzzed, PATIENCE, result } from "./runs.ts";

/** Four circuits: point neurons, cells with synapses at places, cells with synapses at drawn ones, both as BMTK's builder lays them out. */
const CIRCUITS = ["point", "cells", "active", "builder"] as const;
type Circuit = (typeof CIRCUITS)[number];
const root = mkdtempSync(join(tmpdir(), "hillock-fuzz-sonata-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A dataset or a group as h5wasm shows it, in memory. */
interface Held {
  shape?: number[] | null;
  value?: unknown;
  attrs: Record<string, { value: unknown }>;
  below?: Record<string, Held>;
}
const texts: Record<Circuit, Map<string, string>> = {
  point: new Map(),
  cells: new Map(),
  active: new Map(),
  builder: new Map(),
};
const trees: Record<Circuit, Map<string, Held>> = {
  point: new Map(),
  cells: new Map(),
  active: new Map(),
  builder: new Map(),
};

beforeAll(async () => {
  const fixture = (name: string): string => join(import.meta.dirname, "../fixtures", name);
  const layer5 = join(import.meta.dirname, "../../examples/layer5");
  const mods = readdirSync(layer5).filter((name) => name.endsWith(".mod")).map((name) => join(layer5, name)); // prettier-ignore
  const scripts = { point: ["sonata-circuit.py"], cells: ["sonata-cells/circuit.py", ...mods, fixture("sonata-cells/k_slow.mod")], active: ["sonata-active/circuit.py", ...mods], builder: ["sonata-builder/circuit.py", ...mods] }; // prettier-ignore
  const h5 = await (await openFolder(root)).hdf5();
  for (const circuit of CIRCUITS) {
    const folder = join(root, circuit);
    const [script = "", ...args] = scripts[circuit];
    mkdirSync(folder);
    execFileSync(pythonWith(["h5py", "numpy"]), [fixture(script), folder, ...args]);
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (name.endsWith(".h5")) {
        const file = openHdf5(h5, join(folder, name));
        trees[circuit].set(name, held(file as unknown as SonataGroup));
        file.close();
      } else if (/\.\w+$/.test(name)) texts[circuit].set(name, readFileSync(join(folder, name), "utf8"));
    }
  }
}, PATIENCE);

function held(group: SonataGroup): Held {
  const attrs = (of: { attrs?: SonataGroup["attrs"] }): Held["attrs"] =>
    Object.fromEntries(Object.entries(of.attrs ?? {}).map(([key, { value }]) => [key, { value }]));
  const below: Record<string, Held> = {};
  for (const key of group.keys()) {
    const found = group.get(key);
    if (isGroup(found)) below[key] = held(found);
    else {
      const { shape, value } = found as { shape: number[]; value: unknown };
      below[key] = { shape, value, attrs: attrs(found as never) };
    }
  }
  return { attrs: attrs(group), below };
}

/** What h5wasm gives of it. */
function shown(of: Held): unknown {
  if (of.below === undefined) return { shape: of.shape, attrs: of.attrs, get value() { if (of.value === BROKEN) throw new Error("unable to read"); return of.value; } }; // prettier-ignore
  const below = of.below;
  return {
    attrs: of.attrs,
    keys: () => Object.keys(below),
    get(path: string): unknown {
      const found = path.split("/").reduce<Held | undefined>((at, name) => (at?.below !== undefined && Object.hasOwn(at.below, name) ? at.below[name] : undefined), of); // prettier-ignore
      return found === undefined ? null : shown(found);
    },
  };
}

/** Of a value that cannot be read; a text, since it is cloned. */
const BROKEN = "cannot be read";
const ODD: readonly unknown[] = [NaN, Infinity, -1, 0, 0.5, 1, 2, 3, 7, 1e9, 2 ** 53, -0, 1e-300];
const change = fc.record({
  file: fc.nat(),
  at: fc.nat(),
  how: fc.constantFrom("entry", "entry", "remove", "rename", "shorter", "longer", "empty", "square", "scalar", "words", "bigs", "broken", "group", "attribute", "copy", "all"), // prettier-ignore
  entry: fc.nat(),
  value: fc.constantFrom(...(ODD as number[])),
  word: fc.constantFrom("", "0", "7", "node_id", "lgn", "cortex", "__proto__", "nsyns", "sec_id", "afferent_section_id", "dynamics_params", "é"), // prettier-ignore
});
type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

/** Every dataset and group of a tree, with what holds it. */
function places(of: Held, found: [Record<string, Held>, string][] = []): typeof found {
  for (const [key, one] of Object.entries(of.below ?? {})) {
    found.push([of.below as Record<string, Held>, key]);
    places(one, found);
  }
  return found;
}

function put(holder: Record<string, Held>, key: string, one: Held): void {
  Object.defineProperty(holder, key, { value: one, enumerable: true, configurable: true, writable: true });
}

/** Changes one place of a tree, in place. */
function changed(tree: Held, { at, how, entry, value, word }: Change): void {
  const all = places(tree);
  const [holder, key] = all[at % Math.max(all.length, 1)] ?? [{}, ""];
  const one = holder[key];
  if (one === undefined) return;
  const numbers = ArrayBuffer.isView(one.value) ? Array.from(one.value as unknown as ArrayLike<number | bigint>, Number) : []; // prettier-ignore
  const filled = (values: readonly number[]): Held => ({ ...one, shape: [values.length], value: Float64Array.from(values) }); // prettier-ignore
  const isColumn = one.below === undefined;
  if (how === "remove") delete holder[key];
  else if (how === "rename" || how === "copy") {
    put(holder, word === "" ? `${key}x` : word, structuredClone(one));
    if (how === "rename") delete holder[key];
  } else if (how === "attribute") one.attrs = { node_population: { value: word }, units: { value: word } };
  else if (how === "group") put(holder, key, { attrs: {}, below: {} });
  else if (!isColumn) return;
  else if (how === "entry") put(holder, key, filled(numbers.map((x, k) => (k === entry % numbers.length ? value : x))));
  else if (how === "all") put(holder, key, filled(numbers.map(() => value)));
  else if (how === "shorter") put(holder, key, filled(numbers.slice(1)));
  else if (how === "longer") put(holder, key, filled([...numbers, value]));
  else if (how === "empty") put(holder, key, filled([]));
  else if (how === "square") put(holder, key, { ...one, shape: [numbers.length, 2] });
  else if (how === "scalar") put(holder, key, { ...one, shape: entry % 2 === 0 ? [] : null, value });
  else if (how === "words") put(holder, key, { ...one, value: numbers.map(String) });
  else if (how === "bigs")
    put(holder, key, { ...one, value: BigUint64Array.from(numbers.map((x) => BigInt(Math.abs(Math.trunc(x)) || 0))) }); // prettier-ignore
  else put(holder, key, { ...one, value: BROKEN });
}

/** A model is whole: every part has its nodes, every link two cells, a finite weight and a delay. */
function isWhole({ network, parts }: SonataModel, circuit: string): void {
  const { populations, projections } = network.describe();
  expect(populations.map(({ name }) => name).sort(), circuit).toEqual(parts.map(({ population }) => population).sort());
  const size = new Map(parts.map(({ population, nodeIds }) => [population, nodeIds.length]));
  for (const p of populations) expect("n" in p ? p.n : p.model.n).toBe(size.get(p.name));
  for (const { source, target, rule, weight, delay } of projections) {
    const { source: from, target: to } = rule as unknown as { source: number[]; target: number[] };
    expect(from.length).toBe(to.length);
    expect(from.every((k) => k < (size.get(source) as number)) && to.every((k) => k < (size.get(target) as number))).toBe(true); // prettier-ignore
    for (const { values } of [weight, delay] as unknown as { values: number[] }[]) expect(values.length === from.length && values.every(Number.isFinite)).toBe(true); // prettier-ignore
  }
}

/** Reads a circuit, changed or not, within a bound of time.
 * @param other  of texts and trees, by path; undefined: gone */
function read(circuit: Circuit, otherText: ReadonlyMap<string, string | undefined>, otherTree: ReadonlyMap<string, Held> = new Map()): SonataModel | undefined {
  const text = (path: string): string => {
    const found = otherText.has(path) ? otherText.get(path) : texts[circuit].get(path);
    if (found === undefined) throw new Error("ENOENT");
    return found;
  };
  const hdf5 = (path: string): SonataGroup => {
    const found = otherTree.get(path) ?? trees[circuit].get(path);
    if (found === undefined) throw new Error("unable to open");
    return shown(found) as SonataGroup;
  };
  const start = process.cpuUsage();
  const model = result(() => sonata(circuit === "builder" ? "config.json" : "simulation_config.json", { text, hdf5 }));
  const { user } = process.cpuUsage(start);
  expect(user, `${circuit} took ${user / 1e6} s of CPU`).toBeLessThan(10e6);
  return model;
} // prettier-ignore

test("the circuits themselves are read", () => {
  for (const circuit of CIRCUITS) isWhole(read(circuit, new Map()) as SonataModel, circuit);
});

test("HDF5 with missing and odd datasets is refused with a typed error, or makes a network", () => {
  fc.assert(
    fc.property(fc.constantFrom(...CIRCUITS), fc.array(change, { minLength: 1, maxLength: 3 }), (circuit, changes) => {
      const other = new Map<string, Held>();
      const names = [...trees[circuit].keys()];
      for (const one of changes) {
        const name = names[one.file % names.length] as string;
        const tree = other.get(name) ?? structuredClone(trees[circuit].get(name) as Held);
        changed(tree, one);
        other.set(name, tree);
      }
      const model = read(circuit, new Map(), other);
      if (model !== undefined) isWhole(model, circuit);
    }),
    fuzzed(40),
  );
}, PATIENCE); // prettier-ignore

test("configs, node sets, fits and parameters of another structure are refused with a typed error, or make a network", () => {
  fc.assert(
    fc.property(fc.constantFrom(...CIRCUITS), fc.nat(), fc.array(damage, { minLength: 1, maxLength: 3 }), (circuit, file, all) => {
      const names = [...texts[circuit].keys()].filter((name) => name.endsWith(".json"));
      const name = names[file % names.length] as string;
      const data = damaged(JSON.parse(texts[circuit].get(name) as string) as object, all);
      const model = read(circuit, new Map([[name, JSON.stringify(data)]]));
      if (model !== undefined) isWhole(model, circuit);
    }),
    fuzzed(40),
  );
}, PATIENCE); // prettier-ignore

const cell = fc.oneof(fc.constantFrom("NULL", "", "-1", "0", "1e999", "nan", "[]", "['basal']", "[0.0, 1e9]", "[5, 1]", "gaussianLL", "wmax", "axon_bbpv5", "fullaxon", "virtual", "biophysical", "exp2syn", '"', "__proto__", "1.5"), fc.string({ maxLength: 6 })); // prettier-ignore

test("tables with other cells are refused with a typed error, or make a network", () => {
  const edit = fc.record({ line: fc.nat(), column: fc.nat(), cell, whole: fc.boolean() });
  fc.assert(
    fc.property(fc.constantFrom(...CIRCUITS), fc.nat(), fc.array(edit, { minLength: 1, maxLength: 4 }), (circuit, file, edits) => {
      const names = [...texts[circuit].keys()].filter((name) => name.endsWith(".csv"));
      const name = names[file % names.length] as string;
      const lines = (texts[circuit].get(name) as string).split("\n");
      for (const one of edits) {
        const k = one.line % lines.length;
        const cells = (lines[k] as string).match(/"[^"]*"|\S+/g) ?? [];
        if (cells.length > 0) cells[one.column % cells.length] = one.cell;
        lines[k] = one.whole ? one.cell : cells.join(" ");
      }
      const model = read(circuit, new Map([[name, lines.join("\n")]]));
      if (model !== undefined) isWhole(model, circuit);
    }),
    fuzzed(40),
  );
}, PATIENCE); // prettier-ignore

test("NeuroML with other characters and pieces is refused with a typed error, or makes a network", () => {
  const file = "components/cells/nml/First.cell.nml";
  const piece = fc.oneof(fc.constantFrom("<", ">", "/>", "</cell>", "<!--", "-->", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "<![CDATA[", '"', "'", "&b;", 'segmentGroup="x"', "1e999 mV", "-", "<a>".repeat(50)), fc.string({ maxLength: 8 })); // prettier-ignore
  const edit = fc.record({ at: fc.nat(), cut: fc.oneof(fc.nat(3), fc.nat(400)), piece, copies: fc.constantFrom(1, 1, 1, 2000) });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      let text = texts.builder.get(file) as string;
      for (const { at, cut, piece: put, copies } of edits) {
        const k = at % text.length;
        text = text.slice(0, k) + put.repeat(copies) + text.slice(k + cut);
      }
      const model = read("builder", new Map([[file, text]]));
      if (model !== undefined) isWhole(model, "builder");
    }),
    fuzzed(40),
  );
}, PATIENCE); // prettier-ignore
