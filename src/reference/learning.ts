import type { CompiledLearning, CompiledNetwork, CompiledStage } from "../compile/compiled.ts";
import { firstLink, tableOf } from "../host/learning.ts";
import { STATE_LIMIT } from "../host/soundness.ts";
import { type Expr, name, type Stmt } from "../lang/expr.ts";
import { freeNames, mapChildren } from "../lang/names.ts";
import { jsLibrary, printJs, toJs } from "../lang/print.ts";
import { lowerBound } from "../sorted.ts";
import { add, type Delivery, factorOf, type Logged } from "./log.ts";
import type { Floats } from "./arrays.ts";
import type { LinkArrays } from "./memory.ts";
import type { Span } from "./split.ts";

/** One event of the source at consecutive links, in one entry. */
interface Arrival {
  readonly entry: number;
  readonly segment: number;
  readonly count: number;
}

/** The links of one projection that learn and end at a thread's cells, in JavaScript. */
export class Learning {
  readonly learning: CompiledLearning;
  readonly #network: CompiledNetwork;
  readonly #frozen: Uint32Array;
  readonly #targets: Span;
  readonly #links: LinkEvents;

  /** @param targets  the thread's cells of the target */
  constructor(network: CompiledNetwork, learning: CompiledLearning, arrays: LinkArrays, targets: Span, f32: boolean) {
    [this.learning, this.#network, this.#frozen, this.#targets] = [learning, network, arrays.frozen, targets];
    const Rounded = f32 ? Float32Array : Float64Array;
    const values = learning.values.map((v) => Rounded.from(v));
    this.#links = printLinks(learning, f32)(arrays.state, arrays.last, values, arrays.last.length, network.dt);
  }

  /** The events of [d.step, d.step + d.steps), step by step: spikes of targets, then what arrives.
   * @returns whether all that they left is what a link can have */
  run(stage: CompiledStage, log: Logged, d: Delivery, acc: Float64Array | Int32Array): boolean {
    const arrivals: Arrival[][] = Array.from({ length: d.steps }, () => []);
    this.#given(d, arrivals);
    this.#logged(log, d, arrivals);
    for (let due = 0; due < d.steps; due++) {
      if (this.learning.hearsTarget) this.#hear(log, d.step + due, d);
      for (const a of arrivals[due] as Arrival[]) this.#arrive(stage, a, due, d, acc);
    }
    return this.#links.sound();
  }

  #logged(log: Logged, d: Delivery, out: Arrival[][]): void {
    const { firstSource, sources, arrivals } = this.learning;
    if (arrivals !== undefined) return;
    const end = lowerBound(log.steps, d.step + d.steps, 0, log.length);
    for (let k = lowerBound(log.steps, d.step - d.reach, 0, end); k < end; k++) {
      const id = log.ids[k] as number;
      const entry = Math.floor(id / d.nSources);
      if (entry < d.own.entries.first || entry >= d.own.entries.end) continue;
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
    for (let entry = d.own.entries.first; entry < d.own.entries.end; entry++) {
      const { step, segment, count } = arrivals[arrivals.length > 1 ? entry : 0] as (typeof arrivals)[number];
      for (let k = lowerBound(step, d.step); k < step.length && (step[k] as number) < d.step + d.steps; k++)
        out[(step[k] as number) - d.step]?.push({ entry, segment: segment[k] as number, count: count[k] as number });
    }
  }

  #hear(log: Logged, step: number, d: Delivery): void {
    const { firstTarget, dendriticSteps } = this.learning;
    const { nSources } = this.#network;
    const born = step - dendriticSteps;
    if (born < 0) return;
    for (let k = lowerBound(log.steps, born, 0, log.length); k < log.length && log.steps[k] === born; k++) {
      const id = log.ids[k] as number;
      const entry = Math.floor(id / nSources);
      const target = id - entry * nSources - firstTarget;
      if (entry < d.own.entries.first || entry >= d.own.entries.end) continue;
      if (target < this.#targets.first || target >= this.#targets.end) continue;
      const { columnStart, column } = tableOf(this.learning, entry);
      const base = firstLink(this.learning, entry);
      const frozen = this.#frozen[entry] === 1;
      this.#links.posts(column, columnStart[target] as number, columnStart[target + 1] as number, base, step, frozen);
    }
  }

  #arrive(stage: CompiledStage, { entry, segment, count }: Arrival, due: number, d: Delivery, acc: Float64Array | Int32Array): void {
    const { projection } = this.learning;
    const { segmentStart, slot } = tableOf(this.learning, entry);
    const base = firstLink(this.learning, entry);
    const factor = factorOf(stage, projection, entry, d);
    const at = (due * d.entries + entry) * stage.slots;
    const frozen = this.#frozen[entry] === 1;
    const own = d.own.slots;
    for (let l = segmentStart[segment] as number; l < (segmentStart[segment + 1] as number); l++) {
      if (own?.[slot[l] as number] === 0) continue;
      for (let k = 0; k < count; k++)
        add(acc, at + (slot[l] as number), this.#links.pre(base + l, l, d.step + due, frozen), factor, d.integers);
    }
  } // prettier-ignore
}

/** Events of links. */
interface LinkEvents {
  /** Of link i (of all entries), which is link l of its table. @returns what is transmitted */
  pre(i: number, l: number, step: number, frozen: boolean): number;
  /** Of the links column[first] to column[end - 1] of a table, whose first is link `base` of all entries. */
  posts(column: Uint32Array, first: number, end: number, base: number, step: number, frozen: boolean): void;
  /** Whether all states that events have left since it was last asked are ones that a link can have. */
  sound(): boolean;
}

type MakeLinks = (state: Floats, last: Uint32Array, values: readonly Floats[], all: number, dt: number) => LinkEvents;

/** Steps since a link's last event up to which functions of that time are looked up. */
const REMEMBERED = 4096;

/** Takes functions of nothing but the time since the last event, and of parameters that all links share, out of statements: each
 * becomes the name `decay_k`. */
function ofElapsed(stmts: readonly Stmt[], shared: ReadonlySet<string>): { stmts: Stmt[]; found: Expr[] } {
  const found: Expr[] = [];
  const change = (e: Expr): Expr => {
    const names = freeNames(e);
    if (e.kind !== "call" || !names.delete("elapsed") || ![...names].every((n) => shared.has(n))) return mapChildren(e, change);
    return name(`decay_${found.push(e) - 1}`);
  };
  return { stmts: stmts.map((s) => ({ ...s, value: change(s.value) })), found };
} // prettier-ignore

function printLinks({ states, params, values, relax, onPre, onPost }: CompiledLearning, f32: boolean): MakeLinks {
  const own = (k: number): boolean => (values[k]?.length ?? 1) > 1;
  const shared = new Set(params.filter((_, k) => !own(k)));
  const { stmts, found } = ofElapsed(relax, shared);
  const elapsed = `const elapsed = ${f32 ? "fr(passed * fr(dt))" : "passed * dt"};`;
  const event = (then: CompiledLearning["onPre"]): string[] => [
    `const passed = step - last[i]; ${elapsed}`,
    ...params.flatMap((p, k) => (own(k) ? [`const ${p} = values[${k}][l];`] : [])),
    ...found.map((e, k) => `const decay_${k} = passed < ${REMEMBERED} ? remembered_${k}[passed] : ${toJs(e, { f32 })};`),
    ...states.map((s, k) => `let ${s} = state[${k} * all + i];`),
    `const before = ${states[0]};`,
    printJs([...stmts, ...then], { f32 }),
    `if (frozen) ${states[0]} = before;`,
    ...states.map((s, k) => `state[${k} * all + i] = ${s};`),
    `sound = sound && ${states.map((s) => `Math.abs(${s}) <= ${STATE_LIMIT}`).join(" && ")};`,
    "last[i] = step;",
  ];
  const library = jsLibrary(f32);
  const text = [
    `"use strict"; return (state, last, values, all, dt) => { let sound = true;`,
    ...params.flatMap((p, k) => (own(k) ? [] : [`const ${p} = values[${k}][0];`])),
    ...found.map((e, k) => `const remembered_${k} = Float64Array.from({ length: ${REMEMBERED} }, (_, passed) => { ${elapsed} return ${toJs(e, { f32 })}; });`),
    "return { pre: (i, l, step, frozen) => {",
    ...event(onPre),
    "return transmitted; }, posts: (column, first, end, base, step, frozen) => { for (let c = first; c < end; c++) {",
    "const l = column[c]; const i = base + l;",
    ...event(onPost),
    "} }, sound: () => { const was = sound; sound = true; return was; } }; };",
  ].join("\n");
  return new Function(...Object.keys(library), text)(...Object.values(library)) as MakeLinks;
} // prettier-ignore
