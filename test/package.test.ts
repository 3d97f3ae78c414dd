import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtCommand } from "./built.ts";

const ROOT = join(import.meta.dirname, "..");
const json = (path: string): any => JSON.parse(readFileSync(path, "utf8"));
const PACKAGE = json(join(ROOT, "package.json"));
/** Every entry point by the name that a user imports. */
const ENTRIES: readonly string[] = Object.keys(PACKAGE.exports as object)
  .filter((key) => key !== "./package.json")
  .flatMap((key) =>
    key === "./models/*"
      ? ["motor-pool", "cortical-column", "trained-network"].map((name) => `./models/${name}`)
      : [key],
  ) // prettier-ignore
  .map((key) => key.replace(/^\./, "hillock"));

const folder = mkdtempSync(join(tmpdir(), "hillock-package-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let tarball = "";

/** Packs what is built, unpacks it beside links to the packages that an installation brings, and to no others. */
beforeAll(async () => {
  await builtCommand();
  const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], { cwd: ROOT, encoding: "utf8" }); // prettier-ignore
  tarball = join(folder, (JSON.parse(packed) as { filename: string }[])[0]?.filename ?? "");
  mkdirSync(join(folder, "node_modules/hillock"), { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", join(folder, "node_modules/hillock"), "--strip-components=1"]);
  const lock = json(join(ROOT, "package-lock.json")).packages as Record<string, { dev?: boolean }>;
  for (const [path, { dev = false }] of Object.entries(lock)) {
    if (!/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || dev || !existsSync(join(ROOT, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(join(ROOT, path), join(folder, path));
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "user", type: "module" }));
}, 300_000);

describe("the package", () => {
  test("is below 1 MB", () => {
    expect(statSync(tarball).size).toBeLessThan(1e6);
  });

  test("imports every entry point that needs no page", () => {
    const names = ENTRIES.filter((name) => name !== "hillock/browser");
    const code = `${names.map((name, k) => `import * as m${k} from "${name}";`).join("\n")}\nconsole.log(JSON.stringify([${names.map((_, k) => `Object.keys(m${k}).length`)}]))`; // prettier-ignore
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], { cwd: folder, encoding: "utf8" }); // prettier-ignore
    expect(stderr).toBe("");
    expect((JSON.parse(stdout) as number[]).every((count) => count > 0)).toBe(true);
  });

  test.each([
    ["node16", "node16"],
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ])(
    "compiles in a strict project, its declarations checked too (module %s, resolution %s)",
    (module, resolution) => {
      const uses = `
import { ms, Network, openDevice, simulate, type RunFile, type RunOptions, type SimulateOptions } from "hillock";
const options: SimulateOptions = { device: (await openDevice())?.device, dt: ms(0.025) };
export const simulation = await simulate(new Network({ seed: 1 }), options);
export const device: GPUDevice | undefined = options.device;
export type Used = [RunFile, RunOptions];`;
      const all = ENTRIES.map((name, k) => `export * as m${k} from "${name}";`).join("\n");
      writeFileSync(join(folder, "user.ts"), `${all}\n${uses}\n`);
      const compilerOptions = { strict: true, exactOptionalPropertyTypes: true, target: "es2022", lib: ["es2022", "dom"],
      module, moduleResolution: resolution, types: [], noEmit: true, skipLibCheck: false }; // prettier-ignore
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["user.ts"] }));
      const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
      const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder], { cwd: folder, encoding: "utf8" });
      expect(stdout).toBe("");
    },
    120_000,
  );
});
