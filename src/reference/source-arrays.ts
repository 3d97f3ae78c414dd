/** What sources begin with and what drives them, and what their plasticity begins with. */
import type { CompiledNetwork, CompiledPlasticity, CompiledRenewal } from "../compile/compiled.ts";
import type { Inputs } from "../host/inputs.ts";
import { type ConstantIncrements, initSources, type Sources, sourceStateLength } from "../random/source.ts";
import type { Arrays, EventArrays } from "./arrays.ts";

/** Of renewal sources. */
export interface SourceArrays {
  /** of renewal sources, by population: see random/source.ts. */
  readonly sources: ReadonlyMap<number, Uint32Array>;
  /** by population of those whose rates are signals: the row that drives each, [entry * n + cell]. */
  readonly rowOfCell: ReadonlyMap<number, Uint32Array>;
  /** by population of those with constant rates: per entry. */
  readonly constant: ReadonlyMap<number, readonly ConstantIncrements[]>;
}

export const renewalsOf = ({ populations }: CompiledNetwork): (readonly [number, CompiledRenewal])[] =>
  populations.flatMap((p, k) => (p.kind === "renewal" ? [[k, p] as const] : []));

export const describe = ({ entries, seeds }: CompiledNetwork, p: CompiledRenewal, entry: number): Sources => ({
  n: p.n,
  entries,
  entry,
  order: p.order,
  seed: seeds[entry] as number,
  stream: p.stream,
});

/** What renewal sources begin with, and what drives them. */
export function sourceArrays(network: CompiledNetwork, inputs: Inputs, arrays: Arrays): SourceArrays {
  const { entries } = network;
  const all = renewalsOf(network);
  const constant = all.flatMap(([k]) => {
    const rates = inputs.constant.get(k);
    return rates === undefined ? [] : [[k, arrays.shared ? rates.map((r) => shared(r, arrays)) : rates] as const];
  });
  const memory = {
    sources: new Map(all.map(([k, p]) => [k, begun(network, p, arrays)])),
    rowOfCell: new Map(all.flatMap(([k, p]) => (inputs.constant.has(k) ? [] : [[k, arrays.words(p.n * entries)] as const]))),
    constant: new Map(constant),
  };
  placeRows(network, inputs, memory.rowOfCell);
  return memory;
} // prettier-ignore

const shared = ({ whole, fraction }: ConstantIncrements, { words }: Arrays): ConstantIncrements => {
  const made = { whole: words(whole.length), fraction: words(fraction.length) };
  made.whole.set(whole);
  made.fraction.set(fraction);
  return made;
};

function begun(network: CompiledNetwork, p: CompiledRenewal, { words }: Arrays): Uint32Array {
  const state = words(sourceStateLength({ n: p.n, entries: network.entries }));
  for (let e = 0; e < network.entries; e++) initSources(state, describe(network, p, e));
  return state;
}

/** Which row of rates drives each source, as it is now. */
export function placeRows(network: CompiledNetwork, inputs: Inputs, rowOfCell: SourceArrays["rowOfCell"]): void {
  for (const [k, into] of rowOfCell) {
    const { n, signalOfCell } = network.populations[k] as CompiledRenewal;
    const rows = inputs.rowsOf(k);
    const signals = rows.length / network.entries;
    for (let at = 0; at < into.length; at++) {
      const entry = Math.floor(at / n);
      into[at] = rows[entry * signals + (signalOfCell[at - entry * n] as number)] as number;
    }
  }
}

/** What sources of a projection with source-side plasticity begin with: states [state][entry][source], steps of last spikes [entry][source],
 * 0 before the first. */
export function releaseArrays({ entries }: CompiledNetwork, { n, states, state0 }: CompiledPlasticity, arrays: Arrays): EventArrays {
  const state = arrays.floats(states.length * entries * n);
  for (let s = 0; s < states.length; s++)
    for (let e = 0; e < entries; e++) state.set(state0.subarray(s * n, (s + 1) * n), (s * entries + e) * n);
  return { state, last: arrays.words(entries * n) };
} // prettier-ignore
