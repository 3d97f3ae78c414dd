import { compile } from "../../../src/compile/compile.ts";
import type { CompiledNetwork } from "../../../src/compile/compiled.ts";
import { allToAll, fixedProbability, oneToOne } from "../../../src/connect/rules.ts";
import { Network } from "../../../src/network/network.ts";
import { poisson } from "../../../src/network/sources.ts";
import { Hz, ms, perCell, uS } from "../../../src/units.ts";
import { DT, hhCells } from "../../gpu/engine-networks.ts";

/** Every law, two receptors of one group, delays of axons, links kept beside others that are not, a structure of its own for each entry or `one`. */
export function mixedNetwork(procedural: boolean, entries = 1, one = false): Network {
  const net = new Network({ seed: 11, structureSeed: 4 });
  const n = 70;
  const S = net.sources("S", n, poisson({ rate: Hz(120) }));
  const E = net.cells("E", { ...hhCells(n), axonDelay: perCell(ms, Array.from({ length: n }, (_, c) => 0.05 * (c % 7))) });
  const M = net.cells("M", hhCells(300));
  net.connect(S, E.fast, oneToOne({ probability: 0.9 }), { weight: uS(0.02), delay: ms(0.3), procedural });
  net.connect(S, E.excitatory, fixedProbability(0.3), { weight: uS(0.001), delay: ms(0.3), procedural });
  net.connect(S, E.fast, fixedProbability(0.12), { weight: uS(0.0007), delay: ms(0.3), name: "kept" });
  net.connect(E, E.excitatory, fixedProbability(0.1, { autapses: false }), { weight: uS(0.003), delay: ms(1), procedural });
  net.connect(E, E.inhibitory, allToAll({ autapses: false }), { weight: uS(0.0002), delay: ms(0.9), procedural });
  net.connect(E, M.fast, fixedProbability(0.15), { weight: uS(0.004), delay: ms(2), procedural });
  net.record(E, "V", { every: ms(0.1) });
  net.record(M, "V", { every: ms(0.5) });
  if (entries > 1) {
    if (!one) net.vary("structureSeed", Array.from({ length: entries }, (_, e) => 4 + e));
    net.vary("S->E.fast.scale", Array.from({ length: entries }, (_, e) => 1 - 0.1 * e));
  }
  return net;
} // prettier-ignore

export const mixed = (procedural: boolean, entries = 1, maxBlock?: number, one = false): CompiledNetwork =>
  compile(mixedNetwork(procedural, entries, one), { dt: DT, ...(maxBlock === undefined ? {} : { maxBlock }) });
