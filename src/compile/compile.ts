import { ModelError } from "../errors.ts";
import type { Method, WholeCell } from "../network/cell.ts";
import {
  isCells,
  isNeurons,
  receives,
  sizeOf,
  type CellsDescription,
  type NeuronsDescription,
} from "../network/check.ts";
import { scaleLimits } from "../network/check-projection.ts";
import type {
  CompileOptions,
  NetworkDescription,
  PortSources,
  RenewalSources,
  TrainSources,
} from "../network/description.ts";
import { Network } from "../network/network.ts";
import { completeDescription } from "../network/shape.ts";
import { rateValue, scaleValue, type Path } from "../network/paths.ts";
import { compileCells } from "./cells/cells.ts";
import { checkNetwork, settings, type Settings } from "./checks.ts";
import { clampsOf, compileClamps } from "./clamps.ts";
import type { CompiledCells, CompiledClamp, CompiledNetwork, CompiledPopulation, CompiledPort, CompiledRenewal, CompiledStage } from "./compiled.ts"; // prettier-ignore
import { frozen } from "./freeze.ts";
import { fastTraces } from "./links/fast-traces.ts";
import { type GatherPlan, planGathers } from "./links/gathers.ts";
import { compileReadouts, readoutTraces, targetClamps } from "./links/readouts.ts";
import { checkBeforeLinks } from "./links/early.ts";
import { digest, RESULTS_VERSION } from "./hash.ts";
import { drawProjections, hasLinks, shortestDelay, type DrawnProjection } from "./links/links.ts";
import { compileNeurons } from "./cells/point-neurons.ts";
import { compileLearning, learningSteps, slowLearning } from "./links/learning.ts";
import { weightTraces } from "./links/weight-traces.ts";
import { withPlaces } from "./links/link-places.ts";
import { compilePlasticity } from "./links/plasticity.ts";
import { checkEstimate, estimate, type MemoryLimits } from "./estimate.ts";
import { Ticker } from "./ticker.ts";
import { compileTrainedNetwork } from "./trained/network.ts";
import { lostWeights } from "./links/rounding.ts";
import { blockLength } from "./links/scaling.ts";
import { compilePort } from "./links/ports.ts";
import { compileRenewal, compileTrains, varied } from "./sources.ts";
import { type Slots, slotsOf } from "./links/slots.ts";
import { buildStage, longestDelay } from "./links/stage.ts";
import { planStages, type Edge } from "./links/stages.ts";
import { hearsFirst } from "./cells/step-program.ts";

/** Steps of a rate that are looked at when the duration is not known; every step is checked again while running. */
const UNKNOWN_DURATION_STEPS = 10_000;

/** Turns a description into what the engines run: draws connections, plans stages, makes every check there is to make.
 * @throws ModelError at the first thing that cannot be simulated */
export function compile(network: NetworkDescription | Network, options: CompileOptions): CompiledNetwork {
  const { description, own, paths, limits } = checkBefore(network, options);
  const { trained } = description;
  if (trained !== undefined) return compileTrainedNetwork(description, trained, { settings: own, paths, limits });
  return new Compiler(description, own, paths, options).compile();
}

interface Checked {
  readonly description: NetworkDescription;
  readonly own: Settings;
  readonly paths: readonly Path[];
  readonly limits: MemoryLimits;
}

/** What compile refuses before it draws or compiles anything: in milliseconds, whatever the size.
 * @throws ModelError */
export function checkBefore(network: NetworkDescription | Network, options: CompileOptions): Checked {
  const description = network instanceof Network ? network.describe() : completeDescription(network);
  const [own, paths, limits] = [settings(options), checkNetwork(description), limitsOf(options)];
  if (description.trained === undefined) checkEstimate(description, estimate(description, own.dt), limits);
  return { description, own, paths, limits };
}

const limitsOf = ({ hostMemory, machineMemory, deviceBinding, deviceOnHost }: CompileOptions): MemoryLimits => ({
  host: hostMemory,
  machine: machineMemory,
  binding: deviceBinding,
  shared: deviceOnHost,
});

/** What NEURON does unless told otherwise. Of first order, and without the ringing of Crank-Nicolson after a step of current. */
const DEFAULT_METHOD: Method = "backwardEuler";

class Compiler {
  readonly #d: NetworkDescription;
  readonly #settings: Settings;
  readonly #paths: readonly Path[];
  readonly #ticker: Ticker;
  readonly #warnings: string[] = [];
  readonly #firstSource: readonly (number | undefined)[]; // undefined for trains
  readonly #nSources: number;
  readonly #clamps: readonly CompiledClamp[];
  readonly #ports: readonly (CompiledPort | undefined)[];

  constructor(d: NetworkDescription, s: Settings, paths: readonly Path[], options: CompileOptions) {
    this.#d = d;
    this.#settings = s;
    this.#paths = paths;
    this.#ticker = new Ticker(options.onCompile);
    let next = 0;
    this.#firstSource = d.populations.map((p) => {
      if (p.model.kind === "trains" || p.model.kind === "port") return undefined;
      next += sizeOf(p);
      return next - sizeOf(p);
    });
    this.#nSources = next;
    this.#clamps = [
      ...compileClamps(d, this.#paths, this.#seeds(), s.dt, s.steps ?? UNKNOWN_DURATION_STEPS),
      ...targetClamps(d),
    ];
    this.#ports = d.populations.map((p, i) => {
      if (p.model.kind !== "port") return undefined;
      return compilePort(p.name, sizeOf(p), p.model, {
        dt: s.dt,
        entries: d.entries,
        rates: varied(d, this.#paths, "rate", i) as readonly PortSources["rate"][] | undefined,
      });
    });
    checkBeforeLinks(d, s.dt);
  }

  compile(): CompiledNetwork {
    const { entries } = this.#d;
    const { dt, maxBlock } = this.#settings;
    const drawn = withPlaces(drawProjections(this.#d, this.#structureSeeds(), this.#ticker), this.#d.populations);
    const gathers = planGathers(this.#d, this.#structureSeeds());
    const plan = planStages(this.#cellIndices(), [...this.#edges(drawn), ...this.#gatherEdges()]);
    const readouts = compileReadouts(this.#d, { dt, plan: gathers, stages: plan.stages, clamps: this.#clamps });
    const slots = plan.stages.map((cells) => slotsOf(cells, drawn, this.#d.populations));
    this.#ticker.tick(() => "compiling cells");
    const populations = this.#populations(slots, gathers);
    this.#ticker.tick(() => "sorting links");
    const plasticity = compilePlasticity(drawn, populations, dt, entries);
    const learning = compileLearning(drawn, { dt, entries, steps: this.#settings.steps, populations, slots });
    const context = { ...this.#settings, entries, nSources: this.#nSources, populations, plasticity, learning };
    const stages = plan.stages.map((cells, k) => buildStage(cells, slots[k] as Slots, drawn, context));
    const allSlots = stages.reduce((sum, s) => sum + s.slots, 0);
    this.#warnAboutLinks(drawn);
    const sizes = populations.map((p) => p.n);
    this.#warnings.push(...fastTraces(drawn, sizes, dt));
    const initialScales = this.#initialScales();
    const loopSteps = Math.min(plan.loopSteps ?? Infinity, learningSteps(learning) ?? Infinity);
    this.#warnings.push(...slowLearning(drawn, learning), ...this.#lostWeights(stages, drawn, initialScales));
    const block = blockLength(loopSteps, Math.max(allSlots, gathers.words / entries), entries, maxBlock);
    return frozen({
      dt,
      entries,
      seeds: Uint32Array.from(this.#seeds()),
      populations: this.#withLinks(populations, drawn, { learning, readouts }),
      nSources: this.#nSources,
      stages,
      maxBlock: block,
      exposed: { ring: block + 1, words: gathers.words },
      maxDelaySteps: longestDelay(stages, learning),
      projections: drawn.map(({ description: p, links, procedural }) => ({
        name: p.name,
        ...(procedural === undefined ? {} : { procedural: true }),
        links: procedural === undefined ? (links[0]?.target.length ?? 0) : Math.round(procedural.links),
        dropped: links[0]?.dropped ?? 0,
        scale: scaleLimits(p, this.#d.populations),
      })),
      initialScales,
      clamps: this.#clamps,
      readouts,
      plasticity,
      learning,
      lanes: Math.max(0, ...plasticity.map(({ lane = -1 }) => lane + 1)),
      voltageLimit: this.#settings.voltageLimit,
      warnings: this.#warnings,
      hash: this.#hash(),
    });
  }

  #lostWeights(stages: readonly CompiledStage[], drawn: readonly DrawnProjection[], scales: Float64Array): string[] {
    const { entries } = this.#d;
    const of = (values: Float64Array, k: number): Float64Array => values.subarray(k * entries, (k + 1) * entries);
    const scaled = stages.flatMap(({ cells, rows, q }) =>
      drawn.flatMap((projection, k) =>
        cells.includes(projection.target) ? [{ projection, rows, q: of(q, k), scale: of(scales, k) }] : [],
      ),
    );
    return lostWeights(scaled);
  }

  /** Of what determines results: `duration` and `maxBlock` do not, and neither does a description's name. */
  #hash(): string {
    const {
      seed,
      structureSeed,
      populations,
      projections,
      clamps,
      gathers,
      readouts,
      recordings,
      entries,
      variations,
    } = this.#d;
    const methods = populations.flatMap((p) => (isCells(p) ? [this.#methodOf(p.model)] : []));
    const one = methods.every((m) => m === methods[0]) ? (methods[0] ?? DEFAULT_METHOD) : methods;
    const bare = populations.map((p) => (isCells(p) ? { ...p, model: { ...p.model, method: undefined } } : p));
    const description = { seed, structureSeed, populations: bare, projections, clamps, gathers, readouts, recordings, entries, variations }; // prettier-ignore
    return digest({ version: RESULTS_VERSION, dt: this.#settings.dt, method: one, description });
  }

  /** The run's, else the model's own. */
  #methodOf(model: WholeCell): Method {
    return this.#settings.method ?? model.method ?? DEFAULT_METHOD;
  }

  #cellIndices(): number[] {
    return this.#d.populations.flatMap((p, i) => (receives(p) ? [i] : []));
  }

  #structureSeeds(): readonly number[] {
    return this.#varied("structureSeed") ?? [this.#d.structureSeed];
  }

  #seeds(): readonly number[] {
    return this.#varied("seed") ?? new Array<number>(this.#d.entries).fill(this.#d.seed);
  }

  #varied(kind: "seed" | "structureSeed"): readonly number[] | undefined {
    return this.#d.variations.find((_, i) => this.#paths[i]?.kind === kind)?.values as readonly number[] | undefined;
  }

  #edges(drawn: readonly DrawnProjection[]): Edge[] {
    return drawn.flatMap((p) => {
      const delaySteps = shortestDelay(p, this.#settings.dt);
      const fromCells = receives(this.#d.populations[p.source] as CellsDescription);
      if (!fromCells || delaySteps === undefined) return [];
      return [{ name: p.description.name, from: p.source, to: p.target, delaySteps }];
    });
  }

  /** What is shown at a step acts in its update: a step as a delay, so that whoever is shown advances first or one step at a time. */
  #gatherEdges(): Edge[] {
    const { populations, readouts = [] } = this.#d;
    const index = (of: string): number =>
      populations.findIndex((p) => p.name === (readouts.find((r) => r.name === of)?.source ?? of));
    return (this.#d.gathers ?? []).map(({ name, source, target }) => ({ name, from: index(source), to: index(target), delaySteps: 1 })); // prettier-ignore
  }

  #populations(slots: readonly Slots[], gathers: GatherPlan): CompiledPopulation[] {
    return this.#d.populations.map((p, i) => {
      if (receives(p)) return this.#cells(p, i, slots, gathers);
      if (p.model.kind === "renewal") return this.#renewal(p.name, p.n, p.model, i);
      if (p.model.kind === "port") return this.#ports[i] as CompiledPort;
      return compileTrains(
        p.name,
        p.n,
        p.model,
        varied(this.#d, this.#paths, "times", i) as readonly TrainSources["times"][] | undefined,
      );
    });
  }

  #renewal(name: string, n: number, model: RenewalSources, index: number): CompiledRenewal {
    return compileRenewal(name, n, model, {
      dt: this.#settings.dt,
      entries: this.#d.entries,
      firstSource: this.#firstSource[index] ?? 0,
      steps: this.#settings.steps ?? UNKNOWN_DURATION_STEPS,
      rates: varied(this.#d, this.#paths, "rate", index)?.map(rateValue),
      warn: (line) => this.#warnings.push(line),
    });
  }

  #cells(
    p: CellsDescription | NeuronsDescription,
    index: number,
    slots: readonly Slots[],
    gathers: GatherPlan,
  ): CompiledCells {
    const { name } = p;
    const { dt } = this.#settings;
    const context = {
      dt,
      entries: this.#d.entries,
      seeds: this.#seeds(),
      firstSource: this.#firstSource[index] ?? 0,
      slots: slots.find((s) => s.of.has(index))?.of.get(index) ?? new Map<string, number>(),
      recordings: this.#d.recordings.filter(
        (r) => r.population === name && r.projection === undefined && r.readout === undefined,
      ),
      vary: this.#variedParams(index),
      clamps: clampsOf(this.#d, this.#clamps, dt, name, this.#seeds()),
      shown: gathers.shownBy(name),
      gathers: gathers.into(name),
      warn: (line: string) => this.#warnings.push(line),
    };
    if (isNeurons(p)) return compileNeurons(name, p.model, context);
    return compileCells(name, p.model, { ...context, method: this.#methodOf(p.model) });
  }

  #variedParams(population: number): Map<string, readonly unknown[]> {
    const vary = new Map<string, readonly unknown[]>();
    this.#paths.forEach((path, i) => {
      if (path.kind !== "param" || path.population !== population) return;
      for (const key of path.keys) vary.set(key, this.#d.variations[i]?.values ?? []);
    });
    return vary;
  }

  /** Cells with what links that learn and read-outs ask of them: recordings of weights and values, and detection before delivery. */
  #withLinks(populations: readonly CompiledPopulation[], drawn: readonly DrawnProjection[], { learning, readouts }: Pick<CompiledNetwork, "learning" | "readouts">) {
    return populations.map((p, k): CompiledPopulation => {
      const own = learning.filter((l) => l.target === k);
      const read = readoutTraces(this.#d, readouts, k, this.#settings.dt);
      if (p.kind !== "cells" || (own.length === 0 && read.length === 0)) return p;
      const traces = own.flatMap((l) => weightTraces(this.#d, drawn[l.projection] as DrawnProjection, learning.indexOf(l), this.#settings.dt));
      const detectsFirst = own.some((l) => l.hearsTarget && l.dendriticSteps === 0);
      if (detectsFirst && p.program.kind === "small" && hearsFirst(p.program.detect)) throw new ModelError(p.name, "fires after the events of a step, which its spikes change in that very step", "Give the plastic projection a dendriticDelay, or let the neuron fire beforeEvents"); // prettier-ignore
      return { ...p, traces: [...p.traces, ...traces, ...read], ...(detectsFirst ? { detectsFirst } : {}) };
    });
  } // prettier-ignore

  #initialScales(): Float64Array {
    const { entries, projections, variations } = this.#d;
    const scales = new Float64Array(projections.length * entries).fill(1);
    this.#paths.forEach((path, i) => {
      if (path.kind !== "scale") return;
      const { path: name, values } = variations[i] as NetworkDescription["variations"][number];
      values.forEach((value, e) => {
        scales[path.projection * entries + e] = scaleValue(name, value);
      });
    });
    return scales;
  }

  #warnAboutLinks(drawn: readonly DrawnProjection[]): void {
    for (const projection of drawn) {
      const { description: p, links } = projection;
      const dropped = Math.max(...links.map((l) => l.dropped));
      if (dropped > 0)
        this.#warnings.push(`${p.name}: ${dropped} links slower than ${p.maxDelay?.value} ms were dropped`);
      else if (!hasLinks(projection)) this.#warnings.push(`${p.name}: has no links`);
    }
  }
}
