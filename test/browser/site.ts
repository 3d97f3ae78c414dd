import { createReadStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" }; // prettier-ignore

export interface Site {
  /** ends with a slash; a folder below the server's root, as a teacher's web space would be. */
  readonly url: string;
  /** The same site, whose workers destroy their device when they hear LOSE. */
  readonly losing: string;
  /** bytes of all files, each gzipped. */
  readonly gzipped: Readonly<Record<string, number>>;
  /** text of all files. */
  readonly files: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Said to a worker of the losing site. */
export const LOSE = "lose the device";
const LOSING = `\naddEventListener("message", ({ data }) => data === "${LOSE}" && globalThis.device.destroy());\n`;

/** Builds the demos into a folder. */
export const buildSite = (folder: string): Promise<unknown> =>
  build({
    configFile: new URL("../../demo/vite.config.ts", import.meta.url).pathname,
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true },
  });

/** Serves the built demos as plain files. @param built  their folder; left out, they are built into one of their own */
export async function openSite(built?: string): Promise<Site> {
  const folder = built ?? mkdtempSync(join(tmpdir(), "hillock-demo-"));
  if (built === undefined) await buildSite(folder);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const file = join(folder, normalize(path.replace(/^\/some\/(folder|losing)\//, "/")));
    if (
      !/^\/some\/(folder|losing)\//.test(path) ||
      !file.startsWith(folder) ||
      !existsSync(file) ||
      !statSync(file).isFile()
    ) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    if (path.startsWith("/some/losing/") && /worker.*\.js$/.test(path))
      response.end(readFileSync(file, "utf8") + LOSING);
    else createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const files = contents(folder);
  return {
    url: `http://127.0.0.1:${port}/some/folder/`,
    losing: `http://127.0.0.1:${port}/some/losing/`,
    gzipped: Object.fromEntries(Object.entries(files).map(([f, text]) => [f, gzipSync(text).length])),
    files: Object.fromEntries(Object.entries(files).map(([f, content]) => [f, content.toString("utf8")])),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (built === undefined) rmSync(folder, { recursive: true });
    },
  };
}

function contents(folder: string): Record<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((f) =>
    statSync(join(folder, f)).isFile(),
  );
  return Object.fromEntries(files.map((f) => [f, readFileSync(join(folder, f))]));
}

/** A page and all files that it may come to load: those that it names, and those that they name. Other pages are not its own. */
export function reached(files: Readonly<Record<string, string>>, page: string): string[] {
  const found = new Set([page]);
  for (const file of found) {
    for (const other of Object.keys(files)) {
      if (!other.endsWith(".html") && (files[file] ?? "").includes(basename(other))) found.add(other);
    }
  }
  return [...found];
}
