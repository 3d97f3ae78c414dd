import type { CompiledCells, CompiledNetwork, CompiledPort, CompiledTrained, LiveParam } from "../compile/compiled.ts";
import type { Engine } from "../host/engine.ts";
import { checkPortRates } from "../host/ports.ts";
import { learnersOf } from "../host/learning.ts";
import { didYouMean, ModelError } from "../errors.ts";
import { checkUnit } from "../network/check.ts";
import { checkScale } from "../network/check-projection.ts";
import type { Signal } from "../network/signal.ts";
import { isPlain } from "../shapes.ts";
import { canonicalValues, type Quantities, type Quantity, type Unit } from "../units.ts";
import { checkEntry, indexOf, nameOf, type Named } from "./names.ts";

/** What a hook of `sim.every` may change. Everything acts from the hook's step on, for one entry or (left out) all.
 * @throws ModelError for unknown names, units that do not match, and values outside their limits */
export interface Control {
  /** The rate of sources: of a renewal population a signal; of a `poissonPort` with a `maxRate` the rate of each source, one or one per
   * element, by which events are drawn that arrive from this step on, whatever the links' delays. */
  rate(population: Named, rate: Signal | Quantity<"Hz"> | Quantities<"Hz">, entry?: number): void;
  /** A factor on a projection's weights, at most the declared maxScale. */
  scale(projection: Named, factor: number, entry?: number): void;
  /** Factor(s) on a current clamp's signal, one or one per cell. */
  gain(clamp: Named, gain: number | readonly number[], entry?: number): void;
  /** A live cell parameter, "dend.caL.gamma", one or one per cell; of a trained network "vt", "vrest" and, where it has noise, "sigma". */
  param(population: Named, name: string, value: Quantity<Unit> | Quantities<Unit>, entry?: number): void;
  /** Whether the weights of a projection or read-out that learns, or of a trained network, stay as they are (default true); traces and other states go on. */
  freeze(learner: Named, frozen?: boolean, entry?: number): void;
}

/** One change as it stands in run.json; `what` with `target` (and `entry`) says what is changed, so that of equal ones the last counts. */
export interface LiveChange {
  readonly step: number;
  readonly what: "rate" | "scale" | "gain" | "param" | "freeze";
  readonly target: string;
  readonly param?: string;
  readonly entry?: number;
  readonly value: unknown;
}

/** Checks changes by name, keeps a record of them, and passes them to the engine by index when `apply` is called: those of a
 * hook that throws half way are forgotten. */
export class RecordedControl implements Control {
  readonly #network: CompiledNetwork;
  readonly #engine: Engine;
  #changes: LiveChange[] = [];
  #waiting: (() => void)[] = [];

  constructor(network: CompiledNetwork, engine: Engine) {
    this.#network = network;
    this.#engine = engine;
  }

  /** Passes what was asked for since the last call to the engine. */
  apply(): void {
    for (const act of this.#waiting.splice(0)) act();
  }

  forget(): void {
    this.#waiting.length = 0;
    this.#changes.length = 0;
  }

  /** The changes since the last call. */
  takeChanges(): LiveChange[] {
    return this.#changes.splice(0);
  }

  rate(named: Named, signal: Signal | Quantity<"Hz"> | Quantities<"Hz">, entry?: number): void {
    const index = indexOf("population", named, this.#network.populations);
    const population = this.#network.populations[index];
    if (population?.kind === "port") return this.#portRate(index, population, signal as Quantity<"Hz">, entry);
    if (population?.kind !== "renewal") {
      throw new ModelError(nameOf(named), "has no rate", "Set the rate of renewal sources or of a poissonPort");
    }
    this.#check(entry);
    checkUnit(`rate of ${population.name}`, signal as Signal, "Hz");
    const own = copied(signal) as Signal; // it acts, and is written down, later
    this.#waiting.push(() => this.#engine.setRate(index, own, entry));
    this.#note("rate", named, own, entry);
  }

  #portRate(index: number, port: CompiledPort, rate: Quantity<"Hz"> | Quantities<"Hz">, entry?: number): void {
    this.#check(entry);
    const given = canonicalValues(`rate of ${port.name}`, rate, "Hz", port.n);
    const hz = typeof given === "number" ? given : [...given]; // it acts, and is written down, later
    checkPortRates(port, hz);
    this.#waiting.push(() => this.#engine.setPortRate(index, hz, entry));
    this.#note("rate", port.name, hz, entry);
  }

  scale(named: Named, factor: number, entry?: number): void {
    const index = indexOf("projection", named, this.#network.projections);
    const { scale } = this.#network.projections[index] as CompiledNetwork["projections"][number];
    this.#check(entry);
    checkScale(`scale of ${nameOf(named)}`, factor, scale);
    this.#waiting.push(() => this.#engine.setScale(index, factor, entry));
    this.#note("scale", named, factor, entry);
  }

  gain(named: Named, given: number | readonly number[], entry?: number): void {
    const gain = typeof given === "number" ? given : [...given]; // it acts, and is written down, later
    const index = indexOf("clamp", named, this.#network.clamps);
    const clamp = this.#network.clamps[index] as CompiledNetwork["clamps"][number];
    const n = this.#network.populations[clamp.population]?.n ?? 0;
    this.#check(entry);
    checkNumbers(`gain of ${nameOf(named)}`, gain, n);
    this.#waiting.push(() => this.#engine.setGain(index, gain, entry));
    this.#note("gain", named, gain, entry);
  }

  param(named: Named, name: string, value: Quantity<Unit> | Quantities<Unit>, entry?: number): void {
    const index = indexOf("population", named, this.#network.populations);
    const cells = this.#network.populations[index];
    if (cells?.kind !== "cells" && cells?.kind !== "trained")
      throw new ModelError(nameOf(named), "has no parameters", "Name a population of cells");
    const live = liveParam(cells, name);
    this.#check(entry);
    const canonical = canonicalValues(`${cells.name} ${name}`, value, live.unit as Unit, cells.n);
    const numbers = typeof canonical === "number" ? canonical : [...canonical];
    for (const x of typeof numbers === "number" ? [numbers] : numbers) {
      if (x < live.min || x > live.max) {
        throw new ModelError(
          `${cells.name} ${name}`,
          `is ${x} ${live.unit}, outside ${live.min} … ${live.max}`,
          "Give a value inside",
        );
      }
    }
    this.#waiting.push(() => this.#engine.setParam(index, name, numbers, entry));
    this.#note("param", named, numbers, entry, name);
  }

  freeze(named: Named, frozen = true, entry?: number): void {
    if (typeof frozen !== "boolean") throw new ModelError(`freeze of ${nameOf(named)}`, "is neither true nor false", "Give true or false"); // prettier-ignore
    const index = learner(this.#network, named);
    this.#check(entry);
    this.#waiting.push(() => this.#engine.setFrozen(index, frozen, entry));
    this.#note("freeze", named, frozen, entry);
  }

  /** Applies recorded changes again, after a resume; they count from the engine's step on. */
  replay(changes: readonly LiveChange[]): void {
    for (const { what, target, param = "", entry, value } of changes) {
      const index = (parts: readonly { readonly name: string }[]): number => indexOf(what, target, parts);
      if (what === "rate") this.#replayRate(index(this.#network.populations), value, entry);
      else if (what === "scale") this.#engine.setScale(index(this.#network.projections), value as number, entry);
      else if (what === "gain") this.#engine.setGain(index(this.#network.clamps), value as number | number[], entry);
      else if (what === "freeze") this.#engine.setFrozen(learner(this.#network, target), value === true, entry);
      else this.#engine.setParam(index(this.#network.populations), param, value as number | number[], entry);
    }
  }

  #replayRate(index: number, value: unknown, entry?: number): void {
    if (this.#network.populations[index]?.kind === "port") this.#engine.setPortRate(index, value as number | number[], entry);
    else this.#engine.setRate(index, value as Signal, entry);
  } // prettier-ignore

  #check(entry: number | undefined): void {
    if (entry !== undefined) checkEntry(this.#network, entry);
  }

  #note(what: LiveChange["what"], target: Named, value: unknown, entry?: number, param?: string): void {
    this.#changes.push({
      step: this.#engine.step,
      what,
      target: nameOf(target),
      ...(param === undefined ? {} : { param }),
      ...(entry === undefined ? {} : { entry }),
      value,
    });
  }
}

/** Plain data of its own. */
function copied(x: unknown): unknown {
  if (Array.isArray(x)) return x.map(copied);
  return isPlain(x) ? Object.fromEntries(Object.entries(x).map(([key, value]) => [key, copied(value)])) : x;
}

/** The changes still in force after all of these: the last of each kind, target and entry. A change of all entries
 * overrides earlier ones of single entries. */
export function inForce(changes: readonly LiveChange[]): LiveChange[] {
  const kept = new Map<string, LiveChange>();
  for (const change of changes) {
    const what = JSON.stringify([change.what, change.target, change.param]);
    if (change.entry === undefined) {
      for (const key of [...kept.keys()]) if (key.startsWith(what)) kept.delete(key);
    }
    kept.delete(`${what} ${change.entry}`);
    kept.set(`${what} ${change.entry}`, change);
  }
  return [...kept.values()];
}

/** The index of what learns under a name. */
function learner(network: CompiledNetwork, named: Named): number {
  const [all, name] = [learnersOf(network), nameOf(named)];
  const index = name === "" ? -1 : all.indexOf(name);
  if (index >= 0) return index;
  const known = all.filter((l) => l !== "");
  throw new ModelError(`projection "${name.slice(0, 100)}"`, "has no links that learn, and no read-out of this name learns", didYouMean(name, known));
} // prettier-ignore

function liveParam(cells: CompiledCells | CompiledTrained, name: string): LiveParam {
  const live = cells.live.find((param) => param.name === name);
  if (live !== undefined) return live;
  const known = cells.live.map((param) => param.name);
  throw new ModelError(
    `${cells.name} "${name}"`,
    "is not a parameter that may change while running",
    didYouMean(name, known),
  );
}

function checkNumbers(where: string, values: number | readonly number[], n: number): void {
  const list = typeof values === "number" ? [values] : values;
  if (typeof values !== "number" && values.length !== n) {
    throw new ModelError(where, `has ${values.length} values for ${n} cells`, `Give one value, or ${n}`);
  }
  const bad = list.find((x) => !Number.isFinite(x));
  if (bad !== undefined) throw new ModelError(where, `is ${bad}`, "Give finite numbers");
}
