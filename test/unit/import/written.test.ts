import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as hillock from "../../../src/node.ts";
import {
  gatherSource,
  isArtificial,
  isGather,
  mechanismSource,
  neuronSource,
  nmodl,
  nmodlCell,
  nmodlGather,
} from "../../../src/import/index.ts";
import * as mechanisms from "../../../src/mechanisms/index.ts";
import * as neurons from "../../../src/mechanisms/neurons/index.ts";
import * as plasticity from "../../../src/mechanisms/plasticity/index.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");
const ofFolder = (name: string): string[] => readdirSync(join(FIXTURES, name)).filter((f) => f.endsWith(".mod")).map((f) => join(name, f)); // prettier-ignore
const include = (name: string): string => readFileSync(join(FIXTURES, "nmodl", name), "utf8");
const TABLES = { ninf: { x: [-80, 0], y: [0, 1] }, ntau: { x: [-80, 0], y: [9, 1] }, opened: { x: [-80, 0], y: [-5, -3], z: [[0, 0.5], [0.5, 1]] } }; // prettier-ignore

/** What a written module exports. */
function exported(source: string): Record<string, unknown> {
  const all = { ...hillock, ...mechanisms, ...neurons, ...plasticity };
  const body = source.replaceAll(/^import .*$/gm, "").replace("export default", "found.default =").replaceAll(/export const (\w+) =/g, "found.$1 ="); // prettier-ignore
  const found = {};
  new Function("found", ...Object.keys(all), body)(found, ...Object.values(all));
  return found;
}

describe("what the command writes is what the file says", () => {
  const files = ["nmodl", "nmodl-cells", "nmodl-noise"].flatMap(ofFolder).map((path) => [path, readFileSync(join(FIXTURES, path), "utf8")] as const); // prettier-ignore
  test.each(files.filter(([, text]) => !isArtificial(text, { include }) && !isGather(text, { include })))(
    "%s",
    (_, text) => {
      // prettier-ignore
      const functionTables = Object.fromEntries(Object.entries(TABLES).filter(([name]) => text.includes(`FUNCTION_TABLE ${name}(`))); // prettier-ignore
      const verbatim = text.includes("VERBATIM") && text.includes("FUNCTION chance") ? { chance: "0.4" } : {};
      const { mechanism, plasticity: rule } = nmodl(text, { include, verbatim, functionTables });
      const found = exported(mechanismSource(mechanism, rule?.mechanism));
      expect(found["default"]).toEqual(mechanism);
      if (rule !== undefined) expect((found["connection"] as typeof rule).mechanism).toEqual(rule.mechanism);
    },
  );

  test.each(files.filter(([, text]) => isGather(text, { include })))("%s", (_, text) => {
    const { gather, release } = nmodlGather(text);
    const found = exported(gatherSource(gather, release));
    expect(found["default"]).toEqual(gather);
    expect(found["release"]).toEqual(release);
  });

  test.each(files.filter(([, text]) => isArtificial(text, { include })))("%s", (_, text) => {
    const cell = nmodlCell(text, text.includes("TwoExponentials") ? { fires: "m > 1" } : {});
    if (cell.kind === "neuron") expect((exported(neuronSource(cell.neuron.mechanism))["default"] as typeof cell.neuron).mechanism).toEqual(cell.neuron.mechanism); // prettier-ignore
  });
});
