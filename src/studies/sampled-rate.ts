import { wholeBins } from "../analysis/grid.ts";
import type { Signal } from "../network/signal.ts";
import { signalAt } from "../network/signal-values.ts";

/** A signal of one population's drive every `everyMs`, for figures; below zero no spikes are drawn, so it shows as zero. */
export function sampledRate(
  signal: Signal<"Hz">,
  at: { owner: string; seed: number; dt: number; untilMs: number; everyMs: number },
): { t: Float64Array; value: Float64Array } {
  const value = signalAt(signal, at);
  const stride = Math.max(1, Math.round(at.everyMs / at.dt));
  const n = wholeBins("drive", 0, at.untilMs, stride * at.dt);
  const t = Float64Array.from({ length: n }, (_, k) => k * stride * at.dt);
  return { t, value: t.map((_, k) => Math.max(0, value(k * stride))) };
}
