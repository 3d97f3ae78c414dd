import type { Chunk } from "../../src/run/chunk.ts";
import { runBatch } from "./bench.ts";
import { clampOf, CURVE_MS, HELD, rateCurve, SETTLED, voltageCurve, type Versions } from "./experiment.ts";
import type { VersionName } from "./clamping.ts";
import type { Curve } from "./protocol.ts";
import { VOLTAGE, type LabSettings } from "./settings.ts";

/** The capacitance is charged and gone after so long, ms. */
const CHARGED = 0.3;

/** Rate against current, or current against voltage: all points advance together as one batch. */
export async function measureCurve(
  versions: Versions,
  settings: LabSettings,
  unit: string,
  device: GPUDevice | undefined,
): Promise<Curve> {
  const began = performance.now();
  const names = Object.keys(versions) as VersionName[];
  const inVoltage = settings.mode === VOLTAGE;
  const experiment = inVoltage ? voltageCurve(versions, settings) : rateCurve(versions, settings);
  const chunk = await runBatch(experiment, device);
  const entries = [...experiment.x.keys()];
  const series = inVoltage
    ? names.flatMap((version) => {
        const points = entries.map((entry) => currents(chunk, version, entry));
        return [
          { version, label: "peak", y: points.map((p) => p.peak) },
          { version, label: "steady", y: points.map((p) => p.steady) },
        ];
      })
    : names.map((version) => ({ version, label: "rate", y: entries.map((entry) => rate(chunk, version, entry)) }));
  return { kind: inVoltage ? "voltage" : "rate", x: experiment.x, xUnit: inVoltage ? "mV" : unit, series, tookMs: performance.now() - began }; // prettier-ignore
}

/** Spikes per second once the start is over. */
function rate(chunk: Chunk, version: VersionName, entry: number): number {
  const spikes = chunk.spikes(version, entry).times.filter((t) => t >= SETTLED).length;
  return spikes / ((CURVE_MS - SETTLED) / 1000);
}

/** The largest inward current after the step (nA; the steady one where none is more inward), and the mean of the last quarter. */
function currents(chunk: Chunk, version: VersionName, entry: number): { peak: number; steady: number } {
  const { times, data } = chunk.trace(version, `${clampOf(version)}.i`, entry);
  let [peak, sum, n] = [Infinity, 0, 0];
  for (let k = 0; k < times.length; k++) {
    const [t, i] = [(times[k] as number) - HELD, data[k] as number];
    if (t > CHARGED) peak = Math.min(peak, i);
    if (t > 0.75 * HELD) [sum, n] = [sum + i, n + 1];
  }
  return { peak, steady: sum / n };
}
