import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { frame, PAGES } from "./frame.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A static site; relative links throughout, so that it works from any folder of any server. */
export default defineConfig(({ command }) => ({
  root: here("."),
  base: "./",
  publicDir: false,
  // not by import.meta.env.DEV, which a build within a test has true
  define: { ELEMENT: JSON.stringify(command === "build" ? "hillock-demo.js" : "hillock-demo.ts") },
  plugins: [frame(command === "build")],
  cacheDir: here("../node_modules/.vite-demo"),
  worker: { format: "es" },
  build: {
    outDir: here("../dist-demo"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        ...Object.fromEntries(PAGES.map(([page]) => [page, here(`${page}.html`)])),
        "hillock-demo": here("hillock-demo.ts"),
      },
      // articles name the element's script
      output: { entryFileNames: ({ name }) => (name === "hillock-demo" ? "[name].js" : "assets/[name]-[hash].js") },
    },
  },
}));
