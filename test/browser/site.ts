import { createReadStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

export interface Site {
  /** ends with a slash; a folder below the server's root, as a teacher's web space would be. */
  readonly url: string;
  /** bytes of all files, each gzipped. */
  readonly gzipped: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** Builds the demos into a folder of their own and serves them as plain files. */
export async function openSite(): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), "hillock-demo-"));
  await build({
    configFile: new URL("../../demo/vite.config.ts", import.meta.url).pathname,
    logLevel: "warn",
    build: { outDir: folder, emptyOutDir: true },
  });
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const file = join(folder, normalize(path.replace(/^\/some\/folder\//, "/")));
    if (
      !path.startsWith("/some/folder/") ||
      !file.startsWith(folder) ||
      !existsSync(file) ||
      !statSync(file).isFile()
    ) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/some/folder/`,
    gzipped: weights(folder),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

function weights(folder: string): Record<string, number> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((f) =>
    statSync(join(folder, f)).isFile(),
  );
  return Object.fromEntries(files.map((f) => [f, gzipSync(readFileSync(join(folder, f))).length]));
}
