import { drawLinks, eachLink } from "../connect/draw.ts";
import { checkRule, list, type Rule } from "../connect/rules.ts";
import { didYouMean, ModelError } from "../errors.ts";
import type { NeuronModel } from "../mechanisms/neuron.ts";
import { MOhm, ms, one, type Quantity } from "../units.ts";
import type { CellModel, CellModelToDraw } from "./cell.ts";
import {
  checkClamp,
  checkPopulation,
  checkRecording,
  checkU32,
  clampUnit,
  currentsInto,
  isNeurons,
  receives,
  sizeOf,
  type CellsDescription,
  type NeuronsDescription,
} from "./check.ts";
import { checkProcedural, checkProjection, ruleSizes, weightUnit } from "./check-projection.ts";
import { checkDescription } from "./check-description.ts";
import { receptorsOf } from "./receptors.ts";
import type { CellChoice, ClampDescription, GatherDescription, NetworkDescription, Place, PopulationDescription, ProjectionDescription, ReadoutDescription, RecordingDescription, SourceModel, TrainedDescription, Variation } from "./description.ts"; // prettier-ignore
import { wholeCell } from "./check-cell.ts";
import { DrawnCells, withDrawn } from "./drawn-cells.ts";
import { isPlain, optionsOf, shown } from "../shapes.ts";
import { cellsHandle, type AnyCells, type AnyPopulation, type CellsHandle, type ReadoutHandle, type ReceptorTarget, type SourcesHandle, type TrainedHandle } from "./handles.ts"; // prettier-ignore
import { checkGather, gatherSizes } from "./gathers.ts";
import { cellSignals, choice, clampPlace, type ClampSignal, lazy, perLink } from "./given.ts";
import { checkReadout, checkReadoutRecording, readoutData, type ReadoutOptions, refuseName, takenNames } from "./readouts.ts"; // prettier-ignore
import { checkVariation } from "./paths.ts";
import type { ClampOptions, ConnectOptions, GapOptions, GatherOptions, VoltageClampOptions } from "./options.ts";
import { completeDescription, label } from "./shape.ts";
import type { SourceModelOf } from "./sources.ts";
import { checkTrained, checkTrainedRecording, trainedData, type TrainedOptions } from "./trained.ts"; // prettier-ignore

/** Every k-th cell from cell 0. */
export const every = (k: number): CellChoice => ({ every: k });

/** Of a handle, for messages; plain JavaScript may pass anything. */
const nameOf = (handle: { readonly name: string } | undefined): string => {
  const name: unknown = handle?.name ?? handle;
  return typeof name === "string" ? name : shown(name);
};

/** Longer than any simulation (about 11 days of model time), and finite so that it survives JSON. */
const FOR_EVER = ms(1e9);

/** Populations, projections, clamps, recordings and the batch, as plain data. Every mistake is a ModelError at the call
 * that makes it. `seed` (u32): everything random during a run; `structureSeed` (u32, default: `seed`): connections, and
 * values of cells that are drawn. */
export class Network {
  readonly seed: number;
  readonly structureSeed: number;
  readonly name: string;
  readonly #populations: PopulationDescription[] = [];
  readonly #projections: ProjectionDescription[] = [];
  readonly #clamps: ClampDescription[] = [];
  readonly #gathers: GatherDescription[] = [];
  readonly #readouts: ReadoutDescription[] = [];
  readonly #readoutHandles = new Set<ReadoutHandle>();
  readonly #recordings: RecordingDescription[] = [];
  readonly #variations: Variation[] = [];
  readonly #drawn = new DrawnCells((v, description, entries) =>
    checkVariation(v, { ...this.describe(), populations: [...this.#populations, description] }, entries),
  );
  readonly #handles = new Map<string, AnyPopulation>();
  readonly #targets = new WeakSet<ReceptorTarget>();
  #trained: TrainedDescription | undefined;
  #entries: number | undefined;

  constructor(
    {
      seed,
      structureSeed = seed,
      name = "network",
    }: {
      seed: number;
      structureSeed?: number;
      name?: string;
    } = {} as { seed: number },
  ) {
    label("network.name", name);
    checkU32(name, "seed", seed);
    checkU32(name, "structureSeed", structureSeed);
    [this.seed, this.structureSeed, this.name] = [seed, structureSeed, name];
  }

  /** Adds a population of cells or point neurons: `cells("aMN", 100, model)`, or without the number where the model says it as `n`.
   * Values that are to be drawn (`V: uniformValues({ from, to })`) are drawn here, by `structureSeed`: in a batch that varies it, in each entry. */
  cells<R extends string>(name: string, model: CellModelToDraw<R> | NeuronModel<R>): CellsHandle<R>;
  cells<R extends string>(name: string, n: number, model: CellModelToDraw<R> | NeuronModel<R>): CellsHandle<R>;
  cells<R extends string>(
    name: string,
    first: number | CellModelToDraw<R> | NeuronModel<R>,
    second?: CellModelToDraw<R> | NeuronModel<R>,
  ): CellsHandle<R> {
    const counted = typeof first === "number";
    const given = (counted ? second : first) as CellModel<R> | NeuronModel<R>;
    const n = counted ? first : undefined;
    const whole =
      isPlain(given) && given.kind === "neurons" ? { ...given, n: n ?? given.n } : wholeCell(given as CellModel<R>, n);
    const { model, places } = withDrawn(name, whole, this.structureSeed);
    const description = { name, model } as CellsDescription | NeuronsDescription;
    this.#checkPopulation(description);
    this.#drawn.add({ description, places });
    const handle = cellsHandle(name, model, (target) => (this.#targets.add(target), target));
    this.#populations.push(description);
    this.#handles.set(name, handle);
    return handle;
  }

  /** Adds a population of n spike sources: `poisson`, `gamma`, `trains`, `regular`. */
  sources(name: string, n: number, model: SourceModel | SourceModelOf): SourcesHandle {
    if (!Number.isInteger(n) || n < 1)
      throw new ModelError(`population "${name}"`, `has ${n} sources`, "Give a whole number of 1 or more");
    const description: PopulationDescription = { name, n, model: typeof model === "function" ? model(n) : model };
    this.#checkPopulation(description);
    const handle: SourcesHandle = Object.freeze({ kind: "sources", name, n });
    this.#populations.push(description);
    this.#handles.set(name, handle);
    return handle;
  }

  #checkPopulation(description: PopulationDescription): void {
    refuseName(description.name, this.#readouts);
    checkPopulation(description, this.#populations);
    if (this.#trained !== undefined) checkTrained(this.#trained, { ...this.describe(), populations: [description] });
  }

  /** LIF and QIF neurons whose recurrent weights recursive least squares trains. What is left out is as published. Such a network stands
   * alone: nothing else is in it. Its traces are recorded by `record`, its weights by `recordWeights`; `sim.plasticity` reads these. */
  trained(name: string, options: TrainedOptions = {}): TrainedHandle {
    const described = trainedData(name, optionsOf(`trained network "${name}"`, options));
    if (this.#trained !== undefined) throw new ModelError(`trained network "${name}"`, `stands beside "${this.#trained.name}"`, "Use one network for each"); // prettier-ignore
    checkTrained(described, this.describe());
    this.#trained = described;
    return Object.freeze({ kind: "trained", name, n: described.n });
  }

  /** The handle of a population by name, for example after `fromJSON`. */
  population(name: string): AnyPopulation {
    const found = this.#handles.get(name);
    if (found !== undefined) return found;
    throw new ModelError(this.name, `there is no population ${shown(name)}`, didYouMean(name, this.#handles.keys()));
  }

  /** Connects sources or cells to a receptor, or to a group of which each link picks one. Returns the projection's name. */
  connect(source: AnyPopulation, target: ReceptorTarget, rule: Rule, options: ConnectOptions): string {
    const { name = `${nameOf(source)}->${target?.population ?? "?"}.${nameOf(target)}` } = options ?? {};
    this.#own(name, source);
    if (!this.#targets.has(target)) {
      throw new ModelError(
        name,
        target === undefined ? "the target is undefined" : "the target is no receptor of this network",
        "Aim at a receptor or group, for example aMN.excitatory",
      );
    }
    optionsOf(name, options);
    const base = {
      name, rule, source: source.name, target: target.population, receptors: target.receptors, maxScale: options.maxScale ?? 1,
      ...(options.maxDelay === undefined ? {} : { maxDelay: options.maxDelay }),
      ...(options.procedural === undefined ? {} : { procedural: options.procedural }),
      ...(options.plasticity === undefined ? {} : { plasticity: options.plasticity }),
      ...(options.dendriticDelay === undefined ? {} : { dendriticDelay: options.dendriticDelay }),
    }; // prettier-ignore
    const { model } = this.#populations.find((p) => p.name === target.population) as CellsDescription | NeuronsDescription; // prettier-ignore
    const unit = weightUnit(name, target.receptors, receptorsOf(model));
    refuseName(name, this.#readouts);
    checkProjection({ ...base, weight: { value: 0, unit }, delay: ms(0) }, this.#populations, this.#projections);
    const links = lazy(() => drawLinks(rule, ruleSizes(base, this.#populations), this.structureSeed, name));
    const described: ProjectionDescription = {
      ...base,
      weight: perLink(`${name}, weight`, options.weight, unit, links),
      delay: perLink(`${name}, delay`, options.delay, "ms", links),
    };
    if (described.procedural === true) checkProcedural(described, this.#populations);
    this.#projections.push(described);
    return name;
  }

  /** Injects gain(cell) * signal(t) (nA into cells; the unit of the input of point neurons) while delay <= t + dt/2 < delay + duration:
   * one signal for all cells, or a list with one per cell. Returns the clamp's name. Its current is recorded as "<name>.i". */
  clamp(cells: AnyCells, signal: ClampSignal, options: ClampOptions = {}): string {
    return this.#clamp(cells, signal, options.name ?? `${nameOf(cells)}.clamp`, options, (p) => clampPlace(p, options));
  }

  /** Holds the voltage of a compartment at gain(cell) * command(t) (mV) through a series resistance, as NEURON's SEClamp, while
   * delay <= t + dt/2 < delay + duration: (command - V) / resistance flows in, recorded as "<name>.i" (nA). Returns the clamp's name. */
  voltageClamp(cells: AnyCells, command: ClampSignal, options: VoltageClampOptions = {}): string {
    const resistance = options.resistance ?? MOhm(0.01);
    const place = (p: CellsDescription | NeuronsDescription) => ({ ...clampPlace(p, options), resistance });
    return this.#clamp(cells, command, options.name ?? `${nameOf(cells)}.voltageClamp`, options, place);
  }

  /** Plays a signal into a parameter ("soma.pas.g", "pas.g" for every section, "exc.tau", "tau_m"; in its unit), one for all cells or a
   * list with one per cell: in every step the parameter is gain(cell) * signal(t). Returns the name under which its gain may change. */
  play(cells: AnyCells, param: string, signal: ClampSignal, options: Pick<ClampOptions, "gain" | "name"> = {}): string {
    return this.#clamp(cells, signal, options.name ?? `${nameOf(cells)}.${param}`, options, () => ({ param }));
  }

  /** Gathers the sum over links of weight * value from the sources' states, at every step: a current (nA) into a compartment, or into an input
   * of point neurons (its unit). `value` is a text over states of the source ("V_pre", "s_pre"), the target's own ("V", linear in them) and
   * `params`: "V_pre - V" for gap junctions, "s_pre" for a read-out. What the sources are at step n, after its spikes were reset, acts in
   * the update from n to n + 1. Returns the gather's name; what it gives is recorded as "<name>.i". */
  gather(source: AnyCells | ReadoutHandle, target: AnyCells, rule: Rule, options: GatherOptions): string {
    const { name = `${nameOf(source)}~>${nameOf(target)}`, weight, ...rest } = optionsOf("gather", options);
    const where = `gather "${name}"`;
    if (source?.kind === "readout") this.#ownReadout(where, source);
    else this.#own(where, source);
    const population = this.#own(where, target);
    const { unit } = optionsOf(`${where}, weight`, typeof weight === "function" ? weight(0, 0) : weight);
    const place = receives(population) && isNeurons(population) ? clampPlace(population, rest) : {};
    const base = {
      ...rest,
      ...place,
      name,
      source: source.name,
      target: target.name,
      rule,
      weight: { value: 0, unit },
    };
    const before = [...this.#clamps, ...this.#gathers];
    checkGather(base, this.#populations, before, this.#readouts);
    const sizes = gatherSizes(base, this.#populations, this.#readouts);
    const links = lazy(() => drawLinks(rule, sizes, this.structureSeed, name));
    this.#gathers.push({ ...base, weight: perLink(`${where}, weight`, weight, unit, links) });
    return name;
  }

  /** Reads a population at every step: values z = sum of w r over its cells, where r is `value`, a text over its states ("s_pre"; of cells
   * "V_pre") as they are at step n after its spikes were reset. `learning` (`rls`) changes w; `gather` takes z to cells or neurons, where
   * it acts in the update from n to n + 1. Its values, error and weights are recorded by `recordReadout`. */
  readout(name: string, source: AnyCells, options: ReadoutOptions): ReadoutHandle {
    this.#own(`read-out "${name}"`, source);
    const described = readoutData(name, source.name, optionsOf(`read-out "${name}"`, options));
    checkReadout(described, this.#populations, takenNames(this.#projections, this.#readouts));
    return this.#addReadout(described);
  }

  #addReadout(described: ReadoutDescription): ReadoutHandle {
    const handle: ReadoutHandle = Object.freeze({ kind: "readout", name: described.name, n: described.outputs });
    this.#readouts.push(described);
    this.#readoutHandles.add(handle);
    return handle;
  }

  #ownReadout(where: string, handle: ReadoutHandle): ReadoutDescription {
    if (isPlain(handle) && this.#readoutHandles.has(handle)) return this.#readouts.find((r) => r.name === handle.name) as ReadoutDescription; // prettier-ignore
    throw new ModelError(where, `"${nameOf(handle)}" is not a read-out of this network`, "Use what this network's readout() returned"); // prettier-ignore
  }

  /** Gap junctions: g (V_a - V_b) leaves a and enters b, over each link of the rule. The own voltage acts implicitly, the partner's as it was at
   * the beginning of the step. Returns the names of the two gathers, into b and into a. */
  gapJunctions(a: AnyCells, b: AnyCells, rule: Rule, options: GapOptions): [string, string] {
    const {
      name = `${nameOf(a)}~${nameOf(b)}`,
      conductance,
      placeA = {},
      placeB = {},
    } = optionsOf("gap junctions", options);
    for (const end of [a, b]) this.#own(`gap junctions "${name}"`, end);
    const pairs: (readonly [number, number])[] = [];
    const sizes = ruleSizes({ name, source: a.name, target: b.name }, this.#populations);
    checkRule(name, rule, sizes);
    const drawn = drawLinks(rule, sizes, this.structureSeed, name);
    const weight = perLink(`gap junctions "${name}", conductance`, conductance, "uS", () => drawn);
    eachLink(drawn, (s, t, place) => (pairs[place] = [s, t]));
    const value = "V_pre - V";
    const gather = (
      from: AnyCells,
      to: AnyCells,
      links: Rule,
      ends: readonly [Place, Place],
      suffix: string,
    ): string => {
      const input = options.input === undefined ? {} : { input: options.input };
      const start = Object.keys(ends[0]).length === 0 ? {} : { from: ends[0] };
      return this.gather(from, to, links, { name: `${name}${suffix}`, weight, value, ...start, ...ends[1], ...input });
    };
    const there = gather(a, b, list(pairs), [placeA, placeB], ">");
    return [there, gather(b, a, list(pairs.map(([s, t]) => [t, s] as const)), [placeB, placeA], "<")];
  }

  #clamp(
    cells: AnyCells,
    signal: ClampSignal,
    name: string,
    { gain = one(1), delay = ms(0), duration = FOR_EVER }: ClampOptions,
    placeIn: (population: CellsDescription | NeuronsDescription) => Partial<ClampDescription>,
  ): string {
    const where = `clamp "${name}"`;
    const population = this.#own(where, cells);
    if (!receives(population))
      throw new ModelError(where, `"${cells.name}" are sources`, "Clamp a population of cells");
    const place = placeIn(population);
    const data = cellSignals(`${where}, signal`, signal, clampUnit(where, place, population), population.model.n);
    const described = { name, population: cells.name, ...place, signal: data, gain, delay, duration };
    checkClamp(described, this.#populations, this.#clamps);
    this.#clamps.push(described);
    return name;
  }

  /** Samples a variable: "V", "<section>.V" or at a place of it "<section>(0.9).V", "<section>.<insertion>.<state>", "<receptor>.g", "<receptor>.i",
   * "<section>.<insertion>.i_<current>", "<clamp>.i"; of a trained network "x", "r", "v", "error", "update2", "xmid". Cells: "all" (default), `every(5)` or a list of indices. */
  record(
    cells: AnyCells | TrainedHandle,
    variable: string,
    options: { cells?: CellChoice | readonly number[]; every: Quantity<"ms"> },
  ): void {
    if (nameOf(cells) !== this.#trained?.name) this.#own(`recording of "${variable}"`, cells as AnyCells);
    optionsOf(`recording of "${variable}"`, options);
    const described: RecordingDescription = {
      population: cells.name,
      variable,
      cells: choice(options.cells),
      every: options.every,
    };
    this.#record(described);
  }

  #record(described: RecordingDescription): void {
    const currents = currentsInto({ clamps: this.#clamps, gathers: this.#gathers });
    if (this.#trained !== undefined) checkTrainedRecording(described, this.#trained);
    else checkRecording(described, this.#populations, currents, this.#projections);
    this.#recordings.push(described);
  }

  /** Samples the weights of a projection whose links learn: "all" links (default), `every(5)` or a list of indices in the projection's
   * order. They are in `chunk.trace(<target>, "<projection>.w")`, whose `cells` are links; those of a trained network in `chunk.trace(<network>, "w")`,
   * by target, then source. */
  recordWeights(
    projection: string | TrainedHandle,
    options: { links?: CellChoice | readonly number[]; every: Quantity<"ms"> },
  ): void {
    const name = nameOf(typeof projection === "string" ? { name: projection } : projection);
    const cells = choice(optionsOf(`recording of the weights of "${name}"`, options).links);
    const { target = this.#trained?.name ?? "" } = this.#projections.find((p) => p.name === name) ?? {};
    this.#record({ population: target, variable: "w", cells, every: options.every, projection: name });
  }

  /** Samples of a read-out: "z", its values as they act in a step; "error", what they were off the targets before learning at that step;
   * "w", its weights. Values, or of "w" weights in order of [value][cell]: "all" (default), `every(5)` or a list of indices. They are in
   * `chunk.trace(<source>, "<read-out>.z")`. */
  recordReadout(
    readout: ReadoutHandle,
    variable: "z" | "error" | "w",
    options: { values?: CellChoice | readonly number[]; every: Quantity<"ms"> },
  ): void {
    const { name, source } = this.#ownReadout(`recording of "${variable}"`, readout);
    optionsOf(`recording of "${variable}"`, options);
    const described = { population: source, variable, cells: choice(options.values), every: options.every, readout: name }; // prettier-ignore
    checkReadoutRecording(described, this.#readouts, this.#populations);
    this.#recordings.push(described);
  }

  /** Advances n copies together. They are alike until `vary` makes them differ. */
  batch(n: number): void {
    if (!Number.isInteger(n) || n < 1)
      throw new ModelError(this.name, `a batch of ${n} entries`, "Give a whole number of 1 or more");
    this.#setEntries("batch", n);
  }

  /** Gives each entry of the batch its own value of one thing: "seed", "structureSeed", "<population>.rate",
   * "<population>.times" (trains), "<population>.<section>.<insertion>.<param>", "<population>.<receptor>.<param>", "<projection>.scale", "<clamp>.gain",
   * "<clamp>.signal"; of a trained network the numbers "<network>.<param>": p, gsyn, sigma, amp_current, amp0, vt, vrest, pqif, ftrain. */
  vary(path: string, values: readonly unknown[]): void {
    const where = `variation "${path}"`;
    if (this.#variations.some((v) => v.path === path))
      throw new ModelError(where, "is given twice", "Vary each path once");
    if (typeof path !== "string") throw new ModelError("variation", "names no path", 'Give a path, for example "seed"');
    if (!Array.isArray(values) || values.length === 0)
      throw new ModelError(where, "has no values", "Give a list, one per entry");
    const variation = { path, values: [...values] };
    checkVariation(variation, this.describe(), this.#entries ?? values.length);
    if (path === "structureSeed") this.#drawn.vary(values as readonly number[]);
    this.#setEntries(where, values.length);
    this.#variations.push(variation);
  }

  /** Everything said so far, as plain data that survives JSON. */
  describe(): NetworkDescription {
    return {
      seed: this.seed,
      structureSeed: this.structureSeed,
      populations: [...this.#populations],
      projections: [...this.#projections],
      clamps: [...this.#clamps],
      ...(this.#gathers.length === 0 ? {} : { gathers: [...this.#gathers] }),
      ...(this.#readouts.length === 0 ? {} : { readouts: [...this.#readouts] }),
      ...(this.#trained === undefined ? {} : { trained: this.#trained }),
      recordings: [...this.#recordings],
      entries: this.#entries ?? 1,
      variations: [...this.#drawn.besides(this.#variations), ...this.#variations],
    };
  }

  /** The description and the name. */
  toJSON(): NetworkDescription & { readonly name: string } {
    return { name: this.name, ...this.describe() };
  }

  /** The network of `JSON.parse(JSON.stringify(network))`, or of a description. @throws ModelError where it is not right */
  static fromJSON(data: NetworkDescription & { readonly name?: string }): Network {
    const whole = completeDescription(data);
    checkDescription(whole);
    const { seed, structureSeed } = whole;
    const { name = "network" } = data;
    const network = new Network({ seed, structureSeed, name });
    for (const p of whole.populations) {
      if (receives(p)) network.cells(p.name, p.model);
      else network.sources(p.name, sizeOf(p), p.model);
    }
    network.#trained = whole.trained;
    for (const p of whole.projections) network.#projections.push(p);
    for (const clamp of whole.clamps) network.#clamps.push(clamp);
    for (const r of whole.readouts ?? []) network.#addReadout(r);
    for (const gather of whole.gathers ?? []) network.#gathers.push(gather);
    for (const recording of whole.recordings) network.#recordings.push(recording);
    if (whole.entries > 1) network.batch(whole.entries);
    for (const v of whole.variations) network.vary(v.path, v.values);
    return network;
  }

  /** The description of a population of this network. @throws ModelError for a handle of another network */
  #own(where: string, handle: AnyPopulation): PopulationDescription {
    if (!isPlain(handle) || this.#handles.get(handle.name) !== handle) {
      throw new ModelError(
        where,
        `"${nameOf(handle)}" is not a population of this network`,
        "Use what this network's cells() or sources() returned",
      );
    }
    return this.#populations.find((p) => p.name === handle.name) as PopulationDescription;
  }

  #setEntries(where: string, n: number): void {
    if (this.#entries !== undefined && this.#entries !== n) {
      throw new ModelError(
        where,
        `${n} entries where the batch has ${this.#entries}`,
        "Give every variation one value per entry",
      );
    }
    this.#entries = n;
  }
}
