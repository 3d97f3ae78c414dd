import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { pythonWith } from "../../scripts/requirements.mjs";

const folder = mkdtempSync(join(tmpdir(), "hillock-layer5-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the example's cell of 90 sections and eleven files spikes on NEURON's steps", async () => {
  const cell = join(import.meta.dirname, "../../examples/layer5");
  const out = execFileSync(pythonWith(["neuron"]), [join(import.meta.dirname, "layer5.py"), cell, join(folder, "build")], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }); // prettier-ignore
  const line = out.split("\n").find((text) => text.startsWith("RESULT")) ?? "RESULT{}";
  const neuron = JSON.parse(line.slice("RESULT".length)) as { sections: number; V: number[] };
  expect(neuron.sections).toBe(90);
  vi.stubEnv("HILLOCK_SCALE", "0.3"); // 90 ms
  const own = process.cwd();
  process.chdir(folder);
  try {
    const { V, spikes } = (await import(join(cell, "../layer5.mjs"))) as { V: { data: Float64Array }; spikes: Float64Array }; // prettier-ignore
    const crossings = (v: ArrayLike<number>): number[] =>
      Array.from({ length: v.length - 1 }, (_, k) => k + 1).filter((k) => v[k - 1]! <= 0 && v[k]! > 0);
    expect(spikes.length).toBe(4);
    expect(crossings(V.data)).toEqual(crossings(neuron.V));
    const worst = V.data.reduce((most, v, k) => Math.max(most, Math.abs(v - neuron.V[k]!)), 0);
    expect(worst).toBeLessThan(0.01); // NEURON keeps points in single precision: spikes that rise by 400 mV/ms come 2.5e-5 ms apart at most
  } finally {
    process.chdir(own);
    vi.unstubAllEnvs();
  }
}, 120_000);
