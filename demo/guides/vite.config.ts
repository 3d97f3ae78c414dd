import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import manifest from "../../package.json" with { type: "json" };
import { fileOf } from "./block.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What a page cannot have: a renderer of pictures, and a second name. */
const LEFT_OUT = ["./plot/png", "./browser", "./package.json"];

/** Entry points of the package as a browser gets them: name and source. */
function entries(): [string, string][] {
  return Object.entries(manifest.exports).flatMap(([path, targets]): [string, string][] => {
    if (LEFT_OUT.includes(path) || typeof targets === "string") return [];
    const source = ("browser" in targets ? targets.browser : targets.default).replace("dist", "../../src").replace(/js$/, "ts"); // prettier-ignore
    const names = path.includes("*") ? readdirSync(here("../../src/models")) : [""];
    return names.map((name) => [`hillock${path.slice(1).replace("*", name)}`, here(source.replace("*", name))]);
  });
}

/** The script that makes blocks of the guides run, and the package's entry points beside it. */
export default defineConfig({
  root: here("."),
  base: "./",
  publicDir: false,
  cacheDir: here("../../node_modules/.vite-guides"),
  worker: { format: "es" },
  build: {
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    rollupOptions: {
      input: {
        main: here("main.ts"),
        ...Object.fromEntries(entries().map(([name, source]) => [fileOf(name).replace(/\.js$/, ""), source])),
      },
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js", assetFileNames: "[name]-[hash][extname]", keepNames: true }, // prettier-ignore
    },
  },
});
