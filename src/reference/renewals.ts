import type { CompiledNetwork, CompiledRenewal } from "../compile/compiled.ts";
import type { InputBlock, Inputs } from "../host/inputs.ts";
import {
  advanceConstantSources,
  advanceSources,
  initSources,
  type Sources,
  sourceStateLength,
} from "../random/source.ts";
import type { OnSpike } from "./share.ts";

/** The renewal sources of a network. */
export class Renewals {
  /** by population */
  readonly states: ReadonlyMap<number, Uint32Array>;
  readonly #network: CompiledNetwork;
  readonly #inputs: Inputs;
  /** row of increments of each cell, per entry; forgotten when rates change. */
  readonly #rowOfCell = new Map<number, Uint32Array[]>();

  constructor(network: CompiledNetwork, inputs: Inputs) {
    [this.#network, this.#inputs] = [network, inputs];
    const states = network.populations.flatMap((p, k): [number, Uint32Array][] =>
      p.kind === "renewal" ? [[k, this.#begin(p)]] : [],
    );
    this.states = new Map(states);
  }

  /** Rates have changed. */
  forgetRates(): void {
    this.#rowOfCell.clear();
  }

  drive(inputs: InputBlock, spike: OnSpike): void {
    const { entries, nSources, populations } = this.#network;
    for (const [k, state] of this.states) {
      const p = populations[k] as CompiledRenewal;
      const constant = this.#inputs.constant.get(k);
      const rowOfCell = this.#rowsOfCells(k, p);
      for (let entry = 0; entry < entries; entry++) {
        const sources = this.#describe(p, entry);
        const id = entry * nSources + p.firstSource;
        const emit = (step: number, cell: number): void => spike(inputs.from + step, id + cell);
        if (constant !== undefined) {
          const silent = Math.min(inputs.steps, Math.max(0, p.latencySteps - inputs.from));
          const late = (step: number, cell: number): void => emit(step + silent, cell);
          const rates = constant[entry];
          if (rates !== undefined) advanceConstantSources(state, sources, inputs.steps - silent, rates, late);
        } else {
          advanceSources(state, sources, inputs.steps, inputs.increments, rowOfCell[entry] as Uint32Array, emit);
        }
      }
    }
  }

  #rowsOfCells(k: number, { signalOfCell }: CompiledRenewal): Uint32Array[] {
    const known = this.#rowOfCell.get(k);
    if (known !== undefined) return known;
    const rows = this.#inputs.rowsOf(k);
    const nSignals = rows.length / this.#network.entries;
    const made = Array.from({ length: this.#network.entries }, (_, e) =>
      signalOfCell.map((s) => rows[e * nSignals + s] as number),
    );
    this.#rowOfCell.set(k, made);
    return made;
  }

  #begin(p: CompiledRenewal): Uint32Array {
    const state = new Uint32Array(sourceStateLength({ n: p.n, entries: this.#network.entries }));
    for (let e = 0; e < this.#network.entries; e++) initSources(state, this.#describe(p, e));
    return state;
  }

  #describe(p: CompiledRenewal, entry: number): Sources {
    const { entries, seeds } = this.#network;
    return { n: p.n, entries, entry, order: p.order, seed: seeds[entry] as number, stream: p.stream };
  }
}
