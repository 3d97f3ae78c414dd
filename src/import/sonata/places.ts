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
  /** um along the tree, from the middle of the soma to its own. */
  readonly distance: number;
}

/** `soma` of `soma`, `dend` of `dend_2`. */
export const kindOf = (section: string): string => section.split("_")[0] as string;

/** Compartments of a cell's sections, in their order. The first section is the soma. */
export function compartmentsOf(sections: readonly SectionSpec[]): Compartment[] {
  const [soma] = sections;
  const of = new Map(sections.map((section) => [section.name, section]));
  const starts = new Map<string, number>([[soma?.name ?? "", 0]]);
  // on the soma a way begins in its middle, on another section at its 0 end
  const startOf = (section: SectionSpec): number => {
    const way: SectionSpec[] = [];
    for (let at = section; !starts.has(at.name); at = of.get(at.parent ?? "") as SectionSpec) way.push(at);
    for (const { name, parent = "", parentEnd = 1 } of way.reverse()) {
      const on = of.get(parent) as SectionSpec;
      const before = starts.get(parent) as number;
      starts.set(name, on === soma ? Math.abs(parentEnd - 0.5) * lengthOf(on) : before + parentEnd * lengthOf(on));
    }
    return starts.get(section.name) as number;
  };
  return sections.flatMap((section, id) => {
    const { name, nseg = 1 } = section;
    const [start, length] = [startOf(section), lengthOf(section)];
    return Array.from({ length: nseg }, (_, k) => {
      const x = (k + 0.5) / nseg;
      const distance = section === soma ? Math.abs(x - 0.5) * length : start + x * length;
      return {
        section: name,
        kind: kindOf(name),
        id,
        x,
        middle: k === Math.floor(nseg / 2),
        length: length / nseg,
        distance,
      };
    });
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

/** Where synapses may be, by `target_sections` ("['somatic', 'basal']") and `distance_range` ("[0.0, 150.0]", um from the soma). */
export class DrawnPlaces {
  readonly #of: readonly Compartment[];
  /** um up to the end of each compartment. */
  readonly #until: Float64Array;

  /** @throws DataError for texts that are no such lists, or that leave no compartment */
  constructor(where: string, cell: readonly Compartment[], sections: string, range: string | undefined) {
    const kinds = new Set(wordsOf(`${where}, target_sections`, sections).flatMap((word) => kindsNamed(`${where}, target_sections`, word))); // prettier-ignore
    const [least, most] = range === undefined ? [0, Infinity] : rangeOf(`${where}, distance_range`, range);
    this.#of = cell.filter(({ kind, distance }) => kinds.has(kind) && distance >= least && distance <= most);
    if (this.#of.length === 0) throw new DataError(where, `leaves no compartment of ${[...kinds].join(", ")} between ${least} and ${most} um from the soma`, "Widen distance_range or target_sections"); // prettier-ignore
    let sum = 0;
    this.#until = Float64Array.from(this.#of, ({ length }) => (sum += length));
  }

  /** A compartment, as likely as it is long, drawn by (seed, edge population, edge, synapse). */
  draw(seed: number, population: string, edge: number, synapse: number): Compartment {
    const word = drawU32(seed, stream("sonata place", population), edge, synapse, "receptor");
    const at = ((word + 0.5) / 2 ** 32) * (this.#until.at(-1) as number);
    const k = this.#until.findIndex((until) => at < until);
    return this.#of[k < 0 ? this.#of.length - 1 : k] as Compartment;
  }
}

/** Words of a list as Python prints it. */
function wordsOf(where: string, text: string): string[] {
  const inside = /^\s*\[(.*)\]\s*$/.exec(text)?.[1] ?? text;
  const words = inside.split(",").map((one) => one.trim().replace(/^u?(['"])(.*)\1$/, "$2"));
  if (words.every((word) => /^\w+$/.test(word))) return words;
  throw new DataError(where, `is "${text.slice(0, 60)}"`, "Give a list of sections: ['basal', 'apical']");
}

function rangeOf(where: string, text: string): [number, number] {
  const [, a = "", b = ""] = /^\s*[[(]\s*([^,\s]+)\s*,\s*([^,\s]+)\s*[\])]\s*$/.exec(text) ?? [];
  const [least, most] = [Number(a), /^(?:inf|Infinity)$/.test(b) ? Infinity : Number(b)];
  if (a !== "" && least >= 0 && most >= least) return [least, most];
  throw new DataError(where, `is "${text.slice(0, 60)}"`, "Give two distances in um, from 0 and ascending: [0.0, 150.0]"); // prettier-ignore
}
