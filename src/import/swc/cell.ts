import { own } from "../../own.ts";
import { didYouMean, ModelError } from "../../errors.ts";
import { evaluator } from "../../lang/evaluate.ts";
import { parse } from "../../lang/parse.ts";
import type { Mechanism } from "../../mechanisms/mechanism.ts";
import { arcs, type Point3d, segmentsOf } from "../../morphology/frusta.ts";
import type { CellModel, Insertion } from "../../network/cell.ts";
import { canonical, mV, ohm_cm, type Quantity, uF_per_cm2, type Unit, type Given } from "../../units.ts";
import { swc, type SwcMorphology, type SwcSection } from "./sections.ts";

/** How many compartments a section gets. `dLambda`: an odd number, so that none is longer than this part of the length constant at
 * `frequency` (default 100 Hz): NEURON's d_lambda rule. `length`: an odd number, none longer than this. Or the same number for all. */
export type NsegRule =
  { readonly dLambda: number; readonly frequency?: Quantity<"Hz"> } | { readonly length: Quantity<"um"> } | number;

/** One value for all sections, or one by kind of section (`soma`, `axon`, `dend`, `apic`, `type5`), with `other` for the rest. */
export type ByKind<T> = T | Readonly<Record<string, T>>;

export interface SwcInsertion {
  readonly mechanism: Mechanism;
  /** Kinds or names of sections; default: all. */
  readonly in?: readonly string[];
  readonly as?: string;
  /** A value, or an expression per compartment in the parameter's unit: of `distance` (um along the path from the middle of a root soma,
   * otherwise from the root's 0 end, to the compartment's middle), `diam` (um, mean of the compartment) and `x` (0 to 1 along
   * the section). */
  readonly params?: Readonly<Record<string, Given<Unit> | string>>;
}

export interface SwcCellOptions extends Omit<CellModel, "sections" | "insertions" | "detector" | "V0" | "celsius"> {
  /** What errors call the text; default "SWC", of ascCell "ASC". */
  readonly where?: string;
  /** Axial resistivity; default 35.4 ohm cm, as in NEURON. */
  readonly Ra?: ByKind<Quantity<"ohm cm">>;
  /** Membrane capacitance; default 1 uF/cm2. */
  readonly cm?: ByKind<Quantity<"uF/cm2">>;
  /** default { dLambda: 0.1 }. */
  readonly nseg?: NsegRule;
  readonly mechanisms?: readonly SwcInsertion[];
  /** Default: the middle of the soma (of the root without one), upwards through 0 mV. */
  readonly detector?: CellModel["detector"];
  /** default -65 mV. */
  readonly V0?: CellModel["V0"];
  /** default 6.3 degC, as in NEURON. */
  readonly celsius?: CellModel["celsius"];
}

interface Sized extends SwcSection {
  readonly L: number; // um
  readonly nseg: number;
  readonly Ra: Quantity<"ohm cm">;
  readonly cm: Quantity<"uF/cm2">;
  /** of its 0 end, um. */
  readonly distance: number;
}

/** A cell for `net.cells` from an SWC text.
 * @throws DataError with the line, for a file that cannot be read; ModelError for values that make no cell */
export const swcCell = (text: string, options: SwcCellOptions = {}): CellModel =>
  cellOf(swc(text, options.where ?? "SWC"), { where: "SWC", ...options });

/** A cell of sections that were read. */
export function cellOf(morphology: SwcMorphology, options: SwcCellOptions & { readonly where: string }): CellModel {
  const {
    where,
    Ra = ohm_cm(35.4),
    cm = uF_per_cm2(1),
    nseg = { dLambda: 0.1 },
    mechanisms = [],
    detector,
    ...rest
  } = options;
  const sections = sized(where, morphology, { Ra, cm, nseg });
  const root = sections.find((s) => s.kind === "soma") ?? (sections[0] as Sized);
  return {
    V0: mV(-65),
    celsius: { value: 6.3, unit: "degC" },
    ...rest,
    detector: detector ?? { section: root.name, at: 0.5, threshold: mV(0) },
    sections: sections.map(({ name, points, parent, parentEnd, ...s }) => ({
      name,
      points,
      Ra: s.Ra,
      cm: s.cm,
      nseg: s.nseg,
      ...(parent === undefined ? {} : { parent, parentEnd: parentEnd ?? 1 }),
    })),
    insertions: mechanisms.flatMap((m) => insertions(where, m, sections)),
  };
}

function sized(
  where: string,
  { sections }: SwcMorphology,
  options: Required<Pick<SwcCellOptions, "Ra" | "cm" | "nseg">>,
): Sized[] {
  const done = new Map<string, Sized>();
  for (const s of sections) {
    const Ra = ofKind(`${where}, Ra`, options.Ra, s.kind);
    const cm = ofKind(`${where}, cm`, options.cm, s.kind);
    const L = arcs(s.points).at(-1) as number;
    const nseg = segmentCount(`${where}, nseg`, options.nseg, s.points, Ra, cm);
    const parent = s.parent === undefined ? undefined : (done.get(s.parent) as Sized);
    done.set(s.name, { ...s, Ra, cm, L, nseg, distance: startOf(s, parent) });
  }
  return [...done.values()];
}

/** Distance of a section's 0 end. The middle of a root soma is 0, so what hangs on an end of it begins half its length away. */
function startOf(s: SwcSection, parent: Sized | undefined): number {
  if (parent === undefined) return 0;
  const at = s.parentEnd ?? 1;
  const fromMiddle = parent.parent === undefined && parent.kind === "soma";
  return fromMiddle ? Math.abs(at - 0.5) * parent.L : parent.distance + at * parent.L;
}

const distanceAt = (s: Sized, x: number): number =>
  s.parent === undefined && s.kind === "soma" ? Math.abs(x - 0.5) * s.L : s.distance + x * s.L;

function ofKind<U extends Unit>(where: string, given: ByKind<Quantity<U>>, kind: string): Quantity<U> {
  if ("unit" in given && "value" in given) return given as Quantity<U>;
  const by = given as Readonly<Record<string, Quantity<U>>>;
  const found = Object.hasOwn(by, kind) ? by[kind] : by["other"];
  if (found !== undefined) return found;
  throw new ModelError(
    where,
    `is not given for sections of kind "${kind}"`,
    `Give { ${kind}: ..., other: ... }, or one for all`,
  );
}

const MOST_SEGMENTS = 100_000;

function segmentCount(
  where: string,
  rule: NsegRule,
  points: readonly Point3d[],
  Ra: Quantity<"ohm cm">,
  cm: Quantity<"uF/cm2">,
): number {
  const odd = (parts: number): number => 2 * Math.floor((parts + 0.9) / 2) + 1;
  const n = typeof rule === "number" ? rule : odd(parts(where, rule, points, Ra, cm));
  if (Number.isInteger(n) && n >= 1 && n <= MOST_SEGMENTS) return n;
  throw new ModelError(where, `makes ${n} compartments of a section`, `Give a rule that makes 1 to ${MOST_SEGMENTS}`);
}

/** Length in units of the longest compartment. */
function parts(
  where: string,
  rule: Exclude<NsegRule, number>,
  points: readonly Point3d[],
  Ra: Quantity<"ohm cm">,
  cm: Quantity<"uF/cm2">,
): number {
  const along = arcs(points);
  if ("length" in rule) {
    const length = canonical(`${where}.length`, rule.length, "um");
    if (length > 0) return (along.at(-1) as number) / length;
    throw new ModelError(`${where}.length`, `is ${length} um`, "Give one above 0");
  }
  const { dLambda, frequency = { value: 100, unit: "Hz" } } = rule;
  const f = canonical(`${where}.frequency`, frequency, "Hz");
  if (!(dLambda > 0 && f > 0)) throw new ModelError(where, `has dLambda ${dLambda} at ${f} Hz`, "Give numbers above 0");
  // per um: 1 / lambda_f = 1e-5 sqrt(4 pi f Ra cm / diam), with each frustum's mean diameter (um, ohm cm, uF/cm2)
  let sum = 0;
  for (let k = 1; k < points.length; k++) {
    const mean = ((points[k - 1] as Point3d)[3] + (points[k] as Point3d)[3]) / 2;
    sum += ((along[k] as number) - (along[k - 1] as number)) / Math.sqrt(mean);
  }
  const electrical = canonical(`${where}: Ra`, Ra, "ohm cm") * canonical(`${where}: cm`, cm, "uF/cm2");
  return (sum * 1e-5 * Math.sqrt(4 * Math.PI * f * electrical)) / dLambda;
}

/** One insertion for all its sections; one per section where a parameter is an expression. */
function insertions(
  where: string,
  { mechanism, as, params = {}, in: wanted }: SwcInsertion,
  sections: readonly Sized[],
): Insertion[] {
  const chosen = wanted === undefined ? sections : chosenSections(where, mechanism.name, wanted, sections);
  const label = as === undefined ? {} : { as };
  const texts = Object.entries(params).filter((p): p is [string, string] => typeof p[1] === "string");
  const fixed = Object.fromEntries(Object.entries(params).filter(([, p]) => typeof p !== "string")) as Record<
    string,
    Given<Unit>
  >;
  if (texts.length === 0) return [{ sections: chosen.map((s) => s.name), mechanism, ...label, params: fixed }];
  const along = texts.map(([param, text]) => {
    const spec = own(mechanism.params, param);
    const at = `${where}, ${mechanism.name}.${param}`;
    if (spec === undefined)
      throw new ModelError(at, "is no parameter", didYouMean(param, Object.keys(mechanism.params)));
    return { param, at, unit: spec.unit, value: evaluator(parse(text, at), ["distance", "diam", "x"]) };
  });
  return chosen.map((s) => {
    const places = segmentsOf(s.name, s.points, s.nseg).map(({ diam }, k) => {
      const x = (k + 0.5) / s.nseg;
      return [distanceAt(s, x), diam, x];
    });
    const given = along.map(({ param, at, unit, value }) => [
      param,
      places.map((p) => finite(`${at} in ${s.name}`, value(p), unit)),
    ]);
    return { sections: [s.name], mechanism, ...label, params: { ...fixed, ...Object.fromEntries(given) } };
  });
}

function finite(where: string, value: number, unit: Unit): Quantity {
  if (Number.isFinite(value)) return { value, unit };
  throw new ModelError(where, `its expression gives ${value}`, "Give one that is finite everywhere");
}

function chosenSections(
  where: string,
  mechanism: string,
  wanted: readonly string[],
  sections: readonly Sized[],
): Sized[] {
  const known = new Set(sections.flatMap((s) => [s.kind, s.name]));
  const unknown = wanted.find((w) => !known.has(w));
  if (unknown === undefined) return sections.filter((s) => wanted.includes(s.kind) || wanted.includes(s.name));
  const kinds = [...new Set(sections.map((s) => s.kind))];
  throw new ModelError(`${where}, ${mechanism}`, `names "${unknown.slice(0, 60)}", which no section is`, didYouMean(unknown.slice(0, 60), kinds)); // prettier-ignore
}
