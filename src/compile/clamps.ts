import { receives, type CellsDescription } from "../network/check.ts";
import type { ClampDescription, NetworkDescription } from "../network/description.ts";
import { gainValue, type Path } from "../network/paths.ts";
import type { Signal } from "../network/signal.ts";
import { firstStepAt } from "../steps.ts";
import { canonical, canonicalValues } from "../units.ts";
import type { CompiledClamp } from "./compiled.ts";

/** Clamps with their varied gains and signals. @param paths of d.variations */
export function compileClamps(d: NetworkDescription, paths: readonly Path[], dt: number): CompiledClamp[] {
  return d.clamps.map((clamp, index) => {
    const varied = (kind: "gain" | "signal") =>
      d.variations[paths.findIndex((p) => p.kind === kind && p.clamp === index)]?.values;
    const population = d.populations.findIndex((p) => p.name === clamp.population);
    const { model } = d.populations.filter(receives).find((p) => p.name === clamp.population) as CellsDescription;
    const signals =
      (varied("signal") as readonly Signal[] | undefined) ?? new Array<Signal>(d.entries).fill(clamp.signal);
    const gain = gains(clamp, model.n, varied("gain") ?? new Array<unknown>(d.entries).fill(clamp.gain));
    const delay = canonical(`clamp "${clamp.name}", delay`, clamp.delay, "ms");
    const duration = canonical(`clamp "${clamp.name}", duration`, clamp.duration, "ms");
    return {
      name: clamp.name,
      population,
      signals,
      gain,
      from: clampStep(delay, dt),
      to: clampStep(delay + duration, dt),
    };
  });
}

/** [entry * n + cell] */
function gains(clamp: ClampDescription, n: number, perEntry: readonly unknown[]): Float64Array {
  const gain = new Float64Array(perEntry.length * n);
  perEntry.forEach((given, e) => {
    const values = canonicalValues(`clamp "${clamp.name}", gain`, gainValue(given), "1", n);
    if (typeof values === "number") gain.fill(values, e * n, (e + 1) * n);
    else gain.set(values, e * n);
  });
  return gain;
}

/** An edge of a clamp: at most 2^32 - 1, because a step is a u32. */
const clampStep = (timeMs: number, dt: number): number => Math.min(2 ** 32 - 1, Math.max(0, firstStepAt(timeMs, dt)));
