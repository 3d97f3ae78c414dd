import { ModelError } from "../errors.ts";
import { Q27 } from "./threshold.ts";

/** Writes a rate (Hz) at steps firstStep .. firstStep + steps - 1 into out[0 .. steps). A pure function of the step. */
export type Rate = (firstStep: number, steps: number, out: Float64Array) => void;

/** Everything that changes as increments are made: part of a checkpoint. Plain numbers. */
interface IncrementState {
  /** the step that the next increment belongs to. */
  readonly step: number;
  /** part of the integral below one unit of Q5.27, 0 <= remainder < 1. */
  readonly remainder: number;
  /** steps with a rate below 0 so far, taken as 0. */
  readonly negativeSteps: number;
  /** lowest rate so far, Hz. */
  readonly minimum: number;
  /** sum of all increments, Q5.27. */
  readonly total: number;
}

/** Turns a rate into the increments that drive renewal sources: floor(S[n + 1]) - floor(S[n]), S the integral of the
 * rate in Q5.27. What is rounded off is carried to the next step, so slow rates are exact in the mean. */
export class RateIncrements {
  readonly name: string;
  readonly dt: number;
  readonly order: number;
  readonly latency: number;
  #rate: Rate;
  #state: IncrementState = { step: 0, remainder: 0, negativeSteps: 0, minimum: Infinity, total: 0 };
  #values = new Float64Array(0);

  /** @param options dt: ms; order: of the sources; latency: steps by which sources lag the rate (0 before) */
  constructor(options: { name: string; rate: Rate; dt: number; order?: number; latency?: number }) {
    this.name = options.name;
    this.dt = options.dt;
    this.order = options.order ?? 1;
    this.latency = options.latency ?? 0;
    this.#rate = options.rate;
  }

  get state(): IncrementState {
    return this.#state;
  }

  restore(state: IncrementState): void {
    this.#state = { ...state };
  }

  /** Another rate from the next step on. With a latency the steps that are under way take the new rate too. */
  setRate(rate: Rate): void {
    this.#rate = rate;
  }

  /** The next `steps` increments, into out[at .. at + steps).
   * @throws ModelError when a source would need more than one spike per step */
  fill(steps: number, out: Uint32Array, at = 0): void {
    if (this.#values.length < steps) this.#values = new Float64Array(steps);
    const values = this.#values;
    let { step, remainder, negativeSteps, minimum, total } = this.#state;
    const silent = Math.min(steps, Math.max(0, this.latency - step));
    values.fill(0, 0, silent);
    if (silent < steps) {
      this.#rate(step + silent - this.latency, steps - silent, silent === 0 ? values : values.subarray(silent));
    }
    for (let i = 0; i < steps; i++) {
      let y = values[i] as number;
      if (y < minimum) minimum = y;
      if (y < 0) {
        negativeSteps++;
        y = 0;
      }
      if (!(this.order * y * this.dt <= 1000)) throw tooFast(this.name, y, this.dt, this.order, `at step ${step + i}`);
      const x = y * this.dt * 1e-3 * Q27 + remainder;
      const inc = Math.floor(x);
      remainder = x - inc;
      total += inc;
      out[at + i] = inc;
    }
    step += steps;
    this.#state = { step, remainder, negativeSteps, minimum, total };
  }

  /** Mean rate so far as realised, after rectification, Hz. */
  get meanRate(): number {
    const { step, total } = this.#state;
    return step === 0 ? 0 : total / Q27 / (step * this.dt * 1e-3);
  }

  /** One line when the rate went below 0; nothing otherwise. */
  warning(): string | undefined {
    const { negativeSteps, step, minimum } = this.#state;
    if (negativeSteps === 0) return undefined;
    return (
      `${this.name}: the rate is below 0 Hz in ${negativeSteps} of ${step} steps (lowest ${minimum.toPrecision(4)} Hz); taken as 0, ` +
      `so the mean rate is ${this.meanRate.toPrecision(5)} Hz`
    );
  }
}

/** What is to be said of a rate before the first step.
 * @param highest highest rate, Hz
 * @returns a warning when the discretisation lowers the rate noticeably
 * @throws ModelError when a source of this order would need more than one spike per step */
export function checkHighestRate(name: string, highest: number, dt: number, order: number): string | undefined {
  if (!(order * highest * dt <= 1000)) throw tooFast(name, highest, dt, order, "at its highest");
  if (highest * dt <= 100) return undefined;
  const loss = 100 * lossByStep((highest * dt) / 1000, order);
  return (
    `${name}: at ${highest.toPrecision(4)} Hz a step of ${dt} ms is not short against an interval; spikes wait for the end of their step, ` +
    `so the rate is about ${loss.toFixed(1)} % lower`
  );
}

/** Part of the spikes that a source of an order loses to steps of finite length. From a spike on its time to the next is Erlang
 * distributed, T, with a mean of 1/x steps; it fires at the end of the step that T falls into and begins anew there, so an interval has
 * sum over k >= 0 of P(T > k) steps. Order 1: 1 - (1 - exp(-x)) / x.
 * @param x  wanted spikes per step, above 0 */
export function lossByStep(x: number, order: number): number {
  if (order === 1) return 1 + Math.expm1(-x) / x;
  let interval = 0; // steps
  for (let k = 0; ; k++) {
    const at = order * x * k; // mean number of crossings in k steps
    let [term, beyond] = [Math.exp(-at), 0]; // P(T > k): fewer than `order` crossings
    for (let j = 0; j < order; j++) {
      beyond += term;
      term *= at / (j + 1);
    }
    interval += beyond;
    if (beyond < 1e-12) return 1 - 1 / (x * interval);
  }
}

function tooFast(name: string, y: number, dt: number, order: number, when: string): ModelError {
  const limit = 1000 / (order * dt);
  return new ModelError(
    name,
    `the rate ${y} Hz ${when} is above ${limit} Hz, one stage of order ${order} per step of ${dt} ms`,
    "Lower the rate or the order, or shorten dt",
  );
}
