import type { CompiledNetwork, CompiledPlasticity } from "../compile/compiled.ts";
import { LIMIT, RAW } from "../compile/links/plasticity.ts";
import { jsLibrary, printJs } from "../lang/print.ts";
import type { Logged } from "./log.ts";
import type { EventArrays } from "./arrays.ts";
import { cellsOf, entriesOf, type Part, type Span } from "./split.ts";

/** Source-side plasticity of one projection in JavaScript, for the sources that a thread does. */
export class Releases {
  readonly plasticity: CompiledPlasticity;
  readonly #arrays: EventArrays;
  readonly #own: { readonly entries: Span; readonly cells: Span };
  readonly #entries: number;
  readonly #nSources: number;
  readonly #dt: number;
  readonly #params: Float64Array | Float32Array;
  readonly #release: Release;

  constructor(network: CompiledNetwork, plasticity: CompiledPlasticity, arrays: EventArrays, part: Part, f32: boolean) {
    const { entries, nSources, dt } = network;
    [this.plasticity, this.#arrays, this.#entries, this.#nSources, this.#dt] = [plasticity, arrays, entries, nSources, dt];
    this.#own = { entries: entriesOf(part, entries), cells: cellsOf(part, plasticity.n) };
    this.#params = (f32 ? Float32Array : Float64Array).from(plasticity.values);
    this.#release = printRelease(plasticity, f32);
  } // prettier-ignore

  /** The spikes of the current block, in order. @returns whether all factors are ones that they can have */
  run(log: Logged): boolean {
    const { n, firstSource, lane } = this.plasticity;
    const { state, last } = this.#arrays;
    const { entries, cells } = this.#own;
    const lanes = log.releases[lane ?? -1];
    let sound = true;
    if (lanes === undefined) return sound;
    for (let k = log.current; k < log.length; k++) {
      const [step, id] = [log.steps[k] as number, log.ids[k] as number];
      const entry = Math.floor(id / this.#nSources);
      const source = id - entry * this.#nSources - firstSource;
      if (source < cells.first || source >= cells.end || entry < entries.first || entry >= entries.end) continue;
      const i = entry * n + source;
      const steps = step - (last[i] as number);
      last[i] = step;
      const factor = this.#release(state, this.#params, i, source, this.#entries * n, steps, this.#dt);
      if (Number.isNaN(factor)) sound = false;
      lanes[k] = Number.isNaN(factor) ? 0 : factor;
    }
    return sound;
  }
}

type Release = (
  state: Float64Array | Float32Array,
  params: Float64Array | Float32Array,
  i: number,
  source: number,
  all: number,
  steps: number,
  dt: number,
) => number;

/** @returns  NaN for a factor beyond the bound of a rule that stops there */
function printRelease({ states, params, stmts, n, stops }: CompiledPlasticity, f32: boolean): Release {
  const lines = [
    f32 ? "const elapsed = fr(steps * fr(dt));" : "const elapsed = steps * dt;",
    ...params.map((p, k) => `const ${p} = params[${k * n} + source];`),
    ...states.map((s, k) => `let s_${s} = state[${k} * all + i];`),
    printJs(stmts, { f32 }),
    ...states.map((s, k) => `state[${k} * all + i] = s_${s};`),
    stops === undefined ? "return factor;" : `return Math.abs(${RAW}) <= ${LIMIT} ? factor : NaN;`,
  ];
  const library = jsLibrary(f32);
  const text = `"use strict"; return (state, params, i, source, all, steps, dt) => {\n${lines.join("\n")}\n};`;
  return new Function(...Object.keys(library), text)(...Object.values(library)) as Release;
}
