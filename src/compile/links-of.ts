import { didYouMean, ModelError } from "../errors.ts";
import { expectedLinks } from "../connect/rules.ts";
import { ruleSizes } from "../network/check-projection.ts";
import type { NetworkDescription } from "../network/description.ts";
import { at, drawProjections } from "./links.ts";
import { Ticker } from "./ticker.ts";

/** Links as columns, by source, then in the rule's order. Indices count within populations, from 0. */
export interface LinkColumns {
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  /** in `unit`. */
  readonly weight: Float64Array;
  readonly unit: string;
  /** ms, the axon's included, before it is rounded to steps. */
  readonly delay: Float64Array;
  /** of each link: index into `receptors`. */
  readonly receptor: Uint8Array;
  readonly receptors: readonly string[];
}

/** Links that are listed at most. */
const MOST = 200_000_000;

/** The links that a projection has in a run: drawn as a run draws them, those of procedural projections too. Weights are those
 * at the start.
 * @param network  a Network, or what its `describe()` says
 * @param projection  its name, or what `connect` returned
 * @param structureSeed  default: the network's own
 * @throws ModelError for a projection that is not there, and beyond 2e8 links */
export function linksOf(
  network: NetworkDescription | { describe(): NetworkDescription },
  projection: string | { readonly name: string },
  structureSeed?: number,
): LinkColumns {
  const d = "describe" in network ? network.describe() : network;
  const name = typeof projection === "string" ? projection : projection.name;
  const found = d.projections.find((p) => p.name === name);
  if (found === undefined) throw new ModelError(`projection "${name.slice(0, 60)}"`, "is not in the network", didYouMean(name.slice(0, 60), d.projections.map((p) => p.name))); // prettier-ignore
  const { mean } = expectedLinks(found.rule, ruleSizes(found, d.populations));
  if (mean > MOST) throw new ModelError(`projection "${name}"`, `has some ${Math.round(mean)} links`, `Lists hold at most ${MOST}`); // prettier-ignore
  const kept = { ...d, projections: [{ ...found, procedural: false }] };
  const [drawn] = drawProjections(kept, [structureSeed ?? d.structureSeed], new Ticker(undefined));
  const links = drawn?.links[0];
  if (drawn === undefined || links === undefined) throw new ModelError(`projection "${name}"`, "draws nothing", "Check its rule"); // prettier-ignore
  const n = links.target.length;
  const source = new Uint32Array(n);
  for (let s = 0; s + 1 < links.start.length; s++) source.fill(s, links.start[s], links.start[s + 1]);
  const place = (k: number): number => links.order?.[k] ?? k;
  return {
    source,
    target: links.target.slice(),
    weight: Float64Array.from({ length: n }, (_, k) => at(links.weight, place(k))),
    unit: found.weight.unit,
    delay: Float64Array.from(source, (s, k) => at(links.delayMs, place(k)) + at(drawn.axonDelayMs, s)),
    receptor: links.receptor?.slice() ?? new Uint8Array(n),
    receptors: found.receptors,
  };
}
