// npm run docs: the guides and the reference as a site of plain files, in which blocks of code run in their place.
// node scripts/docs.mjs [folder]
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { wordsOf } from "./words.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const USAGE = `npm run docs -- [folder]
  the guides and the reference as a site of plain files, written to dist-docs/ or the folder given`;
const { positionals } = wordsOf(USAGE, { allowPositionals: true });
const folder = resolve(positionals[0] ?? join(root, "dist-docs"));

execFileSync(process.execPath, [join(root, "node_modules/typedoc/bin/typedoc"), "--out", folder], {
  cwd: root,
  stdio: "inherit",
});
await build({
  configFile: join(root, "demo/guides/vite.config.ts"),
  logLevel: "warn",
  build: { outDir: join(folder, "run") },
});
for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".html")))
  finish(join(folder, file));

/** Gives a page its policy, and the script where it has blocks. No page evaluates text; workers have no policy but the server's. */
function finish(path) {
  const html = readFileSync(path, "utf8");
  const inline = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(
    ([, text]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
  );
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${[...new Set(inline)].join(" ")}`,
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const run = `${relative(dirname(path), join(folder, "run")).replaceAll("\\", "/")}/`;
  const script = /<code class="js">/.test(html) ? `<script type="module" src="${run}main.js"></script>` : "";
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}"/><link rel="icon" href="data:,"/>`;
  writeFileSync(path, html.replace("<head>", `<head>${meta}`).replace("</head>", `${script}</head>`));
}
