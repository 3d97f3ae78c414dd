import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { pythonWith } from "../../../scripts/requirements.mjs";
import type { SonataGroup } from "../../../src/import/index.ts";
import { openFolder } from "../../../src/node.ts";
import { openHdf5 } from "../../../src/storage/hdf5-file.ts";
import type { Moves } from "../../../src/studies/converge.ts";
import { builtCommand } from "../../built.ts";

const COMMAND = await builtCommand();
const all = mkdtempSync(join(tmpdir(), "hillock-sonata-resume-"));
afterAll(() => rmSync(all, { recursive: true, force: true }));
const at = (name: string): string => join(import.meta.dirname, "../..", name);

/** The config of a circuit that runs for so long (ms). */
function circuit(name: string, tstop: number): string {
  const folder = join(all, name);
  const layer5 = at("../examples/layer5");
  const mods = readdirSync(layer5).filter((file) => file.endsWith(".mod")).map((file) => join(layer5, file)); // prettier-ignore
  const [script, ...more] = name === "point" ? ["sonata-circuit.py"] : ["sonata-cells/circuit.py", ...mods, at("fixtures/sonata-cells/k_slow.mod")]; // prettier-ignore
  execFileSync(pythonWith(["h5py", "numpy"]), [at(`fixtures/${script}`), folder, ...more]);
  const path = join(folder, "simulation_config.json");
  const config = JSON.parse(readFileSync(path, "utf8")) as { run: { tstop: number } };
  config.run.tstop = tstop;
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** Runs it; with `until`, kills it -9 as soon as that file is there. */
function run(args: readonly string[], until?: string): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [COMMAND, "run", ...args], { cwd: all });
  const timer = setInterval(() => {
    if (until !== undefined && existsSync(until)) child.kill("SIGKILL");
  }, 2);
  let out = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (out += data.toString()));
  return new Promise((resolve) =>
    child.on("close", (code) => {
      clearInterval(timer);
      resolve({ code, out });
    }),
  );
}

/** Every column of an HDF5 file, by path. */
function columns(group: SonataGroup, path = ""): Record<string, unknown> {
  return Object.assign({}, ...group.keys().map((key) => {
    const found = group.get(key) as SonataGroup & { value?: unknown };
    return typeof found.keys === "function" ? columns(found, `${path}/${key}`) : { [`${path}/${key}`]: found.value };
  })) as Record<string, unknown>;
} // prettier-ignore

test.each([["point", 8000, ["spikes_out.h5", "potentials.h5"]], ["cells", 1500, ["spikes.h5", "v.h5"]]] as const)("a SONATA circuit (%s) that is killed -9 goes on, to the same spikes and reports", async (name, tstop, files) => {
  const config = circuit(name, tstop);
  const args = [config, "--engine", "reference", "--chunk", "0.25"];
  const [whole, cut] = [join(all, `${name}-whole`), join(all, `${name}-cut`)];
  expect(await run([...args, "--out", whole])).toMatchObject({ code: 0 });
  expect((await run([...args, "--out", cut], join(cut, "chunk-000001.h5"))).code).toBe(null);
  expect(existsSync(join(cut, files[1]))).toBe(false);
  expect(await run([...args, "--out", cut, "--resume"])).toMatchObject({ code: 0, out: expect.stringMatching(/going on from 0\.[25]/) as string });
  const h5 = await (await openFolder(all)).hdf5();
  for (const file of files) {
    const [a, b] = [whole, cut].map((folder) => columns(openHdf5(h5, join(folder, file)) as unknown as SonataGroup));
    expect(Object.keys(a!).length, file).toBeGreaterThan(1);
    expect(b, file).toEqual(a);
  }
}, 600_000); // prettier-ignore

test("--converge of a SONATA circuit: neurons that are advanced exactly move by rounding alone", async () => {
  const out = join(all, "converge");
  const done = await run([circuit("point", 60), "--engine", "reference", "--converge", "--converge-seeds", "1", "--out", out]); // prettier-ignore
  expect(done).toMatchObject({ code: 0 });
  const { comparisons, without } = JSON.parse(readFileSync(join(out, "converge.json"), "utf8")) as { comparisons: Moves[]; without: unknown[] }; // prettier-ignore
  expect(without).toEqual([]);
  expect(comparisons.map(({ name }) => name)).toEqual(["dt / 2", "float32 reference", "float32 device", "seed 1"]);
  expect(done.out).toMatch(/dt \/ 2 +v1 +5 \/ 5 /);
  const moved = comparisons.map(({ traces }) => traces[0]?.largestDifference ?? NaN);
  expect(moved[0]).toBeLessThan(1e-9); // an exact step does not depend on dt: what is left are float64's roundings of 70 mV
  for (const float32 of moved.slice(1, 3)) expect(float32).toBeLessThan(600 * 3.8e-6); // half an ulp of 70 mV in each of 600 steps
  expect(moved[3]).toBe(0);
}, 600_000);
