import "../site/early.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import type { Control } from "../../src/run/control.ts";
import type { SpikesOf } from "../site/nwb-worker.ts";
import type { Settings, Table } from "../site/protocol.ts";
import { PlainRaster } from "../site/plain-raster.ts";
import { Recent, spikesOf, spikeTable } from "../site/recent.ts";
import type { RunRecord } from "../site/record.ts";
import { Runner } from "../site/runner.ts";
import { serve, type Bench, type Demo } from "../site/worker.ts";
import { DT, HALF, OWN_ROWS, SAMPLED, WINDOW_MS, type PlasticityFacts, type PlasticityReadings } from "./facts.ts";
import { competition, HALVES, rateOf, TAU, type Inputs, type Rule } from "./network.ts";
import { Readings } from "./readings.ts";

/** Model time of a piece: a slider acts from the next one on. Long ones cost less, and are for an engine that is to go on alone. */
const PIECE_MS = 10;
const LONG_PIECE_MS = 100;
/** ms of the clock between two looks at the weights. */
const LOOK_MS = 200;
/** of the plotted rule, ms. */
const RULE_MS = 80;

const inputsOf = (s: Settings): Inputs => ({
  rates: [s["first"] as number, s["second"] as number],
  depth: (s["depth"] as number) / 100,
  frequency: s["frequency"] as number,
});
const ruleOf = (s: Settings): Rule => ({ step: (s["step"] as number) / 100, ratio: s["ratio"] as number });

/** One neuron whose inputs compete until its page ends it. */
class PlasticityDemo implements Demo {
  readonly facts: PlasticityFacts;
  readonly finished = false;
  readonly #bench: Bench;
  readonly #runner: Runner;
  readonly #raster: PlainRaster;
  readonly #readings = new Readings();
  /** 0 is the neuron, then come the inputs. */
  readonly #recent = new Recent();
  #settings: Settings;
  #acting: Inputs;
  #changed = true;
  #phase = 0;
  #looked = -Infinity;

  constructor(bench: Bench, runner: Runner, settings: Settings) {
    [this.#bench, this.#runner, this.#settings, this.#acting] = [bench, runner, settings, inputsOf(settings)];
    const ink = { colours: ["small-unit", "large-unit", "ink"], ends: [SAMPLED, 2 * SAMPLED, 2 * SAMPLED + OWN_ROWS] };
    this.#raster = new PlainRaster(bench, "raster", 2 * SAMPLED + OWN_ROWS, ink, DT);
    const { step, ratio } = ruleOf(settings);
    const lag = Array.from({ length: 2 * RULE_MS + 1 }, (_, k) => k - RULE_MS);
    const change = (x: number, size: number): number => size * Math.exp(-Math.abs(x) / TAU);
    this.facts = {
      engine: runner.visible === undefined ? "reference, float64" : "device, float32",
      rule: { lag, up: lag.map((x) => (x < 0 ? 100 * change(x, step) : null)), down: lag.map((x) => (x > 0 ? -100 * change(x, step * ratio) : null)) },
    };
  } // prettier-ignore

  get time(): number {
    return this.#runner.time;
  }

  set(settings: Settings): void {
    [this.#settings, this.#changed] = [settings, true];
  }

  act(): void {
    // nothing that only this page has
  }

  start(seen: () => void): Promise<void> {
    const pieces = {
      end: Infinity,
      steps: (single: boolean): number => Math.round((single || this.#bench.pace.speed <= 1 ? PIECE_MS : LONG_PIECE_MS) / DT),
      before: (control: Control, t: number) => this.#apply(control, t),
      take: (chunk: Chunk) => this.#take(chunk),
      after: () => this.#look(),
    }; // prettier-ignore
    return this.#runner.run(pieces, seen);
  }

  recolour(): void {
    this.#raster.recolour();
  }

  draw(): boolean {
    return this.#raster.draw(this.time / DT, WINDOW_MS / DT) > 0;
  }

  readings(): PlasticityReadings {
    return this.#readings.readings;
  }

  table(): Table {
    return spikeTable(this.#recent, this.#from, (k) => k, "input (0: the neuron)");
  }

  /** Where the raster begins, ms. */
  get #from(): number {
    return Math.max(0, this.time - WINDOW_MS);
  }

  spikes(): SpikesOf[] {
    const [from, to] = [this.#from, this.time];
    const halves = HALVES.map((name, k) => spikesOf(this.#recent, `${name} half`, { first: 1 + k * HALF, n: HALF, from, to })); // prettier-ignore
    return [spikesOf(this.#recent, "neuron", { n: 1, from, to }), ...halves];
  }

  record(): RunRecord {
    return this.#runner.record("cell");
  }

  equations(): string[] {
    return this.#runner.equations();
  }

  #take(chunk: Chunk): void {
    const [own, ...halves] = ["cell", ...HALVES].map((name) => chunk.spikes(name));
    const [first, second] = halves;
    if (own === undefined || first === undefined || second === undefined) return;
    this.#readings.add(own.times, [first.times, second.times], this.time);
    const old = this.time - WINDOW_MS;
    this.#recent.push(own.times, own.cells, old);
    halves.forEach(({ times, cells }, k) => {
      this.#recent.push(times, cells.map((i) => 1 + k * HALF + i), old); // prettier-ignore
      const every = HALF / SAMPLED;
      const shown = Array.from(cells.keys()).filter((at) => (cells[at] as number) % every === 0);
      this.#raster.collect({ times: shown.map((at) => times[at] as number), neurons: shown.map((at) => k * SAMPLED + (cells[at] as number) / every) }); // prettier-ignore
    });
    const rows = Array.from({ length: OWN_ROWS }, (_, k) => 2 * SAMPLED + k);
    for (const t of own.times) this.#raster.collect({ times: rows.map(() => t), neurons: rows });
  }

  /** At the weights, from time to time. */
  async #look(): Promise<void> {
    if (performance.now() - this.#looked < LOOK_MS) return;
    const [first, second] = await Promise.all(HALVES.map(async (name) => (await this.#runner.plasticity(`${name} half`))["w"])); // prettier-ignore
    if (first !== undefined && second !== undefined) this.#readings.weights = [first, second];
    this.#looked = performance.now();
  }

  #apply(control: Control, t: number): void {
    if (!this.#changed) return;
    this.#changed = false;
    const inputs = inputsOf(this.#settings);
    this.#phase += (2 * Math.PI * (this.#acting.frequency - inputs.frequency) * t) / 1000; // the wave goes on without a jump
    this.#acting = inputs;
    HALVES.forEach((name, k) => {
      control.rate(name, rateOf(inputs, k as 0 | 1, this.#phase));
      control.freeze(`${name} half`, this.#settings["learns"] === 0);
    });
  }
}

serve(async (bench, settings) => {
  const compiled = competition(inputsOf(settings), ruleOf(settings), settings["seed"] as number);
  // one cell: a software adapter spends more on a submit than on its steps
  const runner = await Runner.make(bench, compiled, { device: bench.inSoftware ? undefined : bench.device });
  return new PlasticityDemo(bench, runner, settings);
});
