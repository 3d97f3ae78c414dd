import type { CompiledLearning, CompiledNetwork, CompiledStage } from "../compile/compiled.ts";
import { allLinks, firstLink, initialLinks, tableOf } from "../host/learning.ts";
import { jsLibrary, printJs } from "../lang/print.ts";
import { lowerBound } from "../sorted.ts";
import { add, type Delivery, factorOf, type SpikeLog } from "./log.ts";

/** One event of the source at consecutive links, in one entry. */
interface Arrival {
  readonly entry: number;
  readonly segment: number;
  readonly count: number;
}

/** Links of one projection that learn, in JavaScript. */
export class Learning {
  readonly learning: CompiledLearning;
  /** [state][link of all entries] */
  readonly state: Float64Array | Float32Array;
  /** step of each link's last event. */
  readonly last: Uint32Array;
  /** per entry: 1 where weights stay. */
  readonly frozen: Uint32Array;
  readonly #network: CompiledNetwork;
  readonly #links: LinkEvents;

  constructor(network: CompiledNetwork, learning: CompiledLearning, f32: boolean) {
    const { entries, dt } = network;
    [this.learning, this.#network] = [learning, network];
    const Floats = f32 ? Float32Array : Float64Array;
    const state = initialLinks(learning, entries);
    this.state = f32 ? Float32Array.from(state) : state;
    this.last = new Uint32Array(allLinks(learning, entries));
    this.frozen = new Uint32Array(entries);
    const values = learning.values.map((v) => Floats.from(v));
    this.#links = printLinks(learning, f32)(this.state, this.last, values, this.last.length, dt);
  }

  /** The events of [d.step, d.step + d.steps), step by step: spikes of targets, then what arrives. */
  run(stage: CompiledStage, log: SpikeLog, d: Delivery, acc: Float64Array | Int32Array): void {
    const arrivals: Arrival[][] = Array.from({ length: d.steps }, () => []);
    this.#given(d, arrivals);
    this.#logged(log, d, arrivals);
    for (let due = 0; due < d.steps; due++) {
      if (this.learning.hearsTarget) this.#targets(log, d.step + due);
      for (const a of arrivals[due] as Arrival[]) this.#arrive(stage, a, due, d, acc);
    }
  }

  #logged(log: SpikeLog, d: Delivery, out: Arrival[][]): void {
    const { firstSource, sources, arrivals } = this.learning;
    if (arrivals !== undefined) return;
    for (let k = 0; k < log.steps.length; k++) {
      const id = log.ids[k] as number;
      const entry = Math.floor(id / d.nSources);
      const source = id - entry * d.nSources - firstSource;
      if (source < 0 || source >= sources) continue;
      const { rowStart, segmentDelay } = tableOf(this.learning, entry);
      const [first, last] = [rowStart[source] as number, rowStart[source + 1] as number];
      const born = log.steps[k] as number;
      for (let s = lowerBound(segmentDelay, d.step - born, first, last); s < last; s++) {
        const due = born + (segmentDelay[s] as number) - d.step;
        if (due >= d.steps) break; // delays ascend
        out[due]?.push({ entry, segment: s, count: 1 });
      }
    }
  }

  #given(d: Delivery, out: Arrival[][]): void {
    const { arrivals } = this.learning;
    if (arrivals === undefined) return;
    for (let entry = 0; entry < d.entries; entry++) {
      const { step, segment, count } = arrivals[arrivals.length > 1 ? entry : 0] as (typeof arrivals)[number];
      for (let k = lowerBound(step, d.step); k < step.length && (step[k] as number) < d.step + d.steps; k++)
        out[(step[k] as number) - d.step]?.push({ entry, segment: segment[k] as number, count: count[k] as number });
    }
  }

  #targets(log: SpikeLog, step: number): void {
    const { firstTarget, targets, dendriticSteps } = this.learning;
    const { nSources } = this.#network;
    const born = step - dendriticSteps;
    if (born < 0) return;
    for (let k = lowerBound(log.steps, born); log.steps[k] === born; k++) {
      const id = log.ids[k] as number;
      const entry = Math.floor(id / nSources);
      const target = id - entry * nSources - firstTarget;
      if (target < 0 || target >= targets) continue;
      const { columnStart, column } = tableOf(this.learning, entry);
      const base = firstLink(this.learning, entry);
      const frozen = this.frozen[entry] === 1;
      for (let c = columnStart[target] as number; c < (columnStart[target + 1] as number); c++) {
        const link = column[c] as number;
        this.#links.post(base + link, link, step, frozen);
      }
    }
  }

  #arrive(stage: CompiledStage, { entry, segment, count }: Arrival, due: number, d: Delivery, acc: Float64Array | Int32Array): void {
    const { projection } = this.learning;
    const { segmentStart, slot } = tableOf(this.learning, entry);
    const base = firstLink(this.learning, entry);
    const factor = factorOf(stage, projection, entry, d);
    const at = (due * d.entries + entry) * stage.slots;
    const frozen = this.frozen[entry] === 1;
    for (let l = segmentStart[segment] as number; l < (segmentStart[segment + 1] as number); l++) {
      for (let k = 0; k < count; k++)
        add(acc, at + (slot[l] as number), this.#links.pre(base + l, l, d.step + due, frozen), factor, d.integers);
    }
  } // prettier-ignore
}

/** Events of link i (of all entries), which is link l of its table. */
interface LinkEvents {
  /** @returns what is transmitted */
  pre(i: number, l: number, step: number, frozen: boolean): number;
  post(i: number, l: number, step: number, frozen: boolean): void;
}

type MakeLinks = (
  state: Float64Array | Float32Array,
  last: Uint32Array,
  values: readonly (Float64Array | Float32Array)[],
  all: number,
  dt: number,
) => LinkEvents;

function printLinks({ states, params, values, relax, onPre, onPost }: CompiledLearning, f32: boolean): MakeLinks {
  const event = (name: string, stmts: CompiledLearning["onPre"], result: string): string[] => [
    `${name}: (i, l, step, frozen) => {`,
    f32 ? "const elapsed = fr((step - last[i]) * fr(dt));" : "const elapsed = (step - last[i]) * dt;",
    ...params.map((p, k) => `const ${p} = values[${k}][${(values[k]?.length ?? 1) > 1 ? "l" : "0"}];`),
    ...states.map((s, k) => `let ${s} = state[${k} * all + i];`),
    `const before = ${states[0]};`,
    printJs([...relax, ...stmts], { f32 }),
    ...states.map((s, k) => `state[${k} * all + i] = ${k === 0 ? `frozen ? before : ${s}` : s};`),
    `last[i] = step;${result}`,
    "},",
  ];
  const library = jsLibrary(f32);
  const text = [
    `"use strict"; return (state, last, values, all, dt) => ({`,
    ...event("pre", onPre, " return transmitted;"),
    ...event("post", onPost, ""),
    "});",
  ].join("\n");
  return new Function(...Object.keys(library), text)(...Object.values(library)) as MakeLinks;
}
