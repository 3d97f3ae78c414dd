import { didYouMean, ModelError } from "../errors.ts";
import { checkName } from "../lang/words.ts";
import { checkMechanism, checkShape, NOWHERE, stateUnit, type Surroundings } from "../mechanisms/check.ts";
import { currentsOf } from "../mechanisms/currents.ts";
import { type Mechanism, type Pool, reversalsOf, statesOf } from "../mechanisms/mechanism.ts";
import { isShared } from "../mechanisms/shared.ts";
import { type Check, finite, given, isPlain, list, numbers, object, oneOf, quantity, record, refuseOutside, shown, text, whole } from "../shapes.ts"; // prettier-ignore
import { canonicalValues, type Quantity, type Unit, type Given, UNITS } from "../units.ts";
import type { CellModel, WholeCell } from "./cell.ts";

/** Checks of a cell model: fields and types, names, the tree's places, and every mechanism where it is inserted. */

const fraction: Check = (where, x) => {
  if (typeof x === "number" && x >= 0 && x <= 1) return;
  throw new ModelError(where, x === undefined ? "is missing" : `is ${shown(x)}`, "Give a position from 0 to 1");
};
const names = list(text);
/** One value or one per compartment, each shared or per cell. */
const alongSection: Check = (where, x) => (Array.isArray(x) ? list(given, { least: 1 }) : given)(where, x);
const anything: Check = () => {};

/** Of a cell: no water boils, and nothing is below absolute zero. */
const temperature: Check = (where, x) => {
  quantity("degC")(where, x);
  refuseOutside(where, (x as Quantity).value, "degC", -273.15, 100);
};

/** Compartments of a section at most. */
export const MOST_SEGMENTS = 100_000;

const place = { nseg: whole(1, MOST_SEGMENTS), parent: text, parentEnd: fraction, V0: given };
const cylinder = object({ name: text, L: given, diam: given, Ra: given, cm: given }, { ...place, points: anything });
const point: Check = (where, x) => list(finite, { least: 4, most: 4 })(where, x);
const frusta: Check = (where, x) => {
  const sized = isPlain(x) ? ["L", "diam"].find((key) => x[key] !== undefined) : undefined;
  if (sized !== undefined)
    throw new ModelError(`${where}.${sized}`, "is given beside points, which say it", "Give points, or L and diam");
  const fields = { name: text, points: list(point, { least: 2 }), Ra: given, cm: given };
  object(fields, { ...place, L: anything, diam: anything })(where, x);
};

const shape = object(
  {
    kind: oneOf("cells"),
    model: text,
    n: whole(1),
    sections: list((where, x) => (isPlain(x) && x["points"] !== undefined ? frusta : cylinder)(where, x), { least: 1 }),
    insertions: list(object({ sections: names, mechanism: anything }, { as: text, params: record(alongSection) })),
    receptors: list(object({ name: text, synapse: anything, section: text }, { at: fraction, params: record(given) })),
    groups: record(names),
    detector: object({ section: text, threshold: given }, { at: fraction }),
    V0: given,
    celsius: temperature,
  },
  {
    axonDelay: given,
    advance: names,
    reversals: record(given),
    concentrations: record(given),
    sums: record(
      object({ unit: text, terms: list(object({ section: text, at: fraction, weight: finite }), { least: 1 }) }),
    ),
    method: anything, // see checkMethod
    tables: oneOf("asPublished", "exact"),
    about: record(numbers),
  },
);

/** A cell model with everything that may be left out: `kind`, `insertions`, `receptors`, `groups`, `model` (a label).
 * The same object when nothing is missing. */
export function wholeCell<R extends string>(given: CellModel<R>, n?: number): WholeCell<R> {
  if (!isPlain(given)) return given as WholeCell<R>; // refused by checkCell
  const defaults = { kind: "cells", model: "cell", insertions: [], receptors: [], groups: {} };
  const missing = Object.entries(defaults).filter(([key]) => (given as Record<string, unknown>)[key] === undefined);
  const size = n === undefined || given.n === n ? {} : { n };
  if (missing.length === 0 && Object.keys(size).length === 0) return given as WholeCell<R>;
  return { ...given, ...Object.fromEntries(missing), ...size } as WholeCell<R>;
}

/** @throws ModelError at the first fault; `where` names the population */
export function checkCell(where: string, model: CellModel): asserts model is WholeCell {
  shape(where, model);
  const cell = model as WholeCell;
  checkCellNames(where, cell);
  checkGroups(where, cell);
  checkPlaces(where, cell);
  checkValues(where, cell);
  checkMechanisms(where, cell);
}

/** Sections, receptors and sums are told apart by name alone in recordings, insertions and receptors in parameters' paths. */
function checkCellNames(where: string, model: WholeCell): void {
  const taken = new Map<string, string>([["V", "the detector's voltage"], ["threshold", "the detector's threshold"]]); // prettier-ignore
  const take = (what: string, name: string): void => {
    checkName(where, what, name);
    const other = taken.get(name);
    if (other === what) throw new ModelError(where, `has two ${what}s "${name}"`, "Give each its own name");
    if (other !== undefined) throw new ModelError(where, `the ${what} "${name}" has the name of ${other.startsWith("the ") ? other : `a ${other}`}`, "Rename one of them"); // prettier-ignore
    taken.set(name, what);
  };
  for (const s of model.sections) take("section", s.name);
  for (const r of model.receptors) take("receptor", r.name);
  for (const sum of Object.keys(model.sums ?? {})) take("sum", sum);
  for (const ion of Object.keys(model.reversals ?? {})) checkName(where, "ion", ion);
  for (const name of Object.keys(model.concentrations ?? {})) {
    checkName(where, "concentration", name);
    if (!/.[io]$/.test(name)) throw new ModelError(where, `gives the concentration ${shown(name)}`, 'Name it by its ion: "cai" inside, "cao" outside'); // prettier-ignore
  }
  const insertedIn = new Map<string, Set<string>>(); // by section
  for (const { as, mechanism, sections } of model.insertions) {
    const name = as ?? (isPlain(mechanism) ? mechanism.name : undefined);
    checkName(where, "insertion", name);
    const other = taken.get(name);
    if (other !== undefined) {
      throw new ModelError(
        where,
        `the insertion "${name}" has the name of a ${other}`,
        'Give it another: { as: "..." }',
      );
    }
    for (const section of sections) {
      const here = insertedIn.get(section) ?? new Set();
      if (here.has(name)) {
        throw new ModelError(where, `section "${section}" has two insertions "${name}"`, 'Give one of them another name: { as: "..." }'); // prettier-ignore
      }
      insertedIn.set(section, here.add(name));
    }
  }
}

function checkGroups(where: string, model: WholeCell): void {
  const known = model.receptors.map((r) => r.name);
  for (const [group, receptors] of Object.entries<readonly string[]>(model.groups)) {
    checkName(where, "group", group);
    if (receptors.length === 0 || receptors.length > 255) {
      throw new ModelError(where, `group "${group}" has ${receptors.length} receptors`, "Give it 1 to 255");
    }
    const unknown = receptors.find((r) => !known.includes(r));
    if (unknown !== undefined) {
      throw new ModelError(where, `group "${group}" names the receptor "${unknown.slice(0, 60)}"`, didYouMean(unknown.slice(0, 60), known)); // prettier-ignore
    }
  }
}

function checkPlaces(where: string, model: WholeCell): void {
  const known = model.sections.map((s) => s.name);
  const find = (at: string, section: string): void => {
    if (known.includes(section)) return;
    throw new ModelError(
      at,
      `${model.model} has no section ${shown(section)}`,
      didYouMean(section.slice(0, 60), known),
    );
  };
  for (const s of model.sections) if (s.parent !== undefined) find(`${where}, section "${s.name}"`, s.parent);
  for (const r of model.receptors) find(`${where}, receptor "${r.name}"`, r.section);
  for (const i of model.insertions) for (const s of i.sections) find(`${where}, insertion "${i.as ?? i.mechanism.name}"`, s); // prettier-ignore
  for (const [name, sum] of Object.entries(model.sums ?? {})) for (const t of sum.terms) find(`${where}, sum "${name}"`, t.section); // prettier-ignore
  find(`${where}, detector`, model.detector.section);
}

/** Units, lengths and signs of what is given per cell. */
function checkValues(where: string, model: WholeCell): void {
  const values = (at: string, of: Given<Unit>, unit: Unit, least = -Infinity): void => {
    const found = canonicalValues(`${where}, ${at}`, of, unit, model.n);
    const bad = (typeof found === "number" ? [found] : found).find((x) => !(x >= least));
    if (bad === undefined) return;
    const remedy = least === 0 ? "Give 0 or more" : "Give a number above 0";
    throw new ModelError(`${where}, ${at}`, `is ${bad} ${unit}`, remedy);
  };
  const above = Number.MIN_VALUE;
  for (const s of model.sections) {
    if (s.points === undefined) {
      values(`section "${s.name}", L`, s.L, "um", above);
      values(`section "${s.name}", diam`, s.diam, "um", above);
    }
    values(`section "${s.name}", Ra`, s.Ra, "ohm cm", above);
    values(`section "${s.name}", cm`, s.cm, "uF/cm2", above);
    if (s.V0 !== undefined) values(`section "${s.name}", V0`, s.V0, "mV");
  }
  values("V0", model.V0, "mV");
  values("detector, threshold", model.detector.threshold, "mV");
  for (const [ion, E] of Object.entries(model.reversals ?? {})) values(`reversal potential of ${ion}`, E, "mV");
  for (const [name, c] of Object.entries(model.concentrations ?? {})) values(`concentration ${name}`, c, "mM", 0);
  if (model.axonDelay !== undefined) values("axonDelay", model.axonDelay, "ms", 0);
}

/** Every mechanism with the ions of the sections that it is in; equal surroundings are looked at once. */
function checkMechanisms(where: string, model: WholeCell): void {
  const done = new Map<unknown, Set<string>>();
  const check = (at: string, mechanism: unknown, around: Surroundings): void => {
    const key = JSON.stringify([
      [...around.given.keys()],
      [...around.inner],
      [...around.others.states],
      [...around.others.currents],
    ]);
    const seen = done.get(mechanism) ?? new Set();
    if (!seen.has(key)) checkMechanism(at, mechanism, around);
    done.set(mechanism, seen.add(key));
  };
  const label = (mechanism: unknown): string => (isPlain(mechanism) && typeof mechanism.name === "string" ? `mechanism ${shown(mechanism.name)}` : "mechanism"); // prettier-ignore
  for (const i of model.insertions) checkShape(`${where}, ${label(i.mechanism)}`, i.mechanism); // others read what it has
  // pools first: what they give is what the others may read
  const kindOf = (m: unknown): unknown => (isPlain(m) ? m.kind : undefined);
  for (const i of model.insertions) if (kindOf(i.mechanism) === "pool") check(`${where}, ${label(i.mechanism)}`, i.mechanism, givenBy(model, i.sections[0], i.mechanism)); // prettier-ignore
  for (const i of model.insertions) {
    const at = `${where}, ${label(i.mechanism)}`;
    if (kindOf(i.mechanism) === "synapse") throw new ModelError(at, "is a synapse among the insertions", "Put it among the receptors"); // prettier-ignore
    for (const section of i.sections) check(`${at} in section "${section}"`, i.mechanism, givenBy(model, section, i.mechanism)); // prettier-ignore
    checkParams(`${where}.${i.as ?? i.mechanism.name}`, i.params ?? {}, i.mechanism);
  }
  for (const r of model.receptors) {
    const at = `${where}, receptor "${r.name}", ${label(r.synapse)}`;
    if (kindOf(r.synapse) !== "synapse" && ["channel", "pool"].includes(kindOf(r.synapse) as string)) {
      throw new ModelError(at, `is a ${String(kindOf(r.synapse))} among the receptors`, "Put it among the insertions");
    }
    check(at, r.synapse, { ...NOWHERE, given: givenToReceptors(model) });
    checkParams(`${where}.${r.name}`, r.params ?? {}, r.synapse);
  }
}

function checkParams(where: string, params: object, mechanism: Mechanism): void {
  const known = Object.keys(mechanism.params);
  const unknown = Object.keys(params).find((p) => !known.includes(p));
  if (unknown !== undefined) throw new ModelError(where, `has no parameter ${shown(unknown)}`, didYouMean(unknown.slice(0, 60), known)); // prettier-ignore
}

/** What receptors may read: what the cell gives as constants. */
const givenToReceptors = (model: WholeCell): Map<string, Unit> =>
  new Map<string, Unit>([
    ...Object.keys(model.reversals ?? {}).map((ion): [string, Unit] => [`e${ion}`, "mV"]),
    ...Object.keys(model.concentrations ?? {}).map((name): [string, Unit] => [name, "mM"]),
  ]);

/** Reversal potentials and concentrations that a mechanism finds in a section, and what else pools keep there. */
function givenBy(model: WholeCell, section: string | undefined, self: Mechanism): Surroundings {
  const given = new Map<string, Unit>(Object.keys(model.reversals ?? {}).map((ion) => [`e${ion}`, "mV"]));
  for (const name of Object.keys(model.concentrations ?? {})) given.set(name, "mM");
  const [computed, pools, inner] = [
    new Set<string>(),
    new Set<string>(),
    new Map<string, { pool: string; unit: Unit }[]>(),
  ];
  const others = { states: new Map<string, Unit>(), currents: new Set<string>() };
  const several = new Set<string>(); // "a_b_c" of a_b and of a
  for (const { as, mechanism, sections } of model.insertions) {
    if (!isPlain(mechanism) || !sections.includes(section as string)) continue;
    if (mechanism !== self && isPlain(mechanism.states) && mechanism.kind !== "synapse") {
      for (const s of statesOf(mechanism)) {
        const called = `${as ?? mechanism.name}_${s}`;
        if (others.states.has(called)) several.add(called);
        others.states.set(called, stateUnit(mechanism, s));
      }
      for (const c of Object.keys(currentsOf(mechanism))) others.currents.add(`i_${as ?? mechanism.name}_${c}`);
    }
    if (mechanism.kind !== "pool") continue;
    for (const ion of reversalsOf(mechanism)) {
      given.set(`e${ion}`, "mV");
      computed.add(`e${ion}`);
    }
    if (mechanism === self || !isPlain(mechanism.states)) continue;
    for (const s of Object.keys(mechanism.states)) {
      if (!isShared(mechanism as Pool, s)) {
        const unit = stateUnit(mechanism, s); // a unit that is none is refused where the pool itself is looked at
        inner.set(s, [...(inner.get(s) ?? []), { pool: as ?? mechanism.name, unit: UNITS.includes(unit) ? unit : "1" }]); // prettier-ignore
        continue;
      }
      given.set(s, "mM");
      pools.add(s);
    }
  }
  for (const name of several) others.states.delete(name);
  return { given, computed, pools, inner, others };
}
