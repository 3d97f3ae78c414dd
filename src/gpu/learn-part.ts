/// <reference types="@webgpu/types" preserve="true" />
import type { Arrivals, CompiledLearning, CompiledNetwork, CompiledStage, CompiledTrace, LinkTable } from "../compile/compiled.ts"; // prettier-ignore
import type { TraceSamples } from "../host/engine.ts";
import { allLinks, initialLinks, sampledLinks, tableOf, weightTraces } from "../host/learning.ts";
import { mostWithin, sampleSteps } from "../host/samples.ts";
import { magnitude, STATE_LIMIT } from "../host/soundness.ts";
import { mathFunctions, printWgsl } from "../lang/print.ts";
import { lowerBound } from "../sorted.ts";
import { bind, type Kernel, workgroups } from "./kernels.ts";
import { type KeptStates, readKept, writeKept } from "./kept-states.ts";
import type { Cleared, Dispatch, Setting, Shared, Words } from "./parts.ts";
import type { BlockPlan } from "./submit.ts";

/** What arrives from a train over one segment in a block: see shaders/learn.wgsl. */
export const RECORD_BYTES = 32;
const RECORD_WORDS = RECORD_BYTES / 4;

/** When every source and cell spiked, as bits, as far back as links that learn look. */
export class History {
  readonly buffer: GPUBuffer;
  /** of each id; words of 32 steps. */
  readonly words: number;
  readonly ids: number;
  readonly #shared: Shared;
  readonly #kernel: Kernel<"mark">;
  readonly #shape: GPUBuffer;

  private constructor(shared: Shared, kernel: Kernel<"mark">, notes: boolean) {
    const { network, memory } = shared;
    [this.#shared, this.#kernel] = [shared, kernel];
    this.words = Math.ceil(network.maxDelaySteps / 32) + 4;
    this.ids = network.nSources * network.entries;
    this.buffer = memory.storage("spikes of links that learn", 4 * this.words * this.ids);
    this.#shape = memory.uniform("mark: shape", Uint32Array.of(this.words, this.ids, notes ? 1 : 0, 0));
  }

  /** @param notes  nothing else notes the log's position */
  static async make(shared: Shared, notes: boolean): Promise<History> {
    const { kernels, workgroupSize } = shared;
    return new History(shared, await kernels.make("mark", { workgroupSize }), notes);
  }

  /** @param groups  workgroups of the stride loop over spikes */
  dispatch(groups: number): Dispatch {
    const { memory, log, positions } = this.#shared;
    const group = bind(memory.device, this.#kernel, { shape: this.#shape, log, positions, history: this.buffer }); // prettier-ignore
    return { label: "learn", pipeline: this.#kernel.pipeline, group, workgroups: [groups, 1] };
  }

  /** The words that begin with the next block. */
  clearedAfter({ step, steps }: BlockPlan): Cleared[] {
    const end = step + steps;
    const parts: Cleared[] = [];
    for (let word = Math.ceil(end / 32); 32 * word <= end + 32; word++)
      parts.push({ buffer: this.buffer, offset: 4 * this.ids * (word % this.words), bytes: 4 * this.ids });
    return parts;
  }

  load(steps: Uint32Array, ids: Uint32Array): void {
    const bits = new Uint32Array(this.words * this.ids);
    steps.forEach((step, k) => {
      const at = ((step >>> 5) % this.words) * this.ids + (ids[k] as number);
      bits[at] = (bits[at] as number) | (1 << (step & 31));
    });
    this.#shared.memory.device.queue.writeBuffer(this.buffer, 0, bits);
  }
}

type RecordDispatch = Dispatch & { readonly from: number; readonly to: number };

interface Sampled {
  readonly index: number;
  readonly trace: CompiledTrace;
  readonly shape: GPUBuffer;
  readonly links: GPUBuffer;
}

/** Links of one projection that learn, on the device. */
export class LearnPart implements Setting {
  readonly learning: CompiledLearning;
  /** bits of [state][link of all entries], then the step of each link's last event. */
  readonly states: GPUBuffer;
  readonly setting: GPUBuffer; // params of shaders/plastic.wgsl
  readonly traces: GPUBuffer;
  /** per entry: 1 where weights stay. */
  readonly frozen: Uint32Array;
  readonly #shared: Shared;
  readonly #stage: CompiledStage;
  readonly #history: History;
  readonly #kernels: LearnKernels;
  readonly #shape: GPUBuffer;
  readonly #table: GPUBuffer;
  readonly #records: GPUBuffer;
  readonly #recordOf: GPUBuffer;
  readonly #sampled: readonly Sampled[];
  #ranges = new Map<number, readonly [number, number]>(); // records of the submit by the block's first step
  #sampleAt = new Map<string, number>(); // word of each sample of the submit by "trace step"

  private constructor(shared: Shared, learning: CompiledLearning, history: History, kernels: LearnKernels, maxSteps: number) {
    const { memory, network } = shared;
    const { entries } = network;
    [this.#shared, this.learning, this.#history, this.#kernels] = [shared, learning, history, kernels];
    this.#stage = network.stages.find((s) => s.cells.includes(learning.target)) as CompiledStage;
    const label = `links of ${network.projections[learning.projection]?.name}`;
    this.frozen = new Uint32Array(entries);
    const start = initialLinks(learning, entries);
    const states = new Float32Array(start.length + allLinks(learning, entries));
    states.set(start);
    this.states = memory.storage(`${label}: states`, states);
    this.#shape = memory.uniform(`${label}: shape`, this.#shapeWords());
    this.#table = memory.storage(`${label}: table`, packTables(learning));
    this.setting = memory.storage(`${label}: params`, this.words());
    const most = (learning.arrivals ?? []).reduce((a, { step }) => Math.max(a, mostWithin(step, maxSteps)), 0);
    this.#records = memory.storage(`${label}: arrivals`, RECORD_BYTES * entries * most);
    const segments = Array.from({ length: entries }, (_, e) => tableOf(learning, e).segmentSource.length);
    this.#recordOf = memory.storage(`${label}: records of segments`, learning.arrivals === undefined ? 0 : 4 * segments.reduce((a, b) => a + b, 0));
    this.#sampled = weightTraces(network, learning).map(([index, trace]) => {
      const links = sampledLinks(learning, trace, entries);
      return { index, trace, shape: memory.uniform(`${label}: sample shape`, Uint32Array.of(links.length, 0, 0, 0)), links: memory.storage(`${label}: sampled`, links) };
    });
    this.traces = memory.storage(`${label}: samples`, 4 * this.traceWords(maxSteps));
  } // prettier-ignore

  static async make(shared: Shared, learning: CompiledLearning, history: History, maxSteps: number): Promise<LearnPart> {
    const { workgroupSize, kernels, network } = shared;
    const model = learnWgsl(learning, network);
    const options = { workgroupSize, model, label: `learn ${network.projections[learning.projection]?.name}` };
    const [learn, weigh] = await Promise.all([kernels.make("learn", options), kernels.make("weigh", { workgroupSize })]);
    const post = learning.hearsTarget ? await kernels.make("learn_post", options) : undefined;
    return new LearnPart(shared, learning, history, { learn, post, weigh }, maxSteps);
  } // prettier-ignore

  /** scale * q and whether weights stay, per entry; parameters, those of links last. */
  words(): Words {
    const { entries } = this.#shared.network;
    const { scales } = this.#shared.inputs;
    const { projection, values } = this.learning;
    const factors = Array.from({ length: entries }, (_, e) => Math.fround(Math.fround(scales[projection * entries + e] as number) * (this.#stage.q[projection * entries + e] as number)));
    const shared = values.filter((v) => v.length === 1);
    const own = values.filter((v) => v.length !== 1);
    const words = new Float32Array(2 * entries + shared.length + own.reduce((sum, v) => sum + v.length, 0));
    words.set(factors);
    words.set(this.frozen, entries);
    let at = 2 * entries;
    for (const v of [...shared, ...own]) {
      words.set(v, at);
      at += v.length;
    }
    return words;
  } // prettier-ignore

  /** The events of each block; `from`, `to` are its records. Bound once a submit: a bind group costs more than a small dispatch.
   * @param groups  workgroups of the stride loop over spikes */
  dispatches(groups: number, acc: GPUBuffer): (b: BlockPlan) => RecordDispatch[] {
    const { memory, log, positions, workgroupSize } = this.#shared;
    const { device } = memory;
    const given = this.learning.arrivals !== undefined;
    const base = { shape: this.#shape, log, table: this.#table, params: this.setting, states: this.states, history: this.#history.buffer };
    const { learn, post } = this.#kernels;
    const here = { label: "learn", pipeline: learn.pipeline, group: bind(device, learn, { ...base, feed: given ? this.#records : positions, record_of: this.#recordOf, acc }) } as const;
    const behind = post === undefined ? [] : [{
      label: "learn", pipeline: post.pipeline, workgroups: [groups, 1],
      group: bind(device, post, { ...base, positions, records: this.#records, record_of: this.#recordOf }),
    } as const];
    return (b) => {
      const [from, to] = this.#ranges.get(b.step) ?? [0, 0];
      const most = given ? Math.min(128, Math.ceil((to - from) / workgroupSize)) : groups;
      return [...(most > 0 ? [{ ...here, workgroups: [most, 1] as const }] : []), ...behind].map((d) => ({ ...d, from, to }));
    };
  } // prettier-ignore

  /** Samples due at the end of a block; `from` is where they go. */
  sampleDispatches(): (b: BlockPlan) => (Dispatch & { readonly from: number })[] {
    const { memory, workgroupSize, network } = this.#shared;
    const { weigh } = this.#kernels;
    const bound = this.#sampled.map(({ index, trace, shape, links }) => ({
      index,
      label: "learn" as const,
      pipeline: weigh.pipeline,
      group: bind(memory.device, weigh, { shape, states: this.states, links, samples: this.traces }),
      workgroups: workgroups(trace.cells.length * network.entries, workgroupSize),
    }));
    return ({ step, steps }) =>
      bound.flatMap(({ index, ...d }) => {
        const from = this.#sampleAt.get(`${index} ${step + steps}`);
        return from === undefined ? [] : [{ ...d, from }];
      });
  }

  traceWords(steps: number): number {
    const { entries } = this.#shared.network;
    return this.#sampled.reduce(
      (sum, { trace: t }) => sum + (Math.floor(steps / t.everySteps) + 1) * entries * t.cells.length,
      0,
    );
  }

  placeTraces(from: number, to: number): { samples: Omit<TraceSamples, "data">[]; words: number } {
    this.#sampleAt = new Map();
    let words = 0;
    const samples = this.#sampled.map(({ index, trace }) => {
      const steps = sampleSteps(trace, from, to);
      for (const step of steps) {
        this.#sampleAt.set(`${index} ${step}`, words);
        words += trace.cells.length * this.#shared.network.entries;
      }
      return { population: this.learning.target, trace: index, steps };
    });
    return { samples, words };
  }

  /** Uploads what arrives from trains in these blocks. */
  placeArrivals(blocks: readonly BlockPlan[]): void {
    const { arrivals } = this.learning;
    if (arrivals === undefined) return;
    this.#ranges = new Map();
    const words: number[] = [];
    for (const b of blocks) {
      const from = words.length / RECORD_WORDS;
      for (let e = 0; e < this.#shared.network.entries; e++)
        addRecords(words, arrivals[arrivals.length > 1 ? e : 0] as Arrivals, e, b);
      this.#ranges.set(b.step, [from, words.length / RECORD_WORDS]);
    }
    if (words.length > 0) this.#shared.memory.device.queue.writeBuffer(this.#records, 0, Uint32Array.from(words));
  }

  /** Call with nothing in flight. */
  read(): Promise<KeptStates> {
    const { memory, network } = this.#shared;
    return readKept(memory, this.states, this.learning.states.length, allLinks(this.learning, network.entries));
  }

  write(state: Float32Array, last: Uint32Array): void {
    writeKept(this.#shared.memory, this.states, state, last);
  }

  #shapeWords(): Uint32Array {
    const { nSources, entries, dt } = this.#shared.network;
    const l = this.learning;
    const [table] = l.tables as [LinkTable];
    const words = Uint32Array.of(
      l.firstSource, l.sources, l.firstTarget, l.targets, nSources, entries, this.#stage.slots, l.firstSlot,
      l.tables.length, table.slot.length, table.segmentSource.length, allLinks(l, entries),
      l.dendriticSteps, l.hearsTarget ? 1 : 0, l.arrivals === undefined ? 0 : 1, this.#history.words, this.#history.ids, 0, 0, 0,
    );
    new Float32Array(words.buffer)[17] = dt;
    return words;
  } // prettier-ignore
}

interface LearnKernels {
  readonly learn: Kernel<"learn">;
  readonly post: Kernel<"learn_post"> | undefined;
  readonly weigh: Kernel<"weigh">;
}

/** One record for each segment over which something arrives in the block. */
function addRecords(words: number[], { step, segment, count }: Arrivals, entry: number, b: BlockPlan): void {
  const placeOf = new Map<number, number>();
  for (let k = lowerBound(step, b.step); k < step.length && (step[k] as number) < b.step + b.steps; k++) {
    const [s, t] = [segment[k] as number, (step[k] as number) - b.step];
    let at = placeOf.get(s);
    if (at === undefined) {
      at = words.length;
      placeOf.set(s, at);
      words.push(s, entry, 0, 0, 0, 0, 0, 0);
    }
    words[at + 2] = ((words[at + 2] as number) | (1 << t)) >>> 0;
    const word = at + 4 + (t >>> 3);
    words[word] = ((words[word] as number) | ((count[k] as number) << (4 * (t & 7)))) >>> 0;
  }
}

/** The tables' heads (see shaders/plastic.wgsl), then their arrays. */
function packTables({ tables }: CompiledLearning): Uint32Array {
  const HEAD = 10;
  const parts = (t: LinkTable) => [t.rowStart, t.segmentDelay, t.segmentStart, t.segmentSource, t.slot, t.segment, t.columnStart, t.column];
  const length = tables.flatMap(parts).reduce((sum, p) => sum + p.length, HEAD * tables.length);
  const words = new Uint32Array(length);
  let [at, link, segment] = [HEAD * tables.length, 0, 0];
  tables.forEach((t, k) => {
    parts(t).forEach((part, j) => {
      words[HEAD * k + j] = at;
      words.set(part, at);
      at += part.length;
    });
    words[HEAD * k + 8] = link;
    words[HEAD * k + 9] = segment;
    link += t.slot.length;
    segment += t.segmentSource.length;
  });
  return words;
} // prettier-ignore

/** The virtual module `model` of a rule. The text depends on the equations and on which parameters are those of links, never on a value. */
function learnWgsl({ states, params, values, relax, onPre, onPost, tables }: CompiledLearning, { entries }: CompiledNetwork): string {
  const place = new Map<string, string>([
    ...states.map((s, k): [string, string] => [s, `state[${k}]`]),
    ...params.map((p, k): [string, string] => [p, `param[${k}]`]),
  ]);
  const rename = (id: string): string => place.get(id) ?? id;
  const shared = values.filter((v) => v.length === 1).length;
  const links = tables[0]?.slot.length ?? 0;
  const own = values.map((v, k) => (v.length === 1 ? -1 : values.slice(0, k).filter((x) => x.length !== 1).length));
  let scalar = 0;
  const load = params.map((_, k) => {
    const at = (own[k] as number) < 0 ? `${2 * entries + scalar++}u` : `${2 * entries + shared + (own[k] as number) * links}u + l`;
    return `  param[${k}] = params[${at}];`;
  });
  const body = [
    `fn relax() {\n${printWgsl(relax, { rename })}\n}`,
    `fn on_pre() -> f32 {\n${printWgsl(onPre, { rename })}\n  return transmitted;\n}`,
    `fn on_post() {\n${printWgsl(onPost, { rename })}\n}`,
  ].join("\n");
  const math = mathFunctions(body);
  return [
    "import package::plastic::params;",
    ...(math.length > 0 ? [`import package::math::{${math.join(", ")}};`] : []),
    `const STATES = ${states.length}u;`,
    `const LARGEST = ${magnitude(STATE_LIMIT)}u;`,
    `var<private> state: array<f32, ${states.length}>;`,
    `var<private> param: array<f32, ${Math.max(1, params.length)}>;`,
    "var<private> elapsed: f32;",
    `fn load_params(l: u32) {\n${load.join("\n")}\n}`,
    body,
  ].join("\n");
} // prettier-ignore
