import { own } from "../../own.ts";
import { ModelError, didYouMean } from "../../errors.ts";
import { tree, type Morphology } from "../../morphology/tree.ts";

/** um */
export type Point = readonly [x: number, y: number, z: number];

export const RECEPTORS = ["ampa", "nmda", "gabaa", "gabab"] as const;
export type ReceptorName = (typeof RECEPTORS)[number];

/** Double exponential conductance: E in mV, rise and decay in ms; an event of weight w peaks at w uS. */
export interface ReceptorParameters {
  readonly E: number;
  readonly tau1: number;
  readonly tau2: number;
}

/** Parameters of one mechanism in one section: one number, or one per segment from the 0 end. Names and units are the
 * published ones: gnabar, gkbar, gl of hh2 and gbar of cat and ar in S/cm2; gbar of ca, km, kca in pS/um2; el in mV; taur in ms. */
export type MechanismParameters = Readonly<Record<string, number | readonly number[]>>;

export interface ColumnSection {
  readonly name: string;
  readonly L: number; // um
  readonly diam: number; // um
  readonly Ra: number; // ohm cm
  readonly cm: number; // uF/cm2
  readonly nseg: number;
  readonly V0: number; // mV
  readonly parent?: string;
  readonly parentEnd?: 0 | 1;
  /** Unit vector from the 0 end to the 1 end. Only dipoles, electrodes and drawings use it. */
  readonly direction: Point;
  readonly receptors: readonly ReceptorName[];
  readonly mechanisms: Readonly<Record<string, MechanismParameters>>;
}

/** One of the column's four cell types as plain data: change a copy of it to change the model. */
export interface ColumnCellType {
  readonly name: string;
  readonly shortName: string;
  readonly layer: 2 | 5;
  readonly role: "excitatory" | "inhibitory";
  /** Whether its currents along the apical dendrite make the dipole. */
  readonly dipole: boolean;
  readonly colour: string;
  readonly receptors: Readonly<Partial<Record<ReceptorName, ReceptorParameters>>>;
  /** Names for groups of sections; every section's own name is a location too. An empty list refuses connections. */
  readonly locations: Readonly<Record<string, readonly string[]>>;
  readonly sections: readonly ColumnSection[];
}

/** Segments of a section: one up to 100 um, beyond that one per 50 um, made odd so that the middle is a segment's centre. */
export function segments(L: number): number {
  if (L <= 100) return 1;
  const n = Math.floor(L / 50);
  return n % 2 === 0 ? n + 1 : n;
}

/** Path distance (um) from the soma's 0 end to the middle of each segment. The soma's length counts on the way to sections
 * that hang on its 1 end and not to those on its 0 end. */
export function segmentDistances(sections: readonly SectionShape[], name: string): number[] {
  const section = sections.find((s) => s.name === name);
  if (section === undefined) {
    const names = sections.map((s) => s.name);
    throw new ModelError("cell type", `has no section "${name}"`, didYouMean(name, names));
  }
  const { L, nseg = segments(section.L) } = section;
  const near = distanceTo(sections, section, 0);
  return Array.from({ length: nseg }, (_, k) => near + ((2 * k + 1) / (2 * nseg)) * L);
}

/** Sections as nodes, with the massless ends that carry the dipole's end terms: 41 for L2, 65 for L5 pyramidal, 3 for baskets. */
export const morphologyOf = (type: ColumnCellType): Morphology => tree(type.sections);

/** The sections that a location stands for.
 * @throws ModelError for a name that is neither a location nor a section, and for a location without sections */
export function sectionsAt(type: ColumnCellType, location: string): readonly string[] {
  const names = type.sections.map((s) => s.name);
  const found = own(type.locations, location) ?? (names.includes(location) ? [location] : undefined);
  if (found === undefined) {
    const known = [...Object.keys(type.locations), ...names];
    throw new ModelError(type.name, `has no location or section "${location}"`, didYouMean(location, known));
  }
  if (found.length === 0) {
    const usable = Object.keys(type.locations).filter((key) => type.locations[key]?.length !== 0);
    throw new ModelError(
      type.name,
      `has nothing at location "${location}"`,
      `Leave ${type.name} out or use: ${usable.join(", ")}`,
    );
  }
  return found;
}

/** Both ends of every section (um), with the soma's 0 end at the origin. */
export function endPoints(type: ColumnCellType): ReadonlyMap<string, { readonly start: Point; readonly end: Point }> {
  const ends = new Map<string, { start: Point; end: Point }>();
  const place = (s: ColumnSection): { start: Point; end: Point } => {
    const known = ends.get(s.name);
    if (known !== undefined) return known;
    const parent = type.sections.find((p) => p.name === s.parent);
    const start: Point = parent === undefined ? [0, 0, 0] : s.parentEnd === 0 ? place(parent).start : place(parent).end;
    const end: Point = [
      start[0] + s.L * s.direction[0],
      start[1] + s.L * s.direction[1],
      start[2] + s.L * s.direction[2],
    ];
    const found = { start, end };
    ends.set(s.name, found);
    return found;
  };
  for (const s of type.sections) place(s);
  return ends;
}

export interface SectionShape {
  readonly name: string;
  readonly L: number;
  readonly nseg?: number;
  readonly parent?: string;
  readonly parentEnd?: 0 | 1;
}

/** Path distance from the root's 0 end to one end of a section. */
function distanceTo(sections: readonly SectionShape[], section: SectionShape, end: 0 | 1): number {
  const parent = sections.find((s) => s.name === section.parent);
  const near = parent === undefined ? 0 : distanceTo(sections, parent, section.parentEnd ?? 1);
  return end === 0 ? near : near + section.L;
}
