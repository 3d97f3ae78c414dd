import { name } from "../../lang/expr.ts";
import type { NetworkDescription } from "../../network/description.ts";
import type { CompiledTrace } from "../compiled.ts";
import type { DrawnProjection } from "./links.ts";
import { sampling } from "../chosen-cells.ts";

/** The recordings of a projection's weights as traces of its target.
 * @param learning  index into CompiledNetwork.learning
 * @throws ModelError for links that are not there, and intervals that are no steps */
export function weightTraces(d: NetworkDescription, p: DrawnProjection, learning: number, dt: number): CompiledTrace[] {
  const { name: label, weight } = p.description;
  const links = Math.min(...p.links.map((l) => l.target.length));
  return d.recordings.flatMap((r): CompiledTrace[] => {
    if (r.projection !== label) return [];
    const where = `recording of the weights of "${label}"`;
    return [{
      variable: `${label}.${r.variable}`, unit: weight.unit, phase: "link", value: name("s_w"), learning,
      ...sampling(where, r, dt, links, "link"),
    }];
  });
} // prettier-ignore
