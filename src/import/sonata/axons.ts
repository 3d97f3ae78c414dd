import { DataError } from "../../errors.ts";
import { arcs, type Point3d } from "../../morphology/frusta.ts";
import type { SwcMorphology, SwcSection } from "../swc/sections.ts";
import { startsOf } from "./places.ts";

/** What becomes of a reconstructed axon, by `model_processing` (appendix of SONATA's guide, BMTK's documentation). */

/** Two sections of 30 um, one behind the other: where the first hangs on the soma, and their diameters in um. */
export interface ShortAxon {
  readonly at: number;
  readonly diams: readonly [number, number];
}

interface Processed {
  readonly soma: SwcSection;
  /** Soma, dendrites, apical ones; with the file's axon behind the soma where it stays. */
  readonly kept: readonly SwcSection[];
  /** What stands for the axon, where it does not stay. */
  readonly axon: ShortAxon | undefined;
  /** Names by `afferent_section_id`: soma, the file's axon (undefined where it is replaced), dendrites, apical ones. */
  readonly inFile: readonly (string | undefined)[];
}

const KINDS = ["soma", "axon", "dend", "apic"];

/** How a processing makes the axon: whether of its own diameter, and which section gives the second. The `_directed` ones of BMTK point
 * the same two sections along the reconstruction, which no current depends on. */
const SHORT: ReadonlyMap<string, "1 um" | "last" | "beyond 60 um"> = new Map([
  ["aibs_perisomatic", "1 um"],
  ["aibs_perisomatic_directed", "1 um"],
  ["aibs_allactive", "last"],
  ["aibs_allactive_directed", "last"],
  ["axon_bbpv5", "beyond 60 um"],
]);
const PROCESSINGS = ["fullaxon", ...SHORT.keys()];

/** @param processing  the type's, "fullaxon" where nothing is said, as SONATA's guide has it
 * @param path  of the morphology
 * @throws DataError for another processing, another tree than one of soma, axon and dendrites, or a dendrite on an axon that goes */
export function processed(where: string, processing: string, path: string, { sections }: SwcMorphology): Processed {
  if (!PROCESSINGS.includes(processing)) throw new DataError(where, `has the model_processing "${processing.slice(0, 60)}"`, `hillock takes ${PROCESSINGS.join(", ")}`);
  const soma = sections.find(({ parent }) => parent === undefined);
  if (soma?.kind !== "soma") throw new DataError(path, "does not begin with a soma", "Give points of type 1 at the root");
  const other = sections.find(({ kind }) => !KINDS.includes(kind));
  if (other !== undefined) throw new DataError(`${path}, line ${other.line}`, `has the type ${other.type}`, "Give soma, axon, dendrites and apical dendrites (1 to 4)");
  const all = KINDS.flatMap((kind) => sections.filter((s) => s.kind === kind).sort((a, b) => count(a) - count(b)));
  if (processing === "fullaxon") return { soma, kept: all, axon: undefined, inFile: all.map(({ name }) => name) };
  const kept = all.filter(({ kind }) => kind !== "axon");
  const orphan = kept.find(({ parent }) => parent !== undefined && parent.startsWith("axon"));
  if (orphan !== undefined) throw new DataError(`${path}, line ${orphan.line}`, `${orphan.name} hangs on the axon, which ${processing} replaces`, "Let it hang on the soma or a dendrite");
  const rule = SHORT.get(processing);
  if (processing.endsWith("_directed") && kept.length === sections.length) throw new DataError(`${path}, ${processing}`, "points the new axon along one that the file has not", `Take ${processing.replace("_directed", "")}, or add the axon`);
  const axon = rule === "1 um" ? { at: 0.5, diams: [1, 1] as const } : { at: 1, diams: diamsOf(`${path}, ${processing}`, sections, rule === "last") };
  return { soma, kept, axon, inFile: all.map(({ kind, name }) => (kind === "axon" ? undefined : name)) };
} // prettier-ignore

const count = ({ name }: SwcSection): number => Number(name.split("_")[1] ?? 0);

/** The mean diameters of the axon's first section, and of its last, as BMTK has it, or of the first whose middle is more than 60 um from the
 * soma's 0 end, else again of the first, as SONATA's guide has it. */
function diamsOf(where: string, sections: readonly SwcSection[], last: boolean): readonly [number, number] {
  const lengthOf = ({ points }: SwcSection): number => arcs(points).at(-1) as number;
  const starts = startsOf(sections, lengthOf);
  const axon = sections.filter(({ kind }) => kind === "axon").sort((a, b) => count(a) - count(b));
  const first = axon[0];
  if (first === undefined) throw new DataError(where, "takes its diameters from an axon that the file has not", "Take aibs_perisomatic, or add the axon"); // prettier-ignore
  if (last) return [meanDiam(first.points), meanDiam((axon.at(-1) as SwcSection).points)];
  const far = axon.find((section) => (starts.get(section.name) as number) + lengthOf(section) / 2 > 60) ?? first;
  return [meanDiam(first.points), meanDiam(far.points)];
}

/** Over the length, um. */
function meanDiam(points: readonly Point3d[]): number {
  const along = arcs(points);
  let sum = 0;
  for (let k = 1; k < points.length; k++)
    sum += (((points[k - 1] as Point3d)[3] + (points[k] as Point3d)[3]) / 2) * ((along[k] as number) - (along[k - 1] as number)); // prettier-ignore
  return sum / (along.at(-1) as number);
}
