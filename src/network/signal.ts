import { ModelError } from "../errors.ts";
import { explainMembers } from "../explain.ts";
import { anyQuantity, isPlain, optionsOf, shown } from "../shapes.ts";
import { canonical, type Quantity, type Unit, UNITS } from "../units.ts";

/** A number that depends on time, as plain JSON data: rates in Hz, clamp currents in nA. Times are in ms from the start of the
 * simulation. `signal-values.ts` evaluates it at t = step * dt; nothing accumulates, so any block gives the same values.
 * An interval [from, until) covers the steps whose midpoint t + dt/2 lies in it, as a clamp's delay and duration do. */
export type Signal<U extends Unit = Unit> = { readonly unit: U } & SignalShape<U>;

export type SignalShape<U extends Unit> =
  | { readonly kind: "constant"; readonly value: number }
  /** values[i] from times[i] until times[i + 1]; 0 before the first, the last for ever. */
  | { readonly kind: "steps"; readonly times: readonly number[]; readonly values: readonly number[] }
  /** straight lines between knots, ends held; two knots at one time are a jump. */
  | { readonly kind: "ramps"; readonly times: readonly number[]; readonly values: readonly number[] }
  /** offset + amplitude sin(2 pi frequency t + phase), t absolute; frequency in Hz, phase in radians. */
  | { readonly kind: "sinusoid"; readonly amplitude: number; readonly frequency: number; readonly phase: number; readonly offset: number }
  /** values[i] at start + i * interval; "hold" keeps it for an interval, "linear" joins them; the last is kept
   * for an interval, 0 outside. */
  | { readonly kind: "samples"; readonly start: number; readonly interval: number; readonly values: readonly number[]; readonly between: "hold" | "linear" }
  /** one normal number per step, drawn by (seed, name, step); rectified: max(0, number). A noise without a name takes one
   * from its owner (population or clamp) and position, so that two are never the same by accident; equal names share. */
  | { readonly kind: "noise"; readonly mean: number; readonly sd: number; readonly rectified: boolean; readonly name?: string }
  | { readonly kind: "sum"; readonly terms: readonly Signal<U>[] }
  /** `of` times a signal without unit. */
  | { readonly kind: "product"; readonly of: Signal<U>; readonly by: Signal<"1"> }
  | { readonly kind: "scale"; readonly of: Signal<U>; readonly factor: number }
  /** `of` in [from, until), 0 elsewhere; for ever without `until`. */
  | { readonly kind: "window"; readonly of: Signal<U>; readonly from: number; readonly until?: number }
  | { readonly kind: "clip"; readonly of: Signal<U>; readonly min?: number; readonly max?: number }; // prettier-ignore

export type Time = Quantity<"ms">;
/** Knots of a signal: quantities of one unit, or an array with its unit. */
export type Values<U extends Unit> = readonly Quantity<U>[] | { readonly values: ArrayLike<number>; readonly unit: U };

/** What a signal can be turned into. The methods live on the prototype: own fields are the data alone, so
 * `JSON.stringify`, `structuredClone` and comparisons see a plain `Signal`. `fluent` gives them back after JSON. */
export interface SignalMethods<U extends Unit> {
  plus(other: Signal<U>): FluentSignal<U>;
  minus(other: Signal<U>): FluentSignal<U>;
  times(factor: number | Signal<"1">): FluentSignal<U>;
  /** 0 before t. */
  after(t: Time): FluentSignal<U>;
  /** 0 from t on. */
  before(t: Time): FluentSignal<U>;
  between(from: Time, until: Time): FluentSignal<U>;
  clip(limits: { readonly min?: Quantity<U>; readonly max?: Quantity<U> }): FluentSignal<U>;
}
export type FluentSignal<U extends Unit = Unit> = Signal<U> & SignalMethods<U>;

const OWN: SignalMethods<Unit> & ThisType<Signal> = {
  plus(other) {
    return fluent({ kind: "sum", unit: this.unit, terms: [...termsOf(this), ...termsOf(optionsOf("plus", other))] });
  },
  minus(other) {
    const negative: Signal = { kind: "scale", unit: optionsOf("minus", other).unit, of: plain(other), factor: -1 };
    return fluent({ kind: "sum", unit: this.unit, terms: [...termsOf(this), negative] });
  },
  times(by) {
    if (typeof by === "number") return fluent({ kind: "scale", unit: this.unit, of: plain(this), factor: by });
    return fluent({ kind: "product", unit: this.unit, of: plain(this), by: plain(optionsOf("times", by)) });
  },
  after(t) {
    return fluent({ kind: "window", unit: this.unit, of: plain(this), from: time("after", t) });
  },
  before(t) {
    return fluent({ kind: "window", unit: this.unit, of: plain(this), from: 0, until: time("before", t) });
  },
  between(from, until) {
    return fluent({
      kind: "window",
      unit: this.unit,
      of: plain(this),
      from: time("between", from),
      until: time("between", until),
    });
  },
  clip(limits) {
    const { min, max } = optionsOf("clip", limits);
    const limit = (q: Quantity | undefined, name: string) =>
      q === undefined ? {} : { [name]: canonical(`clip.${name}`, q, this.unit) };
    return fluent({ kind: "clip", unit: this.unit, of: plain(this), ...limit(min, "min"), ...limit(max, "max") });
  },
};

const [SIGNAL, TIME] = [["kind", "unit"], ["value", "unit"]]; // prettier-ignore
/** Explained here: what stands on a signal is exported by no entry point. */
const METHODS = explainMembers("signal", OWN, {
  plus: [["other", SIGNAL]], minus: [["other", SIGNAL]], times: [["by", "number", SIGNAL]], clip: [["limits", []]],
  after: [["t", TIME]], before: [["t", TIME]], between: [["from", TIME], ["until", TIME]],
}); // prettier-ignore

/** Adds the methods to a signal's data and checks it. What has a list `times` of its own becomes the one term of a sum, because the
 * list would hide the method.
 * @throws ModelError when a value is missing or not finite, times do not ascend, or units are mixed */
export function fluent<U extends Unit>(data: Signal<U>): FluentSignal<U> {
  checkSignal(isPlain(data) && typeof data.kind === "string" ? data.kind : "signal", data);
  const own: Signal<U> = "times" in data ? { kind: "sum", unit: data.unit, terms: [{ ...data }] } : data;
  return Object.assign(Object.create(METHODS), own) as FluentSignal<U>;
}

const plain = <U extends Unit>(signal: Signal<U>): Signal<U> => ({ ...signal });
const termsOf = (s: Signal): readonly Signal[] => (s.kind === "sum" ? s.terms : [plain(s)]);
const time = (where: string, t: Time): number => canonical(where, t, "ms");

function numbers<U extends Unit>(where: string, values: Values<U>): { unit: U; values: number[] } {
  if (!Array.isArray(values)) {
    const { unit, values: xs }: Partial<Exclude<Values<U>, readonly Quantity<U>[]>> = isPlain(values) ? values : {};
    if (
      unit === undefined ||
      !UNITS.includes(unit) ||
      !(Array.isArray(xs) || (ArrayBuffer.isView(xs) && "length" in xs))
    )
      throw new ModelError(where, "has no list of values", "Give a list of quantities, or { values, unit }");
    return { unit, values: Array.from(xs as ArrayLike<number>) };
  }
  if (values.length === 0) throw new ModelError(where, "has no values", "Give at least one");
  const first = anyQuantity(`${where}.values[0]`, values[0] as Quantity<U>);
  return { unit: first.unit, values: values.map((q, i) => canonical(`${where}.values[${i}]`, q, first.unit)) };
}

function constant<U extends Unit>(given: Quantity<U>): FluentSignal<U> {
  const { unit, value } = anyQuantity("constant", given);
  return fluent({ kind: "constant", unit, value });
}

/** Piecewise constant: `values[i]` from `times[i]`; 0 before the first. */
function steps<U extends Unit>(shape: { times: readonly Time[]; values: Values<U> }): FluentSignal<U> {
  return fluent({ kind: "steps", ...knots("steps", shape) });
}

/** Piecewise linear through (times[i], values[i]), ends held; two knots at one time are a jump. */
function ramps<U extends Unit>(shape: { times: readonly Time[]; values: Values<U> }): FluentSignal<U> {
  return fluent({ kind: "ramps", ...knots("ramps", shape) });
}

function knots<U extends Unit>(kind: string, shape: { times: readonly Time[]; values: Values<U> }) {
  const { times, values } = optionsOf(kind, shape);
  if (!Array.isArray(times)) throw new ModelError(`${kind}.times`, "is not a list of times", "Give one time per value");
  return { ...numbers(kind, values), times: times.map((t: Time) => time(`${kind}.times`, t)) };
}

/** `base` until `start`, up to `plateau` within `rise`, held for `hold`, back within `fall`. */
function trapezoid<U extends Unit>(shape: {
  start: Time;
  rise: Time;
  hold: Time;
  fall: Time;
  plateau: Quantity<U>;
  base?: Quantity<U>;
}): FluentSignal<U> {
  const { unit, value: top } = anyQuantity("trapezoid.plateau", optionsOf("trapezoid", shape).plateau);
  const base = shape.base === undefined ? 0 : canonical("trapezoid.base", shape.base, unit);
  let t = time("trapezoid.start", shape.start);
  const times = [t];
  for (const part of ["rise", "hold", "fall"] as const) times.push((t += time(`trapezoid.${part}`, shape[part])));
  return fluent({ kind: "ramps", unit, times, values: [base, top, top, base] });
}

/** offset + amplitude sin(2 pi frequency t + phase), t absolute; phase in radians. */
function sinusoid<U extends Unit>(shape: {
  amplitude: Quantity<U>;
  frequency: Quantity<"Hz">;
  phase?: number;
  offset?: Quantity<U>;
}): FluentSignal<U> {
  const { unit, value } = anyQuantity("sinusoid.amplitude", optionsOf("sinusoid", shape).amplitude);
  return fluent({
    kind: "sinusoid", unit, amplitude: value, frequency: canonical("sinusoid.frequency", shape.frequency, "Hz"),
    phase: shape.phase ?? 0, offset: shape.offset === undefined ? 0 : canonical("sinusoid.offset", shape.offset, unit),
  }); // prettier-ignore
}

/** Measured or computed values at a fixed interval from `start` (default 0); held for one interval unless `between` is "linear". */
function samples<U extends Unit>(shape: {
  values: Values<U>;
  interval: Time;
  start?: Time;
  between?: "hold" | "linear";
}): FluentSignal<U> {
  return fluent({
    kind: "samples", ...numbers("samples", optionsOf("samples", shape).values), interval: time("samples.interval", shape.interval),
    start: shape.start === undefined ? 0 : time("samples.start", shape.start), between: shape.between ?? "hold",
  }); // prettier-ignore
}

/** One normal number per time step, the same for all cells that use the signal. `rectified`: max(0, number). */
function noise<U extends Unit>(shape: {
  sd: Quantity<U>;
  mean?: Quantity<U>;
  rectified?: boolean;
  name?: string;
}): FluentSignal<U> {
  const { unit, value } = anyQuantity("noise.sd", optionsOf("noise", shape).sd);
  const mean = shape.mean === undefined ? 0 : canonical("noise.mean", shape.mean, unit);
  const named = shape.name === undefined ? {} : { name: shape.name };
  return fluent({ kind: "noise", unit, mean, sd: value, rectified: shape.rectified ?? false, ...named });
}

/** One signal after another: each from the end of the one before (the first from 0) until `until`; the last may go on for ever. */
function phases<U extends Unit>(
  parts: readonly { readonly signal: Signal<U>; readonly until?: Time }[],
): FluentSignal<U> {
  const first = optionsOf("phases", parts)[0];
  if (first === undefined) throw new ModelError("phases", "has no phases", "Give at least one");
  let from = 0;
  const terms = parts.map(({ signal, until }, i): Signal<U> => {
    checkSignal(`phases[${i}].signal`, signal);
    if (until === undefined && i < parts.length - 1) {
      throw new ModelError(`phases[${i}]`, "has no end but is not the last", "Give it `until`");
    }
    const window = { kind: "window", unit: signal.unit, of: plain(signal), from } as const;
    if (until === undefined) return window;
    from = time(`phases[${i}].until`, until);
    return { ...window, until: from };
  });
  return fluent({ kind: "sum", unit: first.signal.unit, terms });
}

/** Signals of any unit: `drive.constant(Hz(65)).plus(drive.sinusoid({ amplitude: Hz(20), frequency: Hz(20) }))`. */
export const drive = { constant, steps, ramps, trapezoid, sinusoid, samples, noise, phases } as const;

/** Signals within signals: evaluators and JSON recurse. */
const DEEPEST = 100;

/** @throws ModelError when a number is missing or not finite, times do not ascend, lengths differ, or units are mixed */
export function checkSignal(where: string, s: Signal, depth = 0): void {
  if (typeof s !== "object" || s === null) {
    throw new ModelError(where, `is ${shown(s)}, not a signal`, "Build signals with `drive`");
  }
  if (depth > DEEPEST) {
    throw new ModelError(where.slice(0, 40), `holds signals ${DEEPEST} deep`, "Add the terms of one sum instead");
  }
  const finite = (name: string, x: unknown): void => {
    if (typeof x === "number" && Number.isFinite(x)) return;
    const problem = x === undefined ? "is missing" : `is ${shown(x)}`;
    throw new ModelError(`${where}.${name}`, problem, "Give a finite number");
  };
  const optional: Finite = (name, x) => void (x === undefined || finite(name, x));
  const inner = (name: string, of: Signal, unit: Unit = s.unit): void => {
    checkSignal(`${where}.${name}`, of, depth + 1);
    if (of.unit !== unit)
      throw new ModelError(`${where}.${name}`, `has unit "${of.unit}" where "${unit}" is wanted`, "Do not mix units");
  };
  switch (s.kind) {
    case "constant":
      return finite("value", s.value);
    case "steps":
    case "ramps":
      return checkKnots(where, s);
    case "sinusoid":
      for (const name of ["amplitude", "frequency", "phase", "offset"] as const) finite(name, s[name]);
      return;
    case "samples":
      return checkSamples(where, s, finite);
    case "noise":
      return checkNoise(where, s, finite);
    case "sum":
      if (!Array.isArray(s.terms))
        throw new ModelError(`${where}.terms`, `is ${shown(s.terms)}`, "Give a list of signals");
      return s.terms.forEach((term, i) => inner(`terms[${i}]`, term));
    case "product":
      inner("by", s.by, "1");
      return inner("of", s.of);
    case "scale":
      finite("factor", s.factor);
      return inner("of", s.of);
    case "window":
      finite("from", s.from);
      optional("until", s.until);
      checkWindow(where, s);
      return inner("of", s.of);
    case "clip":
      optional("min", s.min);
      optional("max", s.max);
      checkClip(where, s);
      return inner("of", s.of);
    default:
      throw new ModelError(
        where,
        `has the unknown kind ${shown((s as { kind: unknown }).kind)}`,
        "Build signals with `drive`",
      );
  }
}

function checkWindow(where: string, { from, until }: Extract<Signal, { kind: "window" }>): void {
  if (until === undefined || until >= from) return;
  throw new ModelError(where, `ends at ${until} ms, before it starts at ${from} ms`, "Give ascending times");
}

function checkClip(where: string, { min, max, unit }: Extract<Signal, { kind: "clip" }>): void {
  if (min === undefined || max === undefined || min <= max) return;
  throw new ModelError(where, `has its minimum ${min} above its maximum ${max} ${unit}`, "Exchange them");
}

type Finite = (name: string, x: unknown) => void;

function checkSamples(where: string, s: Extract<Signal, { kind: "samples" }>, finite: Finite): void {
  finite("start", s.start);
  finite("interval", s.interval);
  if (!(s.interval > 0)) throw new ModelError(`${where}.interval`, `is ${s.interval} ms`, "Give an interval above 0");
  if (s.between !== "hold" && s.between !== "linear") {
    throw new ModelError(`${where}.between`, `is ${shown(s.between)}`, 'Give "hold" or "linear"');
  }
  checkValues(`${where}.values`, s.values);
}

function checkNoise(where: string, s: Extract<Signal, { kind: "noise" }>, finite: Finite): void {
  finite("mean", s.mean);
  finite("sd", s.sd);
  if (!(s.sd >= 0)) throw new ModelError(`${where}.sd`, `is ${s.sd}`, "Give a finite number, 0 or above");
  if (s.name !== undefined && typeof s.name !== "string") {
    throw new ModelError(`${where}.name`, `is ${shown(s.name)}`, "Give a text");
  }
}

function checkKnots(
  where: string,
  s: { kind: "steps" | "ramps"; times: readonly number[]; values: readonly number[] },
): void {
  checkValues(`${where}.times`, s.times);
  checkValues(`${where}.values`, s.values);
  if (s.times.length !== s.values.length) {
    throw new ModelError(where, `has ${s.times.length} times for ${s.values.length} values`, "Give one value per time");
  }
  s.times.forEach((t, i) => {
    const last = s.times[i - 1] ?? -Infinity;
    if (t < last || (t === last && s.kind === "steps")) {
      throw new ModelError(`${where}.times[${i}]`, `is ${t} ms after ${last} ms`, "Give ascending times");
    }
  });
}

function checkValues(where: string, values: readonly number[]): void {
  if (!Array.isArray(values)) throw new ModelError(where, `is ${shown(values)}`, "Give a list of numbers");
  if (values.length === 0) throw new ModelError(where, "is empty", "Give at least one number");
  const bad = values.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) throw new ModelError(`${where}[${bad}]`, `is ${shown(values[bad])}`, "Give finite numbers");
}
