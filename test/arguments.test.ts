import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, test, vi } from "vitest";
import { builtCommand } from "./built.ts";

/** What every exported function is called with, in place of each of its first arguments: its result or an error of hillock's must come. */
const WRONG: readonly (readonly [string, unknown])[] = [
  ["undefined", undefined],
  ["null", null],
  ["1", 1],
  ['"x"', "x"],
  ["a symbol", Symbol("x")],
  ["[]", []],
  ["{}", {}],
];

/** These look for an adapter or draw a column of 235 cells at each call that is right by chance: they are called with one argument. */
const SLOW = new Set(["adapters", "openDevice", "cortexColumn"]);

const dist = join(import.meta.dirname, "../dist");
const load = (path: string): Promise<Record<string, unknown>> => import(pathToFileURL(join(dist, path)).href);
beforeAll(async () => void (await builtCommand()), 300_000);

const ENTRIES: readonly string[] = [
  ...["node.js", "plot/png.js"],
  ...["analysis", "import", "mechanisms", "mechanisms/neurons", "mechanisms/plasticity", "plot"].map((x) => `${x}/index.js`), // prettier-ignore
  ...readdirSync(join(import.meta.dirname, "../src/models")).map((name) => `models/${name}/index.js`),
];

const lists = (n: number): (readonly (readonly [string, unknown])[])[] =>
  n === 0 ? [[]] : lists(n - 1).flatMap((some) => WRONG.map((one) => [...some, one]));

test.each(ENTRIES)(
  "every function of %s gives a result or an error of hillock's, whatever it is called with",
  async (entry) => {
    const { HillockError } = (await load("errors.js")) as { HillockError: new () => Error };
    const faults: string[] = [];
    for (const [name, f] of Object.entries(await load(entry))) {
      if (typeof f !== "function") continue;
      for (const args of [...lists(0), ...lists(1), ...(SLOW.has(name) ? [] : lists(2))]) {
        try {
          await (f as (...args: unknown[]) => unknown)(...args.map(([, value]) => value));
        } catch (error) {
          if (!(error instanceof HillockError))
            faults.push(`${name}(${args.map(([word]) => word).join(", ")}): ${error}`);
        }
      }
    }
    expect(faults).toEqual([]);
  },
  300_000,
);

/** Whatever comes of a call, to its end; closed runs and the like end what is made. */
async function faultOf(call: () => unknown, HillockError: new () => Error): Promise<unknown> {
  try {
    const result = await call();
    if (typeof result === "object" && result !== null && Symbol.asyncIterator in result)
      await (result as AsyncGenerator).next();
  } catch (error) {
    if (!(error instanceof HillockError)) return error;
  }
  return undefined;
}

/** An object of each public class, and others whose methods are called. */
async function objects(): Promise<readonly (readonly [string, object])[]> {
  const h = (await load("node.js")) as typeof import("../src/node.ts");
  const { adex } = (await load("mechanisms/neurons/index.js")) as typeof import("../src/mechanisms/neurons/index.ts");
  const network = (): InstanceType<typeof h.Network> => {
    const net = new h.Network({ seed: 1 });
    net.record(net.cells("E", adex({ n: 2 })), "V", { every: h.ms(0.1) });
    return net;
  };
  const files = new h.MemoryFiles();
  for await (const _ of h.recordRun(await h.simulate(network(), { dt: h.ms(0.1), engine: "reference" }), { files, duration: h.ms(1) })); // prettier-ignore
  return [
    ["Network", network()],
    ["Simulation", await h.simulate(network(), { dt: h.ms(0.1), engine: "reference" })],
    ["StoredRun", await h.loadRun(files)],
    ["MemoryFiles", files],
    ["drive", h.drive],
    ["a signal", h.drive.constant(h.Hz(3))],
  ];
}

test("neither do methods, whatever they are called with", async () => {
  const { HillockError } = (await load("errors.js")) as { HillockError: new () => Error };
  const faults: string[] = [];
  let calls = 0;
  for (const [name, made] of await objects()) {
    const holder = Object.getPrototypeOf(made) === Object.prototype ? made : (Object.getPrototypeOf(made) as object);
    for (const [method, { value }] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (typeof value !== "function" || ["constructor", "close", "lock"].includes(method)) continue;
      for (const args of [...lists(0), ...lists(1), ...lists(2)]) {
        calls++;
        const fault = await faultOf(() => (value as (...args: unknown[]) => unknown).apply(made, args.map(([, x]) => x)), HillockError); // prettier-ignore
        if (fault !== undefined) faults.push(`${name}.${method}(${args.map(([word]) => word).join(", ")}): ${fault}`);
      }
    }
  }
  expect(faults).toEqual([]);
  expect(calls).toBeGreaterThan(2000);
}, 300_000);

test("what a function carries is there, and a class is one wherever it comes from", async () => {
  const { adex } = (await load("mechanisms/neurons/index.js")) as typeof import("../src/mechanisms/neurons/index.ts");
  expect(adex.mechanism.params["Delta_T"]).toMatchObject({ default: { value: 2, unit: "mV" } });
  const h = (await load("node.js")) as typeof import("../src/node.ts");
  expect(new h.Network({ seed: 1 })).toBeInstanceOf(h.Network);
  expect(() => (h.Network as unknown as () => void)()).toThrow("Network: is a class. Write new Network(...)");
  class Own extends h.Network {}
  expect(new Own({ seed: 1 })).toBeInstanceOf(Own);
});

test.each([
  [
    "analysis/index.js",
    "meanRates",
    [undefined, { from: 0, to: 1 }],
    "meanRates: trains is missing. Give an object with n, times, cells",
  ],
  ["analysis/index.js", "mean", [null], "mean: x is null. Give a list"],
  ["node.js", "mV", [Symbol("five")], "mV: x is Symbol(five). Give a number"],
  ["node.js", "list", [7], "list: pairs is 7. Give a list or an object with source, target"],
  ["plot/index.js", "figure", [{}], "figure: f is an object with no fields. Give an object with panels"],
])("%s: %s names its argument, what it is and what it takes", async (entry, name, args, message) => {
  const f = (await load(entry))[name] as (...args: unknown[]) => unknown;
  expect(() => f(...args)).toThrow(message);
});

test("a promise is refused by a promise; a fault that no argument made stays what it is", async () => {
  const { explain } = (await load("explain.js")) as typeof import("../src/explain.ts");
  const late = explain("late", async (x: { n: number }) => x.n, [["x", ["n"]]]);
  await expect(late(undefined as never)).rejects.toThrow("late: x is missing. Give an object with n");
  const inside = explain("inside", (x: number) => (x as never)["gone"]["gone"], [["x", "number"]]);
  expect(() => inside(1)).toThrow(TypeError);
  expect(() => inside("1" as never)).toThrow('inside: x is "1". Give a number');
  expect(await late(undefined as never).catch((error: Error) => error.cause)).toBeInstanceOf(TypeError);
});

test("what an error is not of is left alone: callbacks, long arrays, and errors that cannot be read", async () => {
  const { explain } = (await load("explain.js")) as typeof import("../src/explain.ts");
  class Own {
    readonly #x = 1;
    static of = (o: Own): number => o.#x;
  }
  const each = explain("each", (f: (x: unknown) => unknown) => f({}), [["f", "function"]]);
  expect(() => each(Own.of as never)).toThrow(TypeError);
  const full = explain("full", (samples: unknown) => { throw new RangeError(samples === undefined ? "" : "too long"); }, [["samples", "object"]]);
  const keys = vi.spyOn(Reflect, "ownKeys"); // of ten million elements it makes as many texts: 15 s and a gigabyte
  for (const long of [new Float64Array(1e7), new Array(1e7).fill(0), new ArrayBuffer(1e8)]) expect(() => full(long)).toThrow("too long");
  expect(keys).not.toHaveBeenCalled();
  keys.mockRestore();
  const denied = new Proxy(new Error("own"), { getPrototypeOf: () => { throw new Error("no"); } });
  const throws = explain("throws", () => { throw denied; }, []);
  let caught: unknown;
  try { throws(); } catch (error) { caught = error; }
  expect(Object.is(caught, denied)).toBe(true);
}); // prettier-ignore

/** Objects whose reading throws. */
const UNREADABLE: readonly (readonly [string, unknown])[] = [
  ["a toString that throws", { toString: () => { throw new Error("own") }, valueOf: () => { throw new Error("own") } }],
  ["a getter that throws", { get value() { throw new Error("own"); }, unit: "mV" }],
  ["a Proxy that denies", new Proxy({}, new Proxy({}, { get: () => () => { throw new Error("own"); } }))],
  ["a function's Proxy that denies", new Proxy(() => 0, new Proxy({}, { get: () => () => { throw new Error("own"); } }))],
]; // prettier-ignore

test.each(ENTRIES)(
  "nor do functions of %s, called with what cannot be read",
  async (entry) => {
    const { HillockError } = (await load("errors.js")) as { HillockError: new () => Error };
    const faults: string[] = [];
    for (const [name, f] of Object.entries(await load(entry))) {
      if (typeof f !== "function") continue;
      for (const [word, x] of UNREADABLE) {
        for (const args of [[x], [{}, x], [1, x], [{ a: x }]]) {
          const fault = await faultOf(() => (f as (...args: unknown[]) => unknown)(...args), HillockError);
          if (fault !== undefined) faults.push(`${name} with ${word}: ${String(fault)}`);
        }
      }
    }
    expect(faults).toEqual([]);
  },
  300_000,
);

test("nor do methods, called with what cannot be read, or on a Proxy of their object", async () => {
  const { HillockError } = (await load("errors.js")) as { HillockError: new () => Error };
  const faults: string[] = [];
  for (const [name, made] of await objects()) {
    const holder = Object.getPrototypeOf(made) === Object.prototype ? made : (Object.getPrototypeOf(made) as object);
    for (const [method, { value }] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (typeof value !== "function" || ["constructor", "close", "lock"].includes(method)) continue;
      const call = (of: object, ...args: unknown[]) => faultOf(() => (value as (...args: unknown[]) => unknown).apply(of, args), HillockError); // prettier-ignore
      for (const [word, x] of UNREADABLE)
        for (const args of [[x], ["E", x]])
          for (const fault of [await call(made, ...args)]) if (fault !== undefined) faults.push(`${name}.${method} with ${word}: ${String(fault)}`); // prettier-ignore
      const fault = await call(new Proxy(made, {}));
      if (fault !== undefined) faults.push(`${method} of a Proxy of ${name}: ${String(fault)}`);
    }
  }
  expect(faults).toEqual([]);
}, 300_000);
