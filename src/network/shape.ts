import { drawnShape, isDrawn } from "../connect/values.ts";
import { ModelError } from "../errors.ts";
import { RULE_SHAPES } from "../connect/rules.ts";
import { own } from "../own.ts";
import { bool, type Check, finite, given, isPlain, list, number, numbers, object, oneOf, type Plain, quantity, refuse, shown, text, whole } from "../shapes.ts"; // prettier-ignore
import { wholeCell } from "./check-cell.ts";
import type { NetworkDescription } from "./description.ts";
import { TRAINED_DEFAULTS } from "./trained-parameters.ts";

/** The fields and types of a description that comes from JSON or from untyped callers; what they mean is checked in check.ts. */

const DEEPEST = 50;
const LONGEST_LABEL = 200;

/** Names of projections and clamps are labels: they reach no code and no file name, so they may be any printable text. */
export const label: Check = (where, x) => {
  text(where, x);
  const name = x as string;
  if (name.length >= 1 && name.length <= LONGEST_LABEL && !/\p{Cc}/u.test(name)) return;
  throw new ModelError(where, `is ${shown(x)}`, `Give a label of 1 to ${LONGEST_LABEL} printable characters`);
};

const byKind =
  (what: string, kinds: ReadonlyMap<string, Check>): Check =>
  (where, x) => {
    if (!isPlain(x)) refuse(where, x, what);
    const kind = x["kind"];
    oneOf(...kinds.keys())(`${where}.kind`, kind);
    kinds.get(kind as string)?.(where, x);
  };

const kind = { kind: text };
export const rule = byKind("a rule, for example oneToOne()", RULE_SHAPES);

/** The fields of a signal of any unit. @throws ModelError for one that is missing, of another type, or nested too deep */
export function signalShape(where: string, x: unknown, depth = 0): void {
  if (depth > DEEPEST) throw new ModelError(where, `is nested more than ${DEEPEST} deep`, "Give a flatter signal");
  if (!isPlain(x)) refuse(where, x, "a signal, for example drive.constant(Hz(1))");
  const inner: Check = (at, s) => signalShape(at, s, depth + 1);
  const base = { kind: text, unit: text };
  const knots = object({ ...base, times: numbers, values: numbers });
  byKind(
    "a signal",
    new Map([
      ["constant", object({ ...base, value: finite })],
      ["steps", knots],
      ["ramps", knots],
      ["sinusoid", object({ ...base, amplitude: finite, frequency: finite, phase: finite, offset: finite })],
      [
        "samples",
        object({ ...base, start: finite, interval: finite, values: numbers, between: oneOf("hold", "linear") }),
      ],
      ["noise", object({ ...base, mean: finite, sd: finite, rectified: bool }, { name: text })],
      ["sum", object({ ...base, terms: list(inner, { least: 1 }) })],
      ["product", object({ ...base, of: inner, by: inner })],
      ["scale", object({ ...base, of: inner, factor: finite })],
      ["window", object({ ...base, of: inner, from: finite }, { until: finite })],
      ["clip", object({ ...base, of: inner }, { min: finite, max: finite })],
    ]),
  )(where, x);
}

const severalSignals = object({ signals: list((at, s) => signalShape(at, s)), signalOfCell: numbers });
export const cellSignals: Check = (where, x) => (isPlain(x) && "signals" in x ? severalSignals : signalShape)(where, x);
const rates: Check = (where, x) => {
  if (!isPlain(x)) refuse(where, x, "a rate: a quantity in Hz or a signal");
  if ("signals" in x) return severalSignals(where, x);
  return "kind" in x ? signalShape(where, x) : given(where, x);
};
const times = list(numbers);
const sources = new Map<string, Check>([
  ["renewal", object({ ...kind, order: number, rate: rates, latency: quantity() })],
  ["trains", object({ ...kind, times })],
  ["port", object({ ...kind, sources: number, rate: given }, { maxRate: quantity() })],
]);

/** A population: cells and point neurons are looked into by `checkCell` and `checkNeurons`. */
export const population: Check = (where, x) => {
  if (!isPlain(x)) refuse(where, x, "a population: { name, model }");
  const model = own(x, "model");
  if (!isPlain(model)) refuse(`${where}.model`, model, "a cell model or a source model");
  if (model["kind"] === "cells" || model["kind"] === "neurons")
    return object({ name: text, model: () => {} })(where, x);
  object({
    name: text,
    n: whole(1),
    model: byKind("a model", new Map([["cells", text], ["neurons", text], ...sources])),
  })(where, x);
};

const linkValue: Check = (where, x) => (isDrawn(x) ? drawnShape : given)(where, x);
export const projection = object(
  {
    name: label,
    source: text,
    target: text,
    receptors: list(text),
    rule,
    weight: linkValue,
    delay: linkValue,
    maxScale: number,
  },
  { maxDelay: quantity(), dendriticDelay: quantity(), procedural: bool, plasticity: () => {} }, // looked into by `checkPlasticity`
);

export const clamp = object(
  {
    name: label,
    population: text,
    signal: (where, x) => cellSignals(where, x),
    gain: given,
    delay: quantity(),
    duration: quantity(),
  },
  { section: text, at: number, input: text, resistance: given, param: text },
);

const choice: Check = (where, x) => {
  if (x === "all") return;
  if (!isPlain(x)) refuse(where, x, '"all", every(k) or a list of indices');
  object("every" in x ? { every: number } : { cells: numbers })(where, x);
};
export const recording = object(
  { population: text, variable: text, cells: choice, every: quantity() },
  { projection: text, readout: text },
);

export const variation = object({ path: text, values: list(() => {}, { least: 1 }) });

const u32 = whole(0);
/** The frame of a description: its lists. What is in them is checked one by one. */
export const network = object(
  {
    seed: u32,
    structureSeed: u32,
    populations: list(population),
    projections: list(projection),
    clamps: list(clamp),
    recordings: list(recording),
    entries: whole(1),
    variations: list(variation),
  },
  { name: label, gathers: list(() => {}), readouts: list(() => {}), trained: () => {} }, // looked into by `checkGather` and so on
);

/** A description with what may be left out: structureSeed (the seed), projections, clamps, recordings, variations (none),
 * entries (1), and what a cell model or a trained network may leave out. The same object when nothing is missing. What is not of the right
 * type stays, for `checkDescription` to refuse. */
export function completeDescription(given: unknown): NetworkDescription {
  if (!isPlain(given)) return refuse("network", given, "a Network or its description");
  const defaults: Plain = { structureSeed: given["seed"], projections: [], clamps: [], recordings: [], entries: 1, variations: [] }; // prettier-ignore
  const trained = own(given, "trained");
  if (isPlain(trained)) Object.assign(defaults, { populations: [] });
  const missing = Object.entries(defaults).filter(([key]) => own(given, key) === undefined);
  if (isPlain(trained) && Object.keys(TRAINED_DEFAULTS).some((key) => own(trained, key) === undefined)) missing.push(["trained", { ...TRAINED_DEFAULTS, ...trained }]); // prettier-ignore
  const before = own(given, "populations");
  const populations = Array.isArray(before) ? before.map(completePopulation) : before;
  const same = !Array.isArray(before) || before.every((p, i) => (populations as unknown[])[i] === p);
  if (missing.length === 0 && same) return given as unknown as NetworkDescription;
  return {
    ...given,
    ...(populations === undefined ? {} : { populations }),
    ...Object.fromEntries(missing),
  } as unknown as NetworkDescription;
}

function completePopulation(p: unknown): unknown {
  if (!isPlain(p)) return p;
  const model = own(p, "model");
  if (!isPlain(model) || !("sections" in model) || (model["kind"] ?? "cells") !== "cells") return p;
  const n = own(p, "n");
  const whole = wholeCell(model as never, typeof n === "number" ? n : undefined);
  if (whole === (model as unknown) && n === undefined) return p;
  return { ...Object.fromEntries(Object.entries(p).filter(([key]) => key !== "n")), model: whole };
}
