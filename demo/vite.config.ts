import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Pages that compile a network turn its formulas into functions, which needs "unsafe-eval"; the others do without. */
const COMPILES = ["motor-pool.html", "column.html"];

/** What a built page may load and run: what lies beside it, and nothing else. A development server needs more, and gets none. */
const policy: Plugin = {
  name: "content security policy",
  apply: "build",
  transformIndexHtml: {
    order: "post",
    handler: (_, { filename }) => {
      const evaluates = COMPILES.some((page) => filename.endsWith(page)) ? " 'unsafe-eval'" : "";
      const content = [
        "default-src 'none'",
        `script-src 'self'${evaluates}`,
        "worker-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
      ].join("; ");
      return [{ tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content }, injectTo: "head-prepend" }];
    },
  },
};

/** A static site of four pages; relative links throughout, so that it works from any folder of any server. */
export default defineConfig({
  root: here("."),
  base: "./",
  publicDir: false,
  plugins: [policy],
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
