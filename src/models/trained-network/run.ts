import { concatenated } from "../../concatenated.ts";
import type { TrainingTrace } from "../../compile/trained/training.ts";
import type { SpanRecord, TrainingEngine, TrainingSpan } from "../../host/training.ts";
import { covariance, dimension, windowMeans, type Dimension } from "./dimension.ts";
import { loopMeasures, MEASURED, type LoopMeasures } from "./measures.ts";

/** A finished loop of one network. */
export interface LoopResult {
  readonly entry: number;
  readonly measures: LoopMeasures;
  readonly record: SpanRecord;
  /** Weights at the end of the loop, in the order of the entry's colIdx. */
  readonly w: Float64Array;
}

/** Runs an engine loop by loop from where it stands; gives all networks of a loop before it goes on.
 * @param record  traces besides those that the measures need */
export async function* runLoops(
  engine: TrainingEngine,
  itstim: number,
  record: readonly TrainingTrace[] = [],
): AsyncGenerator<{ loop: number; networks: LoopResult[] }> {
  const { compiled } = engine;
  const { loops, stepsPerLoop } = compiled.schedule;
  for (let loop = Math.floor(engine.step / stepsPerLoop); loop < loops; loop++) {
    const span = await engine.advance(stepsPerLoop, [...new Set([...MEASURED, ...record])]);
    yield { loop, networks: await loopResults(engine, span, itstim) };
  }
}

/** What a loop that an engine has just finished gave, recorded with the traces MEASURED. */
export async function loopResults(engine: TrainingEngine, span: TrainingSpan, itstim: number): Promise<LoopResult[]> {
  const { compiled } = engine;
  const loop = span.firstStep / compiled.schedule.stepsPerLoop;
  const weights = await engine.weights();
  return compiled.entries.map((entry, e) => {
    const [one, w] = [span.entries[e] as SpanRecord, weights[e] as Float64Array];
    return { entry: e, measures: loopMeasures(compiled, entry, loop, one, w, itstim), record: one, w };
  });
}

/** Sample covariance and dimension under the three protocols of the companion scripts; collected loop by loop. */
export class DimensionSamples {
  readonly #n: number;
  readonly #itstim: number;
  readonly #firstTest: number;
  readonly #pre: Float64Array[] = [];
  readonly #post: Float64Array[] = [];

  /** @param firstTest  first loop after training */
  constructor(n: number, itstim: number, firstTest: number) {
    [this.#n, this.#itstim, this.#firstTest] = [n, itstim, firstTest];
  }

  add(loop: number, r: Float32Array | Float64Array): void {
    const part = Float64Array.from(r.subarray(this.#itstim * this.#n));
    if (loop === 0) this.#pre.push(part);
    if (loop >= this.#firstTest) this.#post.push(part);
  }

  /** pre_step: loop 0, every step; post_step: test loops, every step; post_win50: test loops, means over 50 steps.
   * Undefined where fewer than two samples were collected. */
  of(
    protocol: Protocol,
    sign: "kept" | "asPublished" = "kept",
  ): (Dimension & { C: Float64Array; T: number }) | undefined {
    const n = this.#n;
    const parts = protocol === "pre_step" ? this.#pre : this.#post;
    const means = parts.map((part) => windowMeans(part, n, protocol === "post_win50" ? 50 : 1));
    const T = means.reduce((sum, one) => sum + one.T, 0);
    if (T < 2) return undefined;
    const X = concatenated(Float64Array, means.map((one) => one.X)); // prettier-ignore
    const C = covariance(X, T, n);
    return { ...dimension(C, n, T, sign), C, T };
  }
}

export const PROTOCOLS = ["pre_step", "post_step", "post_win50"] as const;
export type Protocol = (typeof PROTOCOLS)[number];
