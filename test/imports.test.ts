import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");

/** Layers from the bottom up: a file may import its own layer and those before it. */
const LAYERS: readonly (readonly string[])[] = [
  [
    "errors",
    "clipped",
    "concatenated",
    "constants",
    "own",
    "units",
    "steps",
    "sorted",
    "decimal",
    "shapes",
    "explain",
    "shaders.gen",
  ],
  ["lang", "random"],
  ["morphology", "connect", "mechanisms"],
  ["network"],
  ["import"],
  ["compile"],
  ["host"],
  ["reference", "gpu"],
  ["run"],
  ["storage"],
  ["analysis"],
  ["plot"],
  ["index"],
  ["models"],
  ["studies"],
  ["sweep"],
  ["cli", "node", "browser"],
];
/** Pairs of one layer that may not meet: "The engines never import each other, nor `network`". */
const FORBIDDEN: readonly (readonly [string, string])[] = [
  ["reference", "gpu"],
  ["gpu", "reference"],
  ["node", "browser"],
  ["browser", "node"],
  ["node", "cli"],
];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
const layerName = (file: string): string => (file.split("/")[0] as string).replace(/\.ts$/, "");
const layerOf = (file: string): number => LAYERS.findIndex((names) => names.includes(layerName(file)));

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), "utf8");
  const statements = text.matchAll(
    /(?:^|\n)\s*(import|export)\s+(type\s+)?[^;"']*?from\s+"(\.[^"]+)"|import\("(\.[^"]+)"\)/g,
  );
  return [...statements].map((m) => ({
    from: file,
    to: relative(SRC, resolve(SRC, dirname(file), (m[3] ?? m[4]) as string)),
    typeOnly: m[2] !== undefined,
  }));
}

const imports = files.flatMap(importsOf);
const shown = ({ from, to }: Import): string => `${from} -> ${to}`;

describe("imports", () => {
  test("every file is in a layer", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => layerOf(file) < 0)).toEqual([]);
  });

  test("go one way", () => {
    expect(imports.length).toBeGreaterThan(200);
    // Lazy `import()` of an engine by record, and index's exports of later layers, follow the same rule: none goes up.
    expect(imports.filter((i) => layerOf(i.to) > layerOf(i.from)).map(shown)).toEqual([]);
  });

  test("go in no circle, types neither", () => {
    const reached = new Map<string, string[]>();
    for (const { from, to } of imports) reached.set(from, [...(reached.get(from) ?? []), to]);
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      if (path.includes(file) || done.has(file)) return;
      for (const next of reached.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(done.size).toBe(files.length);
    expect(circles).toEqual([]);
  });

  test("engines see only a CompiledNetwork, and neither engine sees the other", () => {
    const wrong = imports.filter((i) => FORBIDDEN.some(([a, b]) => layerName(i.from) === a && layerName(i.to) === b));
    expect(wrong.map(shown)).toEqual([]);
    const engines = imports.filter(
      (i) => ["reference", "gpu"].includes(layerName(i.from)) && layerName(i.to) === "network",
    );
    expect(engines.filter((i) => !i.to.startsWith("network/signal")).map(shown)).toEqual([]); // signals are data of both
  });

  test("only node.ts, cli/, browser.ts and storage/node-*.ts and private-folder.ts touch the machine", () => {
    const allowed = /^(node|browser)(\.ts$|\/)|^cli\/|^storage\/(node-\w+|private-folder)\.ts$/;
    const machine = /from "node:|\bprocess\.|\b(?:navigator|document)\s*[.[)]|require\(/;
    const guilty = files.filter((file) => {
      const code = readFileSync(join(SRC, file), "utf8")
        .replace(/\/\*[\s\S]*?\*\//g, "")
        .replace(/\/\/.*$/gm, "")
        .replace(/"(?:[^"\\]|\\.)*"/g, (text) => (text.startsWith('"node:') ? text : '""'));
      return !allowed.test(file) && file !== "shaders.gen.ts" && machine.test(code);
    });
    expect(guilty).toEqual([]);
  });
});
