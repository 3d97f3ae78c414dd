// Takes comments out of the JavaScript of dist/, whose declarations keep them, and declarations that no entry point of the package leads to: a
// quarter of the package together. Part of `npm run build`.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";

const root = resolve(import.meta.dirname, "..");
const dist = join(root, "dist");
const compilerOptions = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, removeComments: true };
for (const name of readdirSync(dist, { recursive: true })) {
  if (!name.endsWith(".js")) continue;
  const path = join(dist, name);
  writeFileSync(path, ts.transpileModule(readFileSync(path, "utf8"), { compilerOptions }).outputText);
}

/** Declarations of entry points, and what they import, one after the other. */
const reached = new Set();
const entries = Object.values(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).exports).flatMap(({ types = "" }) => {
  const [before, after] = types.split("*");
  return after === undefined ? [types] : readdirSync(join(root, before)).map((name) => `${before}${name}${after}`);
}); // prettier-ignore
const open = entries.filter((types) => types !== "").map((types) => join(root, types));
for (let path = open.pop(); path !== undefined; path = open.pop()) {
  if (reached.has(path) || !existsSync(path)) continue;
  reached.add(path);
  const { importedFiles, referencedFiles } = ts.preProcessFile(readFileSync(path, "utf8"));
  for (const { fileName } of [...importedFiles, ...referencedFiles]) if (fileName.startsWith(".")) open.push(join(dirname(path), fileName.replace(/\.[jt]s$/, ".d.ts"))); // prettier-ignore
}
for (const name of readdirSync(dist, { recursive: true })) {
  const path = join(dist, name);
  if (name.endsWith(".d.ts") && !reached.has(path)) rmSync(path);
}
