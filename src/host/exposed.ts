import type { CompiledCells, CompiledNetwork } from "../compile/compiled.ts";
import type { Expr, Stmt } from "../lang/expr.ts";
import { jsLibrary, printJs, toJs } from "../lang/print.ts";

/** The name of a state's copy in which the coming detection may reset. */
export const copyOf = (state: string): string => `seen_${state}`;

/** What a population shows: statements over copies of its states after the detection of the step, and the values. */
interface Showing {
  /** states to be copied. */
  readonly copied: readonly string[];
  readonly stmts: readonly Stmt[];
  readonly values: readonly Expr[];
  readonly rename: (id: string) => string;
}

export function showing({ program, exposes }: CompiledCells): Showing {
  const firing = program.kind === "small" && "stmts" in program.detect ? program.detect.stmts : [];
  const copied = exposes.length === 0 ? [] : program.states;
  const own = new Set(copied);
  return {
    copied,
    stmts: exposes.length === 0 ? [] : firing,
    values: exposes.map((x) => x.value),
    rename: (id) => (own.has(id) ? copyOf(id) : id),
  };
}

/** The ring at step 0, from the initial states. */
export function startExposed(network: CompiledNetwork, f32: boolean): Float64Array<ArrayBuffer> {
  const { exposed, entries, populations } = network;
  const ring = new Float64Array(exposed.ring * exposed.words);
  for (const cells of populations) {
    if (cells.kind !== "cells" || cells.exposes.length === 0) continue;
    const { n, params, state0, program } = cells;
    const { copied, stmts, values, rename } = showing(cells);
    const round = f32 ? "fr" : "";
    const lines = [
      ...program.params.map((p, k) => `const ${p} = ${round}(params[${params.offset[k]} + c * ${params.cellStride[k]} + e * ${params.entryStride[k]}]);`),
      ...program.clampInputs.map(({ input }) => `const ${input} = 0;`),
      ...copied.map((s, k) => `let ${copyOf(s)} = ${round}(state[${k} * ${entries * n} + e * ${n} + c]);`),
      printJs(stmts, { f32, rename }),
      ...values.map((v, k) => `ring[${cells.exposes[k]?.offset} + e * ${n} + c] = ${toJs(v, { f32, rename })};`),
    ]; // prettier-ignore
    const library = jsLibrary(f32);
    const text = `"use strict"; return (state, params, ring, e, c) => {\n${lines.join("\n")}\n};`;
    const show = new Function(...Object.keys(library), text)(...Object.values(library)) as (...args: unknown[]) => void;
    for (let e = 0; e < entries; e++) for (let c = 0; c < n; c++) show(state0, params.values, ring, e, c);
  }
  return ring;
}
