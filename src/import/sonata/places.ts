import { decimal } from "../../decimal.ts";
import { DataError } from "../../errors.ts";
import { arcs } from "../../morphology/frusta.ts";
import type { SectionSpec } from "../../network/cell.ts";
import { drawU32, stream } from "../../random/philox.ts";
import type { Given, Quantity } from "../../units.ts";

/** Places on cells: compartments with their kind, length and distance from the soma, and draws among them. */

export interface Compartment {
  readonly section: string;
  /** soma, axon, dend or apic. */
  readonly kind: string;
  /** of the section, as `sec_id` counts. */
  readonly id: number;
  /** of its middle, 0 to 1 along the section. */
  readonly x: number;
  /** Whether it holds the section's middle. */
  readonly middle: boolean;
  /** um. */
  readonly length: number;
  /** um along the tree, from the soma's 0 end to its own. */
  readonly near: number;
}

/** `soma` of `soma`, `dend` of `dend_2`. */
export const kindOf = (section: string): string => section.split("_")[0] as string;

/** A section and what it hangs on. */
interface Hung {
  readonly name: string;
  readonly parent?: string | undefined;
  readonly parentEnd?: number | undefined;
}

/** um along the tree from the root's 0 end to each section's own, as NEURON measures. The root is the section that hangs on none. */
export function startsOf<S extends Hung>(
  sections: readonly S[],
  lengthOf: (section: S) => number,
): Map<string, number> {
  const of = new Map(sections.map((section) => [section.name, section]));
  const starts = new Map<string, number>();
  for (const section of sections) {
    const way: S[] = [];
    for (let at: S | undefined = section; at !== undefined && !starts.has(at.name); at = of.get(at.parent ?? "")) way.push(at); // prettier-ignore
    for (const { name, parent = "", parentEnd = 1 } of way.reverse()) {
      const on = of.get(parent);
      starts.set(name, on === undefined ? 0 : (starts.get(parent) as number) + parentEnd * lengthOf(on));
    }
  }
  return starts;
}

/** Compartments of a cell's sections, in their order. The first section is the soma. */
export function compartmentsOf(sections: readonly SectionSpec[]): Compartment[] {
  const starts = startsOf(sections, lengthOf);
  return sections.flatMap((section, id) => {
    const { name, nseg = 1 } = section;
    const [start, length] = [starts.get(name) as number, lengthOf(section) / nseg];
    return Array.from({ length: nseg }, (_, k) => ({
      section: name,
      kind: kindOf(name),
      id,
      x: (k + 0.5) / nseg,
      middle: k === Math.floor(nseg / 2),
      length,
      near: start + k * length,
    }));
  });
}

/** um. */
function lengthOf({ points, L }: SectionSpec): number {
  if (points !== undefined) return arcs(points).at(-1) as number;
  return "value" in (L as Given<"um">) ? (L as Quantity<"um">).value : NaN;
}

/** Kinds of sections by the words of SONATA's guide and of BMTK. */
const KINDS: ReadonlyMap<string, string> = new Map([["soma", "soma"], ["somatic", "soma"], ["axon", "axon"], ["axonal", "axon"], ["dend", "dend"], ["basal", "dend"], ["apic", "apic"], ["apical", "apic"]]); // prettier-ignore

/** Which kinds a word stands for: one, or `all`.
 * @throws DataError for another word */
export function kindsNamed(where: string, word: string): readonly string[] {
  if (word === "all") return ["soma", "axon", "dend", "apic"];
  const kind = KINDS.get(word);
  if (kind !== undefined) return [kind];
  throw new DataError(where, `is "${word.slice(0, 60)}"`, `Give one of ${[...KINDS.keys()].join(", ")}, all`);
}

/** Where synapses may be, by `target_sections` ("['somatic', 'basal']") and `distance_range` ("[0.0, 150.0]", um from the soma's 0 end). As
 * BMTK has it, a compartment counts by what of its length is inside the range. */
export class DrawnPlaces {
  readonly #of: readonly Compartment[];
  /** um of lengths inside, up to the end of each compartment. */
  readonly #until: Float64Array;

  /** @throws DataError for texts that are no such lists, or that leave no compartment */
  constructor(where: string, cell: readonly Compartment[], sections: string, range: string | undefined) {
    const kinds = new Set(wordsOf(`${where}, target_sections`, sections).flatMap((word) => kindsNamed(`${where}, target_sections`, word))); // prettier-ignore
    const [least, most] = range === undefined ? [0, Infinity] : rangeOf(`${where}, distance_range`, range);
    const inside = ({ near, length }: Compartment): number => Math.min(near + length, most) - Math.max(near, least);
    this.#of = cell.filter((one) => kinds.has(one.kind) && inside(one) > 0);
    if (this.#of.length === 0) throw new DataError(where, `leaves no compartment of ${[...kinds].join(", ")} between ${least} and ${most} um from the soma`, "Widen distance_range or target_sections"); // prettier-ignore
    let sum = 0;
    this.#until = Float64Array.from(this.#of, (one) => (sum += inside(one)));
  }

  /** A compartment, as likely as it is long inside the range, drawn by (seed, stream, edge, synapse). */
  draw(seed: number, streamId: number, edge: number, synapse: number): Compartment {
    const word = drawU32(seed, streamId, edge, synapse, "receptor");
    const at = ((word + 0.5) / 2 ** 32) * (this.#until.at(-1) as number);
    let [low, high] = [0, this.#of.length - 1]; // the first that ends behind it
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at < (this.#until[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return this.#of[low] as Compartment;
  }
}

/** The random stream of an edge population's places. */
export const placesStream = (population: string): number => stream("sonata place", population);

/** Words of a list as Python prints it. */
function wordsOf(where: string, text: string): string[] {
  const inside = /^\s*\[(.*)\]\s*$/.exec(text)?.[1] ?? text;
  const words = inside.split(",").map((one) => one.trim().replace(/^u?(['"])(.*)\1$/, "$2"));
  if (words.every((word) => /^\w+$/.test(word))) return words;
  throw new DataError(where, `is "${text.slice(0, 60)}"`, "Give a list of sections: ['basal', 'apical']");
}

function rangeOf(where: string, text: string): [number, number] {
  const [, a = "", b = ""] = /^\s*[[(]\s*([^,\s]+)\s*,\s*([^,\s]+)\s*[\])]\s*$/.exec(text) ?? [];
  const [least, most] = [decimal(a), /^(?:inf|Infinity)$/.test(b) ? Infinity : decimal(b)];
  if (least >= 0 && most >= least) return [least, most];
  throw new DataError(where, `is "${text.slice(0, 60)}"`, "Give two distances in um, from 0 and ascending: [0.0, 150.0]"); // prettier-ignore
}
