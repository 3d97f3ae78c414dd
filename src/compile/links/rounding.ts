import { ModelError } from "../../errors.ts";
import { type DrawnLinks, type DrawnProjection } from "./links.ts";

/** A projection as the stages deliver it: q and the factor on its weights, per entry. */
export interface Delivered {
  readonly projection: DrawnProjection;
  readonly q: Float64Array;
  readonly scale: Float64Array;
}

/** A weight below this part of its projection's median is a tail that nothing depends on. */
const NEGLIGIBLE = 1e-6;

/** What fixed point does to small weights: events are added as whole multiples of 1/q, and q follows from the largest sum that one
 * step can bring to a cell of the target. A weight below half of 1/q would act as 0.
 * @throws ModelError where half of a projection's links or more would
 * @returns warnings where a few do */
export function lostWeights(delivered: readonly Delivered[]): string[] {
  const warnings: string[] = [];
  for (const { projection, q, scale } of delivered) {
    const { links, description } = projection;
    const seen = new Set<string>();
    q.forEach((scaleToInteger, e) => {
      const structure = links.length === 1 ? 0 : e;
      const factor = Math.abs(scale[e] as number) || 1; // a projection that is switched off now may be on later
      const quantum = 1 / (scaleToInteger * factor);
      const key = `${structure} ${quantum}`;
      if (seen.has(key) || scaleToInteger === 0) return;
      seen.add(key);
      const found = lost(links[structure] as DrawnLinks, quantum, Math.round(projection.procedural?.links ?? 0));
      if (found === undefined) return;
      const { count, of, largest } = found;
      const { unit } = description.weight;
      const what = `${count} of ${of} links weigh ${largest} ${unit} or less, below half of ${quantum} ${unit}, the smallest step that the sums of its target keep beside the largest weights there: they would act as 0`;
      if (2 * count >= of) {
        throw new ModelError(
          description.name,
          what,
          "Make the largest weights onto this target smaller (or its maxScale), or connect them to a population of their own",
        );
      }
      warnings.push(`${description.name}: ${what}`);
    });
  }
  return warnings;
}

/** The links whose weight is not 0 but would be after rounding; undefined where none is, or none that matters. */
function lost(
  { target, order, weight }: DrawnLinks,
  quantum: number,
  procedural: number,
): { count: number; of: number; largest: number } | undefined {
  const half = quantum / 2;
  const n = target.length + procedural;
  if (typeof weight === "number") {
    const w = Math.abs(weight);
    return w === 0 || w >= half || n === 0 ? undefined : { count: n, of: n, largest: w };
  }
  let [count, of, largest] = [0, 0, 0];
  for (let k = 0; k < n; k++) {
    const w = Math.abs(weight[order?.[k] ?? k] as number);
    if (w === 0) continue;
    of++;
    if (w >= half) continue;
    count++;
    largest = Math.max(largest, w);
  }
  if (count === 0) return undefined;
  if (2 * count >= of) return { count, of, largest };
  const sorted = weight
    .map(Math.abs)
    .filter((w) => w > 0)
    .sort();
  const median = sorted[sorted.length >>> 1] as number;
  return largest > NEGLIGIBLE * median ? { count, of, largest } : undefined;
}
