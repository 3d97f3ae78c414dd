import { describe, expect, test } from "vitest";
import { syntaxLine } from "../../../demo/guides/syntax.ts";
import { addressed, foreign, lineIn, runsInPage } from "../../../demo/guides/block.ts";

describe("blocks of the guides", () => {
  test("those run that import from hillock alone, and print", () => {
    const block = (modules: string[], rest = "console.log(1);"): string => modules.map((m) => `import { a } from "${m}";\n`).join("") + rest; // prettier-ignore
    expect(runsInPage(block(["hillock", "hillock/models/motor-pool"]))).toBe(true);
    for (const module of ["node:fs", "h5wasm/node", "hillocks"]) expect(runsInPage(block(["hillock", module]))).toBe(false); // prettier-ignore
    expect(runsInPage(block(["hillock"], "net.gather(a, b);"))).toBe(false);
    expect(runsInPage("console.log(1);")).toBe(false);
    expect(foreign(block(["hillock", "node:fs"]))).toBe("node:fs");
  });
  test("names of modules become addresses; lines stay", () => {
    const code = `import {\n  ms,\n  mV,\n} from "hillock";\nimport { a } from 'hillock/models/motor-pool';\nimport x from "node:fs";`;
    expect(addressed(code, "https://a.org/docs/run/main.js").split("\n")).toEqual([
      "import {", "  ms,", "  mV,", '} from "https://a.org/docs/run/hillock.js";',
      "import { a } from 'https://a.org/docs/run/hillock-models-motor-pool.js';", 'import x from "node:fs";',
    ]); // prettier-ignore
  });
  test("the line of a syntax error is the first that the error needs", () => {
    const imports = 'import {\n  ms,\n} from "hillock";\n';
    expect(syntaxLine(`${imports}const x = 1;\nms(2) = ;\nx;`)).toBe(5);
    expect(syntaxLine(`${imports}for await (const c of s) {\n  c.(1);\n}\nlet y;`)).toBe(5);
    expect(syntaxLine(`${imports}await ms(1);`)).toBe(undefined);
  });
  test("the line of an error is that of the block", () => {
    const stack =
      "ModelError: no\n    at check (https://a.org/run/hillock.js:1:99)\n    at blob:https://a.org/1-2:14:7";
    expect(lineIn(stack, "blob:https://a.org/1-2")).toBe(14);
    expect(lineIn(stack, "blob:https://a.org/3")).toBe(undefined);
  });
});
