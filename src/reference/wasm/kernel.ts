import type { CompiledCells } from "../../compile/compiled.ts";
import { type CellProgram, hearsFirst, potentials } from "../../compile/cells/step-program.ts";
import { potentialLimit, stateLimits } from "../../host/soundness.ts";
import type { Stmt } from "../../lang/expr.ts";
import { freeNames } from "../../lang/names.ts";
import { Code, moduleOf, TYPE } from "./code.ts";
import { Emitter, emits, IMPORTS } from "./program.ts";

/** Addresses of what a kernel reads and writes, in bytes. Arrays as in CellBuffers. */
export interface Places {
  readonly state: number;
  readonly armed: number;
  readonly params: number;
  readonly acc: number;
  /** by clamp of the network. */
  readonly gains: readonly number[];
  readonly clampRow: readonly number[];
  readonly clamps: number;
  /** per trace: row of each cell, or -1. */
  readonly rows: readonly number[];
  /** per trace: by step of a block, where its samples of this block lie in rows of `samples`; -1 where none is due. */
  readonly due: readonly number[];
  readonly samples: readonly number[];
  /** numbers in a row of them. */
  readonly widths: readonly number[];
  /** three words per step in which any of two cells spikes: step of the block, first cell, 1 and 2 for the two. */
  readonly spikes: number;
}

/** Network-wide numbers that a kernel knows. */
export interface Shape {
  readonly entries: number;
  readonly slots: number;
  readonly voltageLimit: number;
}

/** Runs cells [first, end) of an entry over some steps; a row of `clamps` has `clampSteps` numbers, of which the first step's is `clampFrom`.
 * @param found  bytes that have been written to `spikes`
 * @returns bytes written to `spikes` since; negative, less 1, where a potential was beyond its limit, or another state is after the steps */
export type Kernel = (
  first: number,
  end: number,
  entry: number,
  steps: number,
  clampSteps: number,
  clampFrom: number,
  found: number,
) => number;

/** Bytes of one spike's record. */
export const RECORD = 12;

/** Whether a population's step can be a kernel of its own. */
export function hasKernel(cells: CompiledCells): cells is CompiledCells & { readonly program: CellProgram } {
  const { program, gathers, exposes, traces, receptors } = cells;
  if (program.kind !== "small" || gathers.length > 0 || exposes.length > 0 || program.draws.length > 0) return false;
  const { detect, states, params, clampInputs } = program;
  const stmts = ["stmts" in detect ? detect.stmts : [], program.receive, program.currents, program.solve, program.advance].flat(); // prettier-ignore
  const known = new Set([states, params, clampInputs.map((c) => c.input), receptors.map((r) => r.input), stmts.map((s) => s.name)].flat()); // prettier-ignore
  return [...stmts, ...traces].every(({ value }) => emits(value) && [...freeNames(value)].every((x) => known.has(x)));
}

/** What a trace of the `current` phase is set to within a step. */
const sampled = (trace: number): string => `out_${trace}`;

/** A population's step as a WebAssembly module that exports `run`: two cells to a vector, each with the operations of the printed function in
 * their order. Exponentials call no function, whatever the number: a call, if only for the seldom one beyond 700, would have the
 * processor's registers saved and loaded around it. */
export function kernelModule(cells: CompiledCells & { readonly program: CellProgram }, places: Places, shape: Shape, memory: { readonly pages: number; readonly shared: boolean }): Uint8Array<ArrayBuffer> {
  const printed = (together: readonly number[], others?: number): Code => new Printer(cells, places, shape).print(together, others);
  let together = WIDEST;
  let run = printed([together], IMPORTS.length);
  while (run.instructions > MOST_INSTRUCTIONS && together > 2) run = printed([(together /= 2)], IMPORTS.length);
  return moduleOf(IMPORTS, [printed(together > 2 ? [2, 1] : [1]), run], memory);
} // prettier-ignore

/** Cells that go together, two to a vector: each vector works while others wait. With four a step of Watanabe's cell takes some 1.12 times as long. */
const WIDEST = 8;
/** V8 gives functions of more than 8,192 values, some as many as these, another allocator of registers: a step takes some 1.15 times as long. */
const MOST_INSTRUCTIONS = 7700;

const [FIRST, END, ENTRY, STEPS, CLAMP_STEPS, CLAMP_FROM, FOUND] = [0, 1, 2, 3, 4, 5, 6];

class Printer {
  readonly #cells: CompiledCells & { readonly program: CellProgram };
  readonly #places: Places;
  readonly #shape: Shape;
  readonly #f: Code;
  readonly #cell: number;
  readonly #step: number;
  readonly #sum: number; // address of the cell's first sum in this step
  readonly #found: number; // bytes written to spikes
  readonly #sound: number;

  constructor(cells: CompiledCells & { readonly program: CellProgram }, places: Places, shape: Shape) {
    [this.#cells, this.#places, this.#shape] = [cells, places, shape];
    const f = new Code([TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32], [TYPE.i32]);
    [this.#cell, this.#step, this.#sum, this.#found] = [f.local(TYPE.i32), f.local(TYPE.i32), f.local(TYPE.i32), f.local(TYPE.i32)];
    [this.#f, this.#sound] = [f, f.local(TYPE.v128)];
  } // prettier-ignore

  /** @param together  how many cells at a time, one number after the other
   * @param others    the function for those that are left */
  print(together: readonly number[], others?: number): Code {
    const f = this.#f;
    f.number(0).number(0).op("eq").set(this.#sound);
    f.get(FIRST).set(this.#cell);
    f.get(FOUND).set(this.#found);
    for (const cells of together) this.#advance(cells);
    if (others !== undefined) this.#leave(others);
    f.get(this.#found).i32(-1).get(this.#found).op("i32sub");
    return f.get(this.#sound).op("allTrue", "select");
  }

  /** So many cells at a time, while there are so many. */
  #advance(cells: number): void {
    const f = this.#f;
    f.op("block", "loop").get(END, this.#cell).op("i32sub").i32(cells).op("i32ltS").branchIf(1);
    this.#together(cells);
    f.get(this.#cell).i32(cells).op("i32add").set(this.#cell).branch(0).op("end", "end");
  }

  /** Cells that are left, by another function. */
  #leave(others: number): void {
    const f = this.#f.get(this.#cell, END, ENTRY, STEPS, CLAMP_STEPS, CLAMP_FROM, this.#found).call(others);
    const result = f.keep(TYPE.i32);
    f.get(result).i32(0).op("i32ltS", "if").number(0).set(this.#sound).i32(-1).get(result).op("i32sub").set(result).op("end");
    f.get(result).set(this.#found);
  } // prettier-ignore

  /** Cells over all steps, two to a vector: statement by statement, so that one vector's wait is another's work. */
  #together(cells: number): void {
    const f = this.#f;
    const { program, traces, detectsFirst } = this.#cells;
    const vectors = Array.from({ length: Math.ceil(cells / 2) }, (_, k) => new Vector(f, 2 * k, cells === 1 ? 1 : 2));
    const each = (work: (v: Vector) => void): void => vectors.forEach(work);
    each((v) => this.#begin(v));
    this.#firstStep();
    each((v) => v.signals.forEach(({ input, now }) => v.emitter.name(input, now())));
    const run = (stmts: readonly Stmt[]): void => stmts.forEach((s) => each((v) => v.emitter.run(s)));
    const hears = hearsFirst(program.detect);
    if (hears) each((v) => this.#receive(v));
    if (detectsFirst !== true) {
      if ("stmts" in program.detect) {
        each((v) => (v.before = potentials(program).map((s) => f.get(v.emitter.local(s)).keep())));
        run(program.detect.stmts);
      }
      each((v) => this.#detect(v));
    }
    if (!hears) each((v) => this.#receive(v));
    run([...program.receive, ...program.currents, ...program.solve, ...program.advance]);
    each((v) => {
      for (const name of program.voltages) this.#within(v.emitter.local(name), this.#shape.voltageLimit);
      traces.forEach((_, k) => this.#sample(k, v));
    });
    this.#nextStep();
    each((v) => this.#end(v));
  } // prettier-ignore

  #firstStep(): void {
    const f = this.#f;
    f.get(ENTRY).i32(this.#shape.slots).op("i32mul").get(this.#cell).op("i32add").i32(3).op("i32shl").set(this.#sum);
    f.i32(0).set(this.#step).op("loop");
  }

  #nextStep(): void {
    const f = this.#f;
    f.get(this.#sum).i32(8 * this.#shape.entries * this.#shape.slots).op("i32add").set(this.#sum);
    f.get(this.#step).i32(1).op("i32add").tee(this.#step).get(STEPS).op("i32ltS").branchIf(0).op("end");
  } // prettier-ignore

  #sumOf(slot: number, { offset }: Vector): number {
    return this.#places.acc + 8 * (slot + offset);
  }

  /** Loads what cells keep. */
  #begin(v: Vector): void {
    const f = this.#f;
    const { n, program, params, traces } = this.#cells;
    f.get(ENTRY).i32(n).op("i32mul").get(this.#cell).op("i32add").i32(v.offset).op("i32add").set(v.g);
    f.get(v.g).i32(3).op("i32shl").set(v.at);
    program.states.forEach((s, k) => v.emitter.name(s, f.get(v.at).at(v.load, this.#state(k)).keep()));
    program.params.forEach((p, k) => v.emitter.name(p, this.#param(params.offset[k] as number, params.cellStride[k] as number, params.entryStride[k] as number, v)));
    v.signals = program.clampInputs.map((c) => this.#clamp(c, v));
    traces.forEach((t, k) => t.phase === "current" && v.emitter.name(sampled(k), f.local(TYPE.v128)));
    v.rows = traces.map((_, k) => this.#rowsOf(k, v));
    if (!("stmts" in program.detect)) this.#loadArmed(v);
  } // prettier-ignore

  /** Stores it again, and looks whether a cell can have it. */
  #end(v: Vector): void {
    const { program, detectsFirst } = this.#cells;
    const limits = stateLimits(this.#cells, this.#shape.voltageLimit);
    program.states.forEach((s, k) => {
      this.#store(v, v.at, v.emitter.local(s), this.#state(k));
      if (!program.voltages.includes(s)) this.#within(v.emitter.local(s), limits[k] as number);
    });
    if (!("stmts" in program.detect) && detectsFirst !== true) this.#storeArmed(v);
  }

  #within(local: number, limit: number): void {
    this.#f.get(local).op("abs").number(limit).op("le").get(this.#sound).op("and").set(this.#sound);
  }

  /** Address of a state of cell 0 in entry 0. */
  #state(k: number): number {
    return this.#places.state + 8 * k * this.#shape.entries * this.#cells.n;
  }

  #store(v: Vector, at: number, value: number, offset: number): void {
    const f = this.#f.get(at, value);
    if (v.lanes === 2) f.at("setPair", offset);
    else f.storeLane(0, offset);
  }

  #param(offset: number, cellStride: number, entryStride: number, v: Vector): number {
    const f = this.#f.get(this.#cell).i32(v.offset).op("i32add").i32(cellStride).op("i32mul").get(ENTRY).i32(entryStride).op("i32mul", "i32add").i32(3).op("i32shl"); // prettier-ignore
    return f.at(cellStride === 0 ? "both" : v.load, this.#places.params + 8 * offset).keep();
  }

  /** Receptors' sums of this step, which become 0 again. */
  #receive(v: Vector): void {
    const f = this.#f;
    const zero = f.number(0).keep();
    for (const r of this.#cells.receptors) {
      const from = this.#sumOf(r.slot, v);
      v.emitter.name(r.input, f.get(this.#sum).at(v.load, from).keep());
      this.#store(v, this.#sum, zero, from);
    }
  }

  /** What a clamp gives: its gain by the signal of an entry, or of each cell. */
  #clamp({ clamp, each, input }: CellProgram["clampInputs"][number], { g, at, load, lanes }: Vector): Signal {
    const f = this.#f;
    const { gains, clampRow, clamps } = this.#places;
    const gain = f.get(at).at(load, gains[clamp] as number).keep();
    const signal = (of: number, further: number): number =>
      f.get(of).i32(2).op("i32shl").at("i32", (clampRow[clamp] as number) + further).get(CLAMP_STEPS).op("i32mul").get(CLAMP_FROM).op("i32add").i32(3).op("i32shl").keep(TYPE.i32);
    const first = signal(each ? g : ENTRY, 0);
    const second = each && lanes === 2 ? signal(g, 4) : first;
    const value = (of: number): Code => f.get(this.#step).i32(3).op("i32shl").get(of).op("i32add").at("both", clamps);
    const now = (): number => {
      f.get(gain);
      value(first);
      if (second !== first) {
        value(second);
        f.lanes(0, 1);
      }
      return f.op("mul").keep();
    };
    return { input, now };
  } // prettier-ignore

  #loadArmed({ g, lanes, armed }: Vector): void {
    const f = this.#f
      .get(g)
      .i32(2)
      .op("i32shl")
      .at(lanes === 2 ? "words" : "word", this.#places.armed);
    f.op("wordsToLongs").number(0).op("longNe").set(armed);
  }

  #storeArmed({ g, lanes, armed }: Vector): void {
    const f = this.#f;
    for (let k = 0; k < lanes; k++) f.get(g).i32(2).op("i32shl").get(armed).op("bitmask").i32(k).op("i32shrU").i32(1).op("i32and").at("setI32", this.#places.armed + 4 * k); // prettier-ignore
  }

  /** Spikes of this step. */
  #detect({ emitter, armed, lanes, offset, before }: Vector): void {
    const f = this.#f;
    const { detect } = this.#cells.program;
    let born: number;
    if ("stmts" in detect) {
      emitter.condition({ kind: "binary", op: ">", left: { kind: "name", name: detect.fired }, right: { kind: "number", value: 0.5 } }); // prettier-ignore
      born = f.keep();
    } else {
      const above = f.get(emitter.local(detect.state), emitter.local(detect.threshold)).op("gt").keep();
      born = f.get(above, armed).op("and").keep();
      f.get(above).op("not").set(armed);
    }
    const { spikes } = this.#places;
    const bits = f.get(born).op("bitmask").keep(TYPE.i32);
    f.get(bits).op("if");
    for (const local of before) this.#within(local, potentialLimit(this.#cells, this.#shape.voltageLimit));
    f.get(this.#found, this.#step).at("setI32", spikes);
    f.get(this.#found, this.#cell)
      .i32(offset)
      .op("i32add")
      .at("setI32", spikes + 4);
    f.get(this.#found, bits).i32(lanes === 2 ? 3 : 1).op("i32and").at("setI32", spikes + 8); // prettier-ignore
    f.get(this.#found).i32(RECORD).op("i32add").set(this.#found).op("end");
  }

  /** Rows of a trace, after 1 where none of the cells is recorded. */
  #rowsOf(trace: number, { offset, lanes }: Vector): number[] {
    const f = this.#f;
    const from = (this.#places.rows[trace] as number) + 4 * offset;
    const rows = Array.from({ length: lanes }, (_, k) => f.get(this.#cell).i32(2).op("i32shl").at("i32", from + 4 * k).keep(TYPE.i32)); // prettier-ignore
    const none = f
      .get(rows[0] as number, rows.at(-1) as number)
      .op("i32and")
      .i32(-1)
      .op("i32eq")
      .keep(TYPE.i32);
    return [none, ...rows];
  }

  #sample(trace: number, { emitter, rows }: Vector): void {
    const f = this.#f;
    const { value } = this.#cells.traces[trace] as CompiledCells["traces"][number];
    const [none, ...own] = rows[trace] as readonly number[];
    const due = f.local(TYPE.i32);
    f.op("block")
      .get(none as number)
      .branchIf(0);
    f.get(this.#step).i32(2).op("i32shl").at("i32", this.#places.due[trace] as number).tee(due).i32(0).op("i32ltS").branchIf(0); // prettier-ignore
    emitter.value(value);
    const v = f.keep();
    own.forEach((row, k) => {
      f.get(row).i32(0).op("i32geS", "if");
      f.get(due).i32(this.#places.widths[trace] as number).op("i32mul").get(row).op("i32add").i32(3).op("i32shl").get(v).storeLane(k as 0 | 1, this.#places.samples[trace] as number); // prettier-ignore
      f.op("end");
    });
    f.op("end");
  }
}

interface Signal {
  readonly input: string;
  /** a local with what a clamp gives at this step. */
  readonly now: () => number;
}

/** Two cells, or one, and the locals that hold what is theirs. */
class Vector {
  readonly lanes: 1 | 2;
  readonly load: "pair" | "both";
  /** its first cell, from the first of all that are advanced together. */
  readonly offset: number;
  readonly emitter: Emitter;
  readonly g: number; // index of the cell in its entry's
  readonly at: number; // eight times that
  readonly armed: number; // mask
  signals: readonly Signal[] = [];
  /** locals of what a spike replaces, as they were before the detection. */
  before: readonly number[] = [];
  /** of each trace. */
  rows: readonly (readonly number[])[] = [];

  constructor(f: Code, offset: number, lanes: 1 | 2) {
    [this.lanes, this.offset, this.load] = [lanes, offset, lanes === 2 ? "pair" : "both"];
    this.emitter = new Emitter(f);
    [this.g, this.at, this.armed] = [f.local(TYPE.i32), f.local(TYPE.i32), f.local(TYPE.v128)];
  }
}
