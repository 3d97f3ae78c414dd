import { ModelError } from "../../errors.ts";
import type { RowTable } from "../compiled.ts";
import { type DrawnLinks, type DrawnProjection, keptWeights } from "./links.ts";

/** A projection as the stages deliver it: q and the factor on its weights, per entry. */
interface Delivered {
  readonly projection: DrawnProjection;
  /** of its stage, per structure. */
  readonly rows: readonly RowTable[];
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
  for (const { projection, rows, q, scale } of delivered) {
    const { links, description } = projection;
    const seen = new Set<string>();
    q.forEach((scaleToInteger, e) => {
      const structure = links.length === 1 ? 0 : e;
      const factor = Math.abs(scale[e] as number) || 1; // a projection that is switched off now may be on later
      const quantum = 1 / (scaleToInteger * factor);
      const key = `${structure} ${quantum}`;
      if (seen.has(key) || scaleToInteger === 0) return;
      seen.add(key);
      const drawn = links[structure] as DrawnLinks;
      const n = drawn.target.length + Math.round(projection.procedural?.links ?? 0);
      const found = lost(weightsIn(rows[structure], projection.index) ?? allWeights(drawn), n, quantum);
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

function allWeights(links: DrawnLinks): number | Float64Array[] {
  const weights = keptWeights(links);
  return typeof weights === "number" ? weights : [weights];
}

/** Weights of the single links of a projection as its rows hold them, in parts; undefined where it has none there. */
function weightsIn(rows: RowTable | undefined, projection: number): Float64Array[] | undefined {
  if (rows?.weightStride[projection] !== 1) return undefined;
  const { segmentProjection, segmentStart, segmentWeight, weight } = rows;
  const parts: Float64Array[] = [];
  let [from, to] = [0, 0];
  for (let s = 0; s < segmentProjection.length; s++) {
    if (segmentProjection[s] !== projection) continue;
    const first = segmentWeight[s] as number;
    if (first !== to) {
      if (to > from) parts.push(weight.subarray(from, to));
      from = first;
    }
    to = first + (segmentStart[s + 1] as number) - (segmentStart[s] as number);
  }
  parts.push(weight.subarray(from, to));
  return parts;
}

/** The links whose weight is not 0 but would be after rounding; undefined where none is, or none that matters.
 * @param weights  one for all n, or of each */
function lost(
  weights: number | readonly Float64Array[],
  n: number,
  quantum: number,
): { count: number; of: number; largest: number } | undefined {
  const half = quantum / 2;
  if (typeof weights === "number") {
    const w = Math.abs(weights);
    return w === 0 || w >= half || n === 0 ? undefined : { count: n, of: n, largest: w };
  }
  let [count, of, largest] = [0, 0, 0];
  for (const part of weights) {
    for (let k = 0; k < part.length; k++) {
      const w = Math.abs(part[k] as number);
      if (w === 0) continue;
      of++;
      if (w >= half) continue;
      count++;
      largest = Math.max(largest, w);
    }
  }
  if (count === 0) return undefined;
  if (2 * count >= of) return { count, of, largest };
  const median = medianOf(weights, of);
  return largest > NEGLIGIBLE * median ? { count, of, largest } : undefined;
}

/** Of the sizes of the weights that are not 0, whose number is `of`. */
function medianOf(weights: readonly Float64Array[], of: number): number {
  const sizes = new Float64Array(of);
  let k = 0;
  for (const part of weights) for (const w of part) if (w !== 0) sizes[k++] = Math.abs(w);
  return sizes.sort()[of >>> 1] as number;
}
