// Writes src/shaders.gen.ts from shaders/*.wgsl, so that Node, browsers and tests load shaders alike. `--check` only compares.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const folder = new URL("../shaders/", import.meta.url);
const target = new URL("../src/shaders.gen.ts", import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".wgsl"))
  .sort();
const rows = files.map(
  (name) => `  ${JSON.stringify(name.slice(0, -5))}: ${JSON.stringify(readFileSync(new URL(name, folder), "utf8"))},\n`,
);
const text = `// Made by scripts/shaders.mjs from shaders/*.wgsl; do not edit.\nexport const SHADERS: Readonly<Record<string, string>> = {\n${rows.join("")}};\n`;
const current = (() => {
  try {
    return readFileSync(target, "utf8");
  } catch {
    return "";
  }
})();
if (process.argv.includes("--check")) {
  if (current !== text) {
    console.error("src/shaders.gen.ts is stale: run npm run shaders");
    process.exit(1);
  }
} else if (current !== text) writeFileSync(target, text);
