import { didYouMean, ModelError } from "../../errors.ts";
import { expectedLinks } from "../../connect/rules.ts";
import { ruleSizes } from "../../network/check-projection.ts";
import type { NetworkDescription, TrainedDescription } from "../../network/description.ts";
import { at, drawProjections, keptWeights } from "./links.ts";
import { Ticker } from "../ticker.ts";
import { drawsOf } from "../trained/network.ts";

/** Links as columns, by source, then in the rule's order. Indices count within populations, from 0. */
export interface LinkColumns {
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  /** in `unit`. */
  readonly weight: Float64Array;
  readonly unit: string;
  /** ms, the axon's included, before it is rounded to steps. */
  readonly delay: Float64Array;
  /** of each link: index into `receptors`, which is empty for a trained network. */
  readonly receptor: Uint8Array;
  readonly receptors: readonly string[];
}

/** Links that are listed at most. */
const MOST = 200_000_000;

/** The links that a projection has in a run: drawn as a run draws them, those of procedural projections and of a trained network too.
 * Weights are those at the start.
 * @param network  a Network, or what its `describe()` says
 * @param projection  its name, or what `connect` or `trained` returned
 * @param structureSeed  default: the network's own
 * @throws ModelError for a projection that is not there, and beyond 2e8 links */
export function linksOf(
  network: NetworkDescription | { describe(): NetworkDescription },
  projection: string | { readonly name: string },
  structureSeed?: number,
): LinkColumns {
  const d = "describe" in network ? network.describe() : network;
  const name = typeof projection === "string" ? projection : projection.name;
  const { trained } = d;
  if (trained?.name === name) return linksOfTrained(trained, structureSeed ?? d.structureSeed);
  const found = d.projections.find((p) => p.name === name);
  if (found === undefined) throw new ModelError(`projection "${name.slice(0, 60)}"`, "is not in the network", didYouMean(name.slice(0, 60), [...d.projections, ...(trained === undefined ? [] : [trained])].map((p) => p.name))); // prettier-ignore
  checkNumber(name, expectedLinks(found.rule, ruleSizes(found, d.populations)).mean);
  const kept = { ...d, projections: [{ ...found, procedural: false }] };
  const [drawn] = drawProjections(kept, [structureSeed ?? d.structureSeed], new Ticker(undefined));
  const links = drawn?.links[0];
  if (drawn === undefined || links === undefined) throw new ModelError(`projection "${name}"`, "draws nothing", "Check its rule"); // prettier-ignore
  const n = links.target.length;
  const source = new Uint32Array(n);
  for (let s = 0; s + 1 < links.start.length; s++) source.fill(s, links.start[s], links.start[s + 1]);
  const place = (k: number): number => links.order?.[k] ?? k;
  const weight = keptWeights(links);
  return {
    source,
    target: links.target.slice(),
    weight: Float64Array.from({ length: n }, (_, k) => at(weight, place(k))),
    unit: found.weight.unit,
    delay: Float64Array.from(source, (s, k) => at(links.delayMs, place(k)) + at(drawn.axonDelayMs, s)),
    receptor: links.receptor?.slice() ?? new Uint8Array(n),
    receptors: found.receptors,
  };
}

/** Of a trained network: without delay, and without receptors to choose from. */
function linksOfTrained(trained: TrainedDescription, seed: number): LinkColumns {
  const { n, p, links } = trained;
  checkNumber(trained.name, links?.source.length ?? p * n * n);
  const { rowPtr, colIdx, w0 } = drawsOf(trained, { ...trained, N: n }, seed);
  const order = Uint32Array.from(colIdx.keys()).sort((a, b) => (colIdx[a] as number) - (colIdx[b] as number) || a - b);
  const to = new Uint32Array(colIdx.length);
  for (let i = 0; i < n; i++) to.fill(i, rowPtr[i], rowPtr[i + 1]);
  return {
    source: order.map((k) => colIdx[k] as number),
    target: order.map((k) => to[k] as number),
    weight: Float64Array.from(order, (k) => w0[k] as number),
    unit: "1",
    delay: new Float64Array(order.length),
    receptor: new Uint8Array(order.length),
    receptors: [],
  };
}

function checkNumber(name: string, links: number): void {
  if (links > MOST) throw new ModelError(`projection "${name}"`, `has some ${Math.round(links)} links`, `Lists hold at most ${MOST}`); // prettier-ignore
}
