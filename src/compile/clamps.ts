import { extremes } from "../sorted.ts";
import { ModelError } from "../errors.ts";
import { receives, type CellsDescription, type NeuronsDescription } from "../network/check.ts";
import type { CellSignals, ClampDescription, NetworkDescription } from "../network/description.ts";
import { playedParam } from "../network/param-paths.ts";
import { gainValue, type Path } from "../network/paths.ts";
import { clampOwner, signalAt, type AtStep } from "../network/signal-values.ts";
import type { Signal } from "../network/signal.ts";
import { firstStepAt } from "../steps.ts";
import { canonical, canonicalValues } from "../units.ts";
import type { CompiledClamp } from "./compiled.ts";

/** What a population's compiler knows of a clamp: where it acts, and under which indices its values come. */
export interface ClampUse {
  readonly clamp: number;
  readonly name: string;
  /** each cell has its own signal. */
  readonly each: boolean;
  readonly section: string;
  readonly at: number;
  readonly input: string;
  /** of a voltage clamp, the index of its conductance. */
  readonly conductance?: number;
  /** The parameter that it is played into: the cell compiler's names of it, and its value at step 0, per entry and cell. */
  readonly param?: { readonly keys: readonly string[]; readonly start: readonly Float64Array[] };
}

/** The clamps of a population. Conductances of voltage clamps are numbered behind all clamps, in their order.
 * @param seeds  per entry */
export function clampsOf(
  d: NetworkDescription,
  compiled: readonly CompiledClamp[],
  dt: number,
  population: string,
  seeds: readonly number[],
): ClampUse[] {
  let next = d.clamps.length;
  return d.clamps.flatMap((c, clamp): ClampUse[] => {
    const conductance = c.resistance === undefined ? {} : { conductance: next++ };
    if (c.population !== population) return [];
    const { model } = described(d, population);
    const { section = "", at = 0.5, input = "", name } = c;
    const made = compiled[clamp] as CompiledClamp;
    const keys = c.param === undefined ? [] : playedParam(`clamp "${name}"`, c.param, model).keys;
    const param = keys.length === 0 ? {} : { param: { keys, start: startOf(made, d, dt, seeds) } };
    return [{ clamp, name, each: made.signalOfCell !== undefined, section, at, input, ...conductance, ...param }];
  });
}

/** Clamps with their varied gains and signals, then the conductances of voltage clamps.
 * @param paths  of d.variations
 * @param seeds  per entry
 * @param steps  of the run, or so many to look at what is played into a parameter */
export function compileClamps(
  d: NetworkDescription,
  paths: readonly Path[],
  seeds: readonly number[],
  dt: number,
  steps: number,
): CompiledClamp[] {
  const clamps = d.clamps.map((clamp, index): CompiledClamp => {
    const varied = (kind: "gain" | "signal") =>
      d.variations[paths.findIndex((p) => p.kind === kind && p.clamp === index)]?.values;
    const { model } = described(d, clamp.population);
    const given =
      (varied("signal") as readonly CellSignals[] | undefined) ?? new Array<CellSignals>(d.entries).fill(clamp.signal);
    const gain = gains(clamp, model.n, varied("gain") ?? new Array<unknown>(d.entries).fill(clamp.gain));
    const made = { ...frame(d, clamp, dt), ...signalsOf(given), gain };
    if (clamp.param !== undefined) checkPlayed(clamp, made, d, seeds, dt, steps);
    return made;
  });
  return [...clamps, ...d.clamps.flatMap((c) => (c.resistance === undefined ? [] : [conductance(d, c, dt)]))];
}

const described = (d: NetworkDescription, name: string): CellsDescription | NeuronsDescription =>
  d.populations.filter(receives).find((p) => p.name === name) as CellsDescription | NeuronsDescription;

function frame(d: NetworkDescription, { name, population, delay, duration }: ClampDescription, dt: number) {
  const begin = canonical(`clamp "${name}", delay`, delay, "ms");
  const length = canonical(`clamp "${name}", duration`, duration, "ms");
  return {
    name,
    population: d.populations.findIndex((p) => p.name === population),
    from: clampStep(begin, dt),
    to: clampStep(begin + length, dt),
  };
}

const isSeveral = (s: CellSignals): s is Exclude<CellSignals, Signal> => "signals" in s;

/** Entries may differ in which signals there are and in which of them each cell has; an index counts in one list for all entries. */
function signalsOf(given: readonly CellSignals[]): Pick<CompiledClamp, "signals" | "signalOfCell"> {
  const several = given.filter(isSeveral);
  if (several.length === 0) return { signals: given.map((s) => [s as Signal]) };
  const [first] = several as [(typeof several)[number]];
  const own = given.map((s) => (isSeveral(s) ? s : { signals: [s], signalOfCell: first.signalOfCell.map(() => 0) }));
  const cells = first.signalOfCell.map((_, cell) => cell);
  const alike = own.every((s) => s.signalOfCell.every((k, cell) => k === first.signalOfCell[cell]));
  if (alike) return { signals: own.map((s) => s.signals), signalOfCell: Uint32Array.from(first.signalOfCell) };
  return {
    signals: own.map((s) => cells.map((cell) => s.signals[s.signalOfCell[cell] as number] as Signal)),
    signalOfCell: Uint32Array.from(cells),
  };
}

/** 1 / resistance, while the clamp is on. */
function conductance(d: NetworkDescription, clamp: ClampDescription, dt: number): CompiledClamp {
  const { n } = described(d, clamp.population).model;
  const values = canonicalValues(`clamp "${clamp.name}", resistance`, clamp.resistance, "MOhm", n);
  const gain = new Float64Array(d.entries * n);
  for (let g = 0; g < gain.length; g++) gain[g] = 1 / (typeof values === "number" ? values : (values[g % n] as number));
  const on: Signal = { kind: "constant", unit: "1", value: 1 };
  return { ...frame(d, clamp, dt), signals: new Array<Signal[]>(d.entries).fill([on]), gain, hidden: true };
}

/** The signals of a clamp in one entry as the run will evaluate them, noise included. */
const evaluators = (
  { name, signals }: CompiledClamp,
  { populations }: NetworkDescription,
  dt: number,
  seeds: readonly number[],
  entry: number,
): AtStep[] =>
  (signals[entry] as readonly Signal[]).map((signal, place) =>
    signalAt(signal, { dt, seed: seeds[entry] as number, owner: clampOwner(name, place, populations) }),
  );

/** What a clamp gives at step 0, per entry. */
const startOf = (made: CompiledClamp, d: NetworkDescription, dt: number, seeds: readonly number[]): Float64Array[] =>
  made.signals.map((_, e) => {
    const { signals, signalOfCell, gain } = made;
    const first = evaluators(made, d, dt, seeds, e).map((at) => at(0));
    const n = gain.length / signals.length;
    return Float64Array.from(
      { length: n },
      (_, c) => (gain[e * n + c] as number) * (first[signalOfCell?.[c] ?? 0] as number),
    );
  });

/** Steps of a played signal that are looked at before a run. */
const MOST_LOOKED_AT = 1_000_000;

/** @throws ModelError where what is played leaves the limits of the parameter in some step that is known */
function checkPlayed(
  clamp: ClampDescription,
  made: CompiledClamp,
  d: NetworkDescription,
  seeds: readonly number[],
  dt: number,
  steps: number,
): void {
  const where = `clamp "${clamp.name}"`;
  const {
    min = -Infinity,
    max = Infinity,
    unit,
  } = playedParam(where, clamp.param as string, described(d, clamp.population).model);
  if (min === -Infinity && max === Infinity) return;
  const n = made.gain.length / d.entries;
  made.signals.forEach((_, e) =>
    evaluators(made, d, dt, seeds, e).forEach((at, s) => {
      const mine = Array.from(made.gain.subarray(e * n, (e + 1) * n)).filter(
        (_, c) => (made.signalOfCell?.[c] ?? 0) === s,
      );
      const [low, high] = extremes(mine);
      for (let step = 0; step < Math.min(steps, MOST_LOOKED_AT); step++) {
        const x = at(step);
        const bad = [low * x, high * x].find((value) => !(value >= min && value <= max));
        if (bad === undefined) continue;
        throw new ModelError(
          `${where}, played into ${clamp.param}`,
          `is ${bad} ${unit} at ${step * dt} ms`,
          `Give a signal from ${min} to ${max} ${unit}`,
        );
      }
    }),
  );
}

/** [entry * n + cell] */
function gains(clamp: ClampDescription, n: number, perEntry: readonly unknown[]): Float64Array {
  const gain = new Float64Array(perEntry.length * n);
  perEntry.forEach((given, e) => {
    const values = canonicalValues(`clamp "${clamp.name}", gain`, gainValue(given), "1", n);
    if (typeof values === "number") gain.fill(values, e * n, (e + 1) * n);
    else gain.set(values, e * n);
  });
  return gain;
}

/** An edge of a clamp: at most 2^32 - 1, because a step is a u32. */
const clampStep = (timeMs: number, dt: number): number => Math.min(2 ** 32 - 1, Math.max(0, firstStepAt(timeMs, dt)));
