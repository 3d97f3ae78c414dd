/// <reference types="@webgpu/types" preserve="true" />
import { concatenated } from "../concatenated.ts";
import type { Arrivals, CompiledLearning, CompiledNetwork, LinkTable } from "../compile/compiled.ts"; // prettier-ignore
import type { EngineState } from "../host/engine.ts";
import { allLinks, initialLinks, sampledLinks, tableOf, weightTraces } from "../host/learning.ts";
import { mostWithin } from "../host/samples.ts";
import { magnitude, STATE_LIMIT } from "../host/soundness.ts";
import { mathFunctions, printWgsl } from "../lang/print.ts";
import { lowerBound } from "../sorted.ts";
import type { Group, Kind, Saved, Setting, Shared, Turn, Words, BlockPlan, Submit } from "./group.ts";
import type { History } from "./history-part.ts";
import { bind, type Kernel } from "./kernels.ts";
import { KeptStates } from "./kept-states.ts";
import { WeightSamples } from "./weight-samples.ts";
import { ownTrace, Samples, samplesOf } from "./samples.ts";
import type { Sums } from "./sums.ts";

/** What arrives from a train over one segment in a block: see shaders/learn.wgsl. */
const RECORD_BYTES = 32;
const RECORD_WORDS = RECORD_BYTES / 4;

export const LEARN: Kind = {
  dispatches: ({ learning }) => 2 * learning.length,
  cuts: (network, steps) => samplesOf(network.learning.flatMap((l) => weightTraces(network, l)).map(([, t]) => t.everySteps), steps),
  bytes: ({ learning, entries }, steps) =>
    learning.map(({ arrivals = [] }) => RECORD_BYTES * entries * arrivals.reduce((most, { step }) => Math.max(most, mostWithin(step, steps)), 0)),
}; // prettier-ignore

/** Links of one projection that learn, on the device. */
export class LearnPart implements Group, Setting {
  readonly learning: CompiledLearning;
  readonly mutable: readonly [states: GPUBuffer];
  readonly setting: GPUBuffer; // params of shaders/plastic.wgsl
  readonly samples: Samples;
  /** per entry: 1 where weights stay. */
  readonly frozen: Uint32Array;
  readonly kept: KeptStates;
  readonly #shared: Shared;
  readonly #sums: Sums;
  readonly #history: History;
  readonly #kernels: LearnKernels;
  readonly #shape: GPUBuffer;
  readonly #table: GPUBuffer;
  readonly #records: GPUBuffer;
  readonly #recordOf: GPUBuffer;
  readonly #weights: WeightSamples;
  #ranges = new Map<number, readonly [number, number]>(); // records of the submit by the block's first step

  private constructor(shared: Shared, learning: CompiledLearning, sums: Sums, history: History, kernels: LearnKernels) {
    const { memory, network, maxSteps } = shared;
    const { entries } = network;
    [this.#shared, this.learning, this.#sums, this.#history, this.#kernels] = [shared, learning, sums, history, kernels];
    const label = `links of ${network.projections[learning.projection]?.name}`;
    this.frozen = new Uint32Array(entries);
    this.kept = new KeptStates(memory, label, initialLinks(learning, entries), allLinks(learning, entries));
    this.mutable = [this.kept.buffer];
    this.#shape = memory.uniform(`${label}: shape`, this.#shapeWords());
    this.#table = memory.storage(`${label}: table`, packTables(learning));
    this.setting = memory.storage(`${label}: params`, this.words());
    const most = (learning.arrivals ?? []).reduce((a, { step }) => Math.max(a, mostWithin(step, maxSteps)), 0);
    this.#records = memory.storage(`${label}: arrivals`, RECORD_BYTES * entries * most);
    const segments = Array.from({ length: entries }, (_, e) => tableOf(learning, e).segmentSource.length);
    this.#recordOf = memory.storage(`${label}: records of segments`, learning.arrivals === undefined ? 0 : 4 * segments.reduce((a, b) => a + b, 0));
    const traces = weightTraces(network, learning).map(([index, trace], k) => ({ ...ownTrace(learning.target, index, trace), k, words: sampledLinks(learning, trace, entries) }));
    this.samples = new Samples(shared, label, traces);
    this.#weights = new WeightSamples(shared, kernels.weigh, label, this.kept.buffer, this.samples, traces);
  } // prettier-ignore

  static async make(shared: Shared, learning: CompiledLearning, sums: Sums, history: History): Promise<LearnPart> {
    const { workgroupSize, kernels, network } = shared;
    const model = learnWgsl(learning, network);
    const options = { workgroupSize, model, label: `learn ${network.projections[learning.projection]?.name}` };
    const [learn, weigh] = await Promise.all([kernels.make("learn", options), kernels.make("weigh", { workgroupSize })]);
    const post = learning.hearsTarget ? await kernels.make("learn_post", options) : undefined;
    return new LearnPart(shared, learning, sums, history, { learn, post, weigh });
  } // prettier-ignore

  /** scale * q and whether weights stay, per entry; parameters, those of links last. */
  words(): Words {
    const { entries } = this.#shared.network;
    const { scales } = this.#shared.inputs;
    const { projection, values } = this.learning;
    const factors = Array.from({ length: entries }, (_, e) => Math.fround(Math.fround(scales[projection * entries + e] as number) * (this.#sums.stage.q[projection * entries + e] as number)));
    const shared = values.filter((v) => v.length === 1);
    const own = values.filter((v) => v.length !== 1);
    return concatenated(Float32Array, [factors, this.frozen, ...shared, ...own]);
  } // prettier-ignore

  turns(_: Submit, looking: number): Turn[] {
    const { memory, log, positions, workgroupSize } = this.#shared;
    const { device } = memory;
    const given = this.learning.arrivals !== undefined;
    const [history] = this.#history.mutable;
    const base = { shape: this.#shape, log, table: this.#table, params: this.setting, states: this.kept.buffer, history };
    const { learn, post } = this.#kernels;
    const here = { label: "learn", pipeline: learn.pipeline, group: bind(device, learn, { ...base, feed: given ? this.#records : positions, record_of: this.#recordOf, acc: this.#sums.acc }) } as const;
    const behind = post === undefined ? [] : [{
      label: "learn", pipeline: post.pipeline, workgroups: [looking, 1],
      group: bind(device, post, { ...base, positions, records: this.#records, record_of: this.#recordOf }),
    } as const];
    const of: Turn["of"] = (b) => {
      const events = this.#ranges.get(b.step) ?? ([0, 0] as const);
      const most = given ? Math.min(128, Math.ceil((events[1] - events[0]) / workgroupSize)) : looking;
      return [...(most > 0 ? [{ ...here, workgroups: [most, 1] as const }] : []), ...behind].map((d) => ({ ...d, events }));
    };
    return [{ stage: this.#sums.index, at: "learn", of }, this.#weights.turn()];
  } // prettier-ignore

  /** What arrives from trains in the submit's blocks. */
  upload({ blocks }: Submit): void {
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

  async save(): Promise<Saved> {
    return { ...(await this.kept.save(this.#name)), [`${this.#name}.frozen`]: this.frozen.slice() };
  }

  load(state: EngineState): void {
    this.kept.load(this.#name, state);
    this.frozen.set(state[`${this.#name}.frozen`] as Uint32Array);
  }

  /** in a checkpoint. */
  get #name(): string {
    return `learning.${this.#shared.network.learning.indexOf(this.learning)}`;
  }

  #shapeWords(): Uint32Array {
    const { nSources, entries, dt } = this.#shared.network;
    const l = this.learning;
    const [table] = l.tables as [LinkTable];
    const words = Uint32Array.of(
      l.firstSource, l.sources, l.firstTarget, l.targets, nSources, entries, this.#sums.stage.slots, l.firstSlot,
      l.tables.length, table.slot.length, table.segmentSource.length, allLinks(l, entries),
      l.dendriticSteps, l.hearsTarget ? 1 : 0, l.arrivals === undefined ? 0 : 1, this.#history.depth, this.#history.ids, 0, 0, 0,
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
