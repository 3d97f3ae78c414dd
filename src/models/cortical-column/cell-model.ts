import { didYouMean, ModelError } from "../../errors.ts";
import ar from "../../mechanisms/channels/ar.ts";
import ca from "../../mechanisms/channels/ca.ts";
import cat from "../../mechanisms/channels/cat.ts";
import hh2 from "../../mechanisms/channels/hh2.ts";
import kca from "../../mechanisms/channels/kca.ts";
import km from "../../mechanisms/channels/km.ts";
import type { Mechanism } from "../../mechanisms/mechanism.ts";
import cad from "../../mechanisms/pools/cad.ts";
import exp2syn from "../../mechanisms/synapses/exp2syn.ts";
import type { WholeCell, Insertion, ReceptorSpec, VoltageSum } from "../../network/cell.ts";
import { degC, ms, mV, ohm_cm, pS_per_um2, S_per_cm2, uF_per_cm2, um, type Unit, type Given } from "../../units.ts";
import { dipoleTerms } from "./dipole.ts";
import { membraneCurrents } from "./electrodes.ts";
import type { ColumnCellType, ColumnSection, MechanismParameters } from "./cell-types.ts";

/** In the order in which the published model advances states: kca after cad, so that it sees the new calcium; and the unit in which it gives
 * their conductances. All other parameters are in the mechanism's own. */
const PUBLISHED: readonly (readonly [Mechanism, density: typeof S_per_cm2])[] = [
  [ar, S_per_cm2],
  [ca, pS_per_um2],
  [cad, S_per_cm2],
  [cat, S_per_cm2],
  [hh2, S_per_cm2],
  [kca, pS_per_um2],
  [km, pS_per_um2],
];
const MECHANISMS = PUBLISHED.map(([mechanism]) => mechanism);

export interface CellModelOptions {
  /** Spike detection at the soma, mV; default 0. */
  readonly threshold?: number;
  /** Default "asPublished": interpolated rate tables, which shift half of the spikes by a step or more. */
  readonly tables?: "asPublished" | "exact";
  /** Global ids, kept in run.json. */
  readonly gids?: readonly number[];
}

/** Name of the receptor on a section: "apical_tuft_ampa". */
export const receptorName = (section: string, receptor: string): string => `${section}_${receptor}`;

/** A cell type as a population of n cells: one receptor per section and kind, at the section's middle, shared by all inputs.
 * @throws ModelError for a mechanism, parameter or receptor that does not exist, or a wrong number of values per segment */
export function cellModel(type: ColumnCellType, n: number, options: CellModelOptions = {}): WholeCell<never> {
  const { threshold = 0, tables = "asPublished", gids } = options;
  const V0 = type.sections[0]?.V0 ?? -65;
  return {
    kind: "cells",
    model: type.name,
    n,
    sections: type.sections.map((s) => ({
      name: s.name, L: um(s.L), diam: um(s.diam), Ra: ohm_cm(s.Ra), cm: uF_per_cm2(s.cm), nseg: s.nseg, V0: mV(s.V0),
      ...(s.parent === undefined ? {} : { parent: s.parent, parentEnd: s.parentEnd ?? 1 }),
    })), // prettier-ignore
    insertions: insertions(type),
    advance: MECHANISMS.map((m) => m.name).filter((m) => type.sections.some((s) => m in s.mechanisms)),
    receptors: type.sections.flatMap((s) => receptors(type, s)),
    groups: {},
    detector: { section: type.sections[0]?.name ?? "soma", at: 0.5, threshold: mV(threshold) },
    V0: mV(V0),
    celsius: degC(37),
    reversals: { na: mV(50), k: mV(-77) },
    method: "backwardEuler", // the published column leaves NEURON's secondorder at 0
    tables,
    sums: recordable(type),
    ...(gids === undefined ? {} : { about: { gid: gids } }),
  };
}

/** The dipole moment and each segment's membrane current; a single segment has neither. */
function recordable(type: ColumnCellType): Record<string, VoltageSum> {
  const currents = type.sections.length === 1 && type.sections[0]?.nseg === 1 ? {} : membraneCurrents(type);
  return type.dipole ? { dipole: { unit: "fAm", terms: dipoleTerms(type) }, ...currents } : currents;
}

function insertions(type: ColumnCellType): Insertion[] {
  for (const s of type.sections) {
    const known = MECHANISMS.map((m) => m.name);
    const unknown = Object.keys(s.mechanisms).find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new ModelError(
        `${type.name} ${s.name}`,
        `has the unknown mechanism "${unknown}"`,
        didYouMean(unknown, known),
      );
    }
  }
  return PUBLISHED.flatMap((published) => {
    const [mechanism] = published;
    const alike = new Map<string, { sections: string[]; first: ColumnSection; values: MechanismParameters }>();
    for (const s of type.sections) {
      const values = s.mechanisms[mechanism.name];
      if (values === undefined) continue;
      const perSegment = Object.values(values).some((v) => typeof v !== "number");
      const key = perSegment ? s.name : JSON.stringify(values);
      const group = alike.get(key) ?? { sections: [], first: s, values };
      group.sections.push(s.name);
      alike.set(key, group);
    }
    return [...alike.values()].map(({ sections, first, values }): Insertion => {
      const where = `${type.name} ${first.name} ${mechanism.name}`;
      const entries = Object.entries(values).map(([key, value]) => [
        key,
        given(where, published, key, value, first.nseg),
      ]);
      return { sections, mechanism, params: Object.fromEntries(entries) as NonNullable<Insertion["params"]> };
    });
  });
}

function given(
  where: string,
  [{ params }, density]: (typeof PUBLISHED)[number],
  key: string,
  value: number | readonly number[],
  nseg: number,
): Given<Unit> | Given<Unit>[] {
  const unit = params[key]?.unit;
  if (unit === undefined) {
    throw new ModelError(where, `has no parameter "${key}"`, didYouMean(key, Object.keys(params)));
  }
  const quantity = (x: number): Given<Unit> => (unit === "S/cm2" ? density(x) : { value: x, unit });
  if (typeof value === "number") return quantity(value);
  if (value.length === nseg) return value.map(quantity);
  throw new ModelError(where, `has ${value.length} values of ${key} for ${nseg} segments`, `Give one, or ${nseg}`);
}

const receptors = (type: ColumnCellType, section: ColumnSection): ReceptorSpec[] =>
  section.receptors.map((kind) => {
    const kinetics = type.receptors[kind];
    if (kinetics === undefined) {
      const known = Object.keys(type.receptors).join(", ");
      throw new ModelError(
        `${type.name} ${section.name}`,
        `has receptor "${kind}" without kinetics`,
        `Known: ${known}`,
      );
    }
    const { E, tau1, tau2 } = kinetics;
    const params = { tau1: ms(tau1), tau2: ms(tau2), e: mV(E) };
    return { name: receptorName(section.name, kind), synapse: exp2syn, section: section.name, at: 0.5, params };
  });
