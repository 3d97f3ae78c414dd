import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A static site of four pages; relative links throughout, so that it works from any folder of any server. */
export default defineConfig({
  root: here("."),
  base: "./",
  publicDir: false,
  cacheDir: here("../node_modules/.vite-demo"),
  build: {
    outDir: here("../dist-demo"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ["index", "motor-pool", "column", "learning"].map((page) => here(`${page}.html`)),
    },
  },
});
