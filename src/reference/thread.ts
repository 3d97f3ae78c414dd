import { doneBy, type Found, type Grown, ORDER, pause, say, spikesOf, type Start, WORD } from "./crew.ts";
import type { Buffers } from "./memory.ts";
import { printedOf, Share } from "./share.ts";

/** What a thread has of the other side: Node's parentPort or a page's worker scope. */
interface Port {
  postMessage(message: unknown): void;
  onMessage(heard: (message: unknown) => void): void;
}

class Member {
  readonly #control: Int32Array;
  readonly #index: number;
  readonly #share: Share;
  readonly #spikes = { steps: [] as number[], ids: [] as number[] };
  #ticket = 0;

  constructor({ network, part, rows, slots, memory, f32, longest, control }: Start) {
    [this.#control, this.#index] = [control, part.index];
    this.#share = new Share(network, part, rows, slots, memory, printedOf(network, f32), f32, longest);
  }

  /** Does orders until it is asked to leave. */
  serve({ buffers, found }: Grown): void {
    const c = this.#control;
    this.#share.take(buffers);
    for (;;) {
      while (Atomics.load(c, WORD.ticket) === this.#ticket) pause(c, WORD.ticket, this.#ticket);
      this.#ticket = Atomics.load(c, WORD.ticket);
      const order = c[WORD.order] as number;
      try {
        this.#do(order, buffers, found);
      } catch (error) {
        say(c, this.#index, error);
      }
      Atomics.store(c, doneBy(this.#index), this.#ticket);
      Atomics.notify(c, doneBy(this.#index));
      Atomics.add(c, WORD.done, 1);
      Atomics.notify(c, WORD.done);
      if (order === ORDER.leave) return;
    }
  }

  #do(order: number, buffers: Buffers, found: Found): void {
    if (order === ORDER.leave) return;
    const { steps, ids } = this.#spikes;
    if (order !== ORDER.send) {
      steps.length = ids.length = 0;
      if (!this.#work(order, buffers)) Atomics.store(this.#control, WORD.unsound, 1);
    }
    const room = Math.min(found.ids.length, ids.length);
    for (let k = 0; k < room; k++) {
      found.steps[k] = steps[k] as number;
      found.ids[k] = ids[k] as number;
    }
    Atomics.store(this.#control, spikesOf(this.#index), ids.length);
  }

  /** @returns whether all that it has left is sound */
  #work(order: number, { log, sums }: Buffers): boolean {
    const c = this.#control;
    const s = c[WORD.stage] as number;
    const block = { step: (c[WORD.step] as number) >>> 0, steps: c[WORD.steps] as number };
    const logged = { ...log, length: c[WORD.logged] as number, current: c[WORD.current] as number };
    const spike = (step: number, id: number): void => {
      this.#spikes.steps.push(step);
      this.#spikes.ids.push(id);
    };
    if (order === ORDER.release) return this.#share.release(s, logged);
    if (order === ORDER.advance) return this.#share.advance(s, block, logged, spike);
    if (order === ORDER.drive) this.#share.drive(block, sums, spike);
    else this.#share.detect(s, block, spike);
    return true;
  }
}

/** The program of a thread that does a part of an engine's blocks: see crew.ts. */
export function begin(port: Port): void {
  let member: Member | undefined;
  port.onMessage((message) => {
    if (member !== undefined) {
      member.serve(message as Grown);
      return;
    }
    member = new Member(message as Start);
    port.postMessage("ready");
  });
}
