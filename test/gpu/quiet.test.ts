import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "hillock-quiet-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (path: string): string => JSON.stringify(join(ROOT, path));
/** Opens an adapter in a process of its own, and prints before and after it. */
const OPEN = `
import { openDevice } from ${file("src/node.ts")};
process.stderr.write("before\\n");
const { device } = await openDevice();
process.stderr.write("after\\n");
device.destroy();`;
/** The same without hillock: what the driver prints by itself. */
const BARE = `
import { create, globals } from ${file("node_modules/webgpu/index.js")};
Object.assign(globalThis, globals);
process.stderr.write("before\\n");
await create([]).requestAdapter();
process.stderr.write("after\\n");
process.exit();`;

/** @returns what the process writes to stderr, a pipe or a file */
function stderrOf(code: string, into: "pipe" | "file", variables: Record<string, string> = {}): string {
  const path = join(folder, "stderr");
  const fd = into === "file" ? openSync(path, "w") : undefined;
  const env: NodeJS.ProcessEnv = { ...process.env, ...variables };
  delete env["XDG_RUNTIME_DIR"]; // as in a container
  const args = ["--import", new URL(import.meta.resolve("tsx")).href, "--input-type=module", "-e", code];
  const { status, stderr } = spawnSync(process.execPath, args, { env, stdio: ["ignore", "ignore", fd ?? "pipe"], encoding: "utf8" }); // prettier-ignore
  expect(status).toBe(0);
  if (fd === undefined) return stderr;
  closeSync(fd);
  return readFileSync(path, "utf8");
}

describe("opening a device", () => {
  test.each(["pipe", "file"] as const)("prints nothing of its own to stderr (%s)", (into) => {
    expect(stderrOf(OPEN, into)).toBe("before\nafter\n");
  });

  test("on a machine without a driver says nothing of its own either", () => {
    const look = OPEN.replace(/const \{ device \}[^]*$/, 'await openDevice();\nprocess.stderr.write("after\\n");\nprocess.exit();');
    expect(stderrOf(look, "pipe", { VK_ICD_FILENAMES: mkdtempSync(join(folder, "drivers-")) })).toBe("before\nafter\n");
  }); // prettier-ignore

  test("hides nothing else of what the adapter's driver prints", () => {
    const lines = stderrOf(BARE, "pipe").split("\n");
    expect(lines.filter((line) => !/artificially reduced|XDG_RUNTIME_DIR/.test(line))).toEqual(["before", "after", ""]);
  });
});
