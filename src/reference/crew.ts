import type { CompiledNetwork, CompiledStage } from "../compile/compiled.ts";
import { DeviceError } from "../errors.ts";
import type { Spawn, Thread } from "../host/threads.ts";
import type { Logged } from "./log.ts";
import type { Buffers, Memory } from "./memory.ts";
import type { Block, OnSpike } from "./blocks.ts";
import { ownRows, ownSlots, type Part } from "./split.ts";

/** Words of the memory over which threads meet. */
export const WORD = {
  /** grows by one with each order. */
  ticket: 0,
  /** threads that have done the last order. */
  done: 1,
  order: 2,
  stage: 3,
  step: 4,
  steps: 5,
  logged: 6,
  /** of those, where the current block's begin. */
  current: 7,
  /** 1 where a potential went beyond its limit. */
  unsound: 8,
  /** number of the thread that failed, or 0. */
  failed: 9,
  /** what failed in it: number of characters, then those. */
  said: 10,
  /** of each thread, two words: spikes it has found in this order, and the last order that it has done. */
  own: 10 + 1 + 200,
} as const;

/** Places of a thread's own words. */
export const spikesOf = (thread: number): number => WORD.own + 2 * thread;
export const doneBy = (thread: number): number => WORD.own + 2 * thread + 1;

/** A thread tells which of its errors ended an order; the first that fails is heard. */
export function say(control: Int32Array, thread: number, error: unknown): void {
  if (Atomics.compareExchange(control, WORD.failed, 0, thread) !== 0) return;
  const text = String(error).slice(0, WORD.own - WORD.said - 1);
  control[WORD.said] = text.length;
  for (let k = 0; k < text.length; k++) control[WORD.said + 1 + k] = text.charCodeAt(k);
}

const heard = (control: Int32Array): string =>
  String.fromCharCode(...control.subarray(WORD.said + 1, WORD.said + 1 + (control[WORD.said] as number)));

/** What threads are asked to do, each its part of a stage or, in `drive`, of the renewal sources. `leave`: go back to the event loop, for messages; `send`: write the last order's spikes again. */
export const ORDER = { detect: 0, advance: 1, leave: 2, send: 3, drive: 4, release: 5 } as const;

/** Where a thread puts its spikes. */
export interface Found {
  readonly steps: Uint32Array;
  readonly ids: Uint32Array;
}

/** What a thread begins with. */
export interface Start {
  readonly network: CompiledNetwork;
  readonly part: Part;
  readonly rows: readonly CompiledStage["rows"][];
  readonly slots: readonly (Uint8Array | undefined)[];
  readonly memory: Memory;
  readonly f32: boolean;
  /** steps of a block at most. */
  readonly longest: number;
  readonly control: Int32Array;
}

/** What a thread is sent before the first order and after each `leave`. */
export interface Grown {
  readonly buffers: Buffers;
  readonly found: Found;
}

/** What a part owns of a network, for `Start`. */
export function ownedBy(network: CompiledNetwork, part: Part): Pick<Start, "rows" | "slots"> {
  const slots = network.stages.map((stage) => ownSlots(network, stage, part));
  return { slots, rows: network.stages.map(({ rows }, s) => rows.map((r) => ownRows(r, slots[s]))) };
}

/** Spikes that a thread has room for at first. */
const FIRST_ROOM = 4096;
/** ms between looks at whether threads still live. */
const LOOK = 250;
/** ms that threads are waited for whose end only an event would tell; twice as long each time that they were at work after all. */
const PATIENCE = 3000;
/** looks at a word before a thread goes to sleep over it. */
const SPINS = 500;

const wordsOf = (length: number): Uint32Array => new Uint32Array(new SharedArrayBuffer(4 * length));
const roomOf = (spikes: number): Found => ({ steps: wordsOf(spikes), ids: wordsOf(spikes) });

/** Threads have not been heard of for long and may have ended, which only events would tell: see `Crew.settled`. */
export class Silence extends Error {}

/** Threads that do the parts of an engine's blocks beside the one that asks. */
export class Crew {
  /** all have started and none has ended. */
  ready: boolean | undefined;
  readonly #threads: readonly Thread[];
  readonly #control: Int32Array;
  readonly #found: Found[];
  #buffers: Buffers | undefined;
  readonly #gone = new Set<Thread>(); // those that said that they ended
  #ended: string | undefined; // why
  #closed = false;
  #patience = PATIENCE;

  /** Starts a thread for each part but the first. */
  constructor(
    network: CompiledNetwork,
    parts: readonly Part[],
    memory: Memory,
    { f32, longest }: Pick<Start, "f32" | "longest">,
    spawn: Spawn,
  ) {
    this.#control = new Int32Array(new SharedArrayBuffer(4 * spikesOf(parts.length)));
    const others = parts.slice(1);
    this.#found = others.map(() => roomOf(FIRST_ROOM));
    const bare = { ...network, stages: network.stages.map((s) => ({ ...s, rows: [] })) };
    this.#threads = others.map(spawn);
    others.forEach((part, k) => {
      const start: Start = {
        network: bare,
        part,
        ...ownedBy(network, part),
        memory,
        f32,
        longest,
        control: this.#control,
      };
      this.#threads[k]?.post(start);
    });
  }

  /** Resolves when all threads have started. @throws DeviceError where one cannot */
  async started(): Promise<void> {
    try {
      await Promise.all(
        this.#threads.map(
          (thread, k) =>
            new Promise<void>((resolve, reject) => {
              const ended = (why: string): void => {
                this.#gone.add(thread);
                if (!this.#closed) [this.ready, this.#ended] = [false, `thread ${k + 2} of ${this.#threads.length + 1}: ${why}`];
                reject(new DeviceError(`thread ${k + 2}`, `did not start (${why})`, "Use fewer threads, or threads: 1"));
              };
              thread.listen(() => resolve(), ended);
            }),
        ),
      );
      this.ready = true;
    } catch (error) {
      this.ready = false;
      this.close();
      throw error;
    }
  } // prettier-ignore

  /** Has all threads do an order while `own` does this thread's part. @returns whether all potentials stayed within their limits
   * @throws DeviceError where a thread has ended; what `own` throws. No thread is at work then. Silence: some may be */
  run(order: number, stage: number, { step, steps }: Block, { length, current }: Pick<Logged, "length" | "current">, buffers: Buffers, own: () => void): boolean {
    if (this.#buffers === undefined || isOther(buffers, this.#buffers)) this.#give(buffers);
    const c = this.#control;
    [c[WORD.order], c[WORD.stage], c[WORD.step], c[WORD.steps], c[WORD.logged], c[WORD.current]] = [order, stage, step, steps, length, current];
    c[WORD.unsound] = 0;
    this.#call();
    try {
      own();
    } finally {
      this.#meet();
    }
    return Atomics.load(c, WORD.unsound) === 0;
  } // prettier-ignore

  /** The spikes of the last order. */
  spikes(spike: OnSpike): void {
    const counts = this.#found.map((_, k) => Atomics.load(this.#control, spikesOf(k + 1)));
    if (counts.some((n, k) => n > (this.#found[k] as Found).ids.length)) {
      counts.forEach((n, k) => {
        if (n > (this.#found[k] as Found).ids.length) this.#found[k] = roomOf(2 * n);
      });
      this.#give(this.#buffers as Buffers);
      this.#control[WORD.order] = ORDER.send;
      this.#call();
      this.#meet();
    }
    this.#found.forEach(({ steps, ids }, k) => {
      for (let s = 0; s < (counts[k] as number); s++) spike(steps[s] as number, ids[s] as number);
    });
  }

  close(): void {
    this.#closed = true;
    for (const thread of this.#threads) thread.end();
  }

  /** Hands over new memory: threads that are at work must come for it. */
  #give(buffers: Buffers): void {
    if (this.#buffers !== undefined) {
      this.#control[WORD.order] = ORDER.leave;
      this.#call();
      this.#meet();
    }
    this.#buffers = buffers;
    this.#threads.forEach((thread, k) => thread.post({ buffers, found: this.#found[k] as Found } satisfies Grown));
  }

  #call(): void {
    Atomics.store(this.#control, WORD.done, 0);
    Atomics.add(this.#control, WORD.ticket, 1);
    Atomics.notify(this.#control, WORD.ticket);
  }

  #meet(): void {
    const all = this.#threads.length;
    const began = performance.now();
    let looked = began;
    for (let done = 0; (done = Atomics.load(this.#control, WORD.done)) < all;) {
      pause(this.#control, WORD.done, done);
      if (performance.now() - looked < LOOK && this.#ended === undefined) continue;
      looked = performance.now();
      const dead = this.#threads.findIndex((t) => !this.#lives(t));
      if (dead < 0 && looked - began > this.#patience && this.#threads.some((t) => t.alive() === undefined))
        throw new Silence();
      if (dead < 0) continue;
      this.#threads.forEach((thread, k) => this.#await(thread, k + 1));
      if (this.#ended !== undefined) this.#fail("threads", this.#ended);
      this.#fail(`thread ${dead + 2} of ${all + 1}`, "ended during a step");
    }
    this.#checkFailed();
  }

  /** After a Silence: lets events through until every thread has done the order or has ended.
   * @throws DeviceError where one has ended or failed */
  async settled(): Promise<void> {
    const ticket = Atomics.load(this.#control, WORD.ticket);
    const atWork = (thread: Thread, k: number): boolean =>
      this.#lives(thread) && Atomics.load(this.#control, doneBy(k + 1)) !== ticket;
    while (this.#threads.some(atWork)) await new Promise((resume) => setTimeout(resume, 20));
    const dead = this.#threads.findIndex((t) => !this.#lives(t));
    if (dead >= 0) this.#fail(`thread ${dead + 2} of ${this.#threads.length + 1}`, "ended during a step");
    this.#checkFailed();
    this.#patience *= 2;
  }

  #checkFailed(): void {
    const failed = Atomics.load(this.#control, WORD.failed);
    const all = this.#threads.length + 1;
    if (failed > 0) this.#fail(`thread ${failed + 1} of ${all}`, `failed during a step (${heard(this.#control)})`);
  }

  #lives(thread: Thread): boolean {
    return !this.#gone.has(thread) && thread.alive() !== false;
  }

  /** Until a thread has done the order, or has ended: it writes no more. */
  #await(thread: Thread, index: number): void {
    const [word, ticket] = [doneBy(index), Atomics.load(this.#control, WORD.ticket)];
    for (let done = 0; this.#lives(thread) && (done = Atomics.load(this.#control, word)) !== ticket;)
      pause(this.#control, word, done);
  }

  #fail(where: string, why: string): never {
    this.ready = false;
    this.close();
    const remedy = "If memory is short, use fewer threads; else report it, and use threads: 1";
    throw new DeviceError(where, why, `The run is as it was before this segment. ${remedy}`);
  }
}

const isOther = (a: Buffers, b: Buffers): boolean =>
  a.log.steps !== b.log.steps || a.sums !== b.sums || a.traces.some((t, k) => t !== b.traces[k]);

/** Waits until a word is no longer `value`, or a while. A page's main thread may not sleep: it looks again and again. */
export function pause(control: Int32Array, word: number, value: number): void {
  for (let k = 0; k < SPINS; k++) if (Atomics.load(control, word) !== value) return;
  if (MAY_SLEEP) Atomics.wait(control, word, value, LOOK);
}

const MAY_SLEEP = typeof window === "undefined";
