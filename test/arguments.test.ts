import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, test } from "vitest";
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
      if (typeof f !== "function" || f.toString().startsWith("class")) continue;
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
});
