import type { Step } from "./protocol.ts";

/** Currents of the published protocol and how long they last. */

/** When a step begins, how long it lasts and where its run ends. */
export type Timing = Pick<Step, "delayMs" | "durationMs" | "endMs">;

/** nA. */
export const HYPERPOLARISING = [-5, -4, -3, -2, -1];
export const FIRING = [5, 10, 15, 20, 25, 30];
/** Up to 495 nA. */
export const PULSES = Array.from({ length: 46 }, (_, k) => 45 + 10 * k);
/** 0.1, 0.2 ... nA, by repeated addition as published, 500 of them. */
export const RAMP = Array.from({ length: 499 }).reduce<number[]>(
  (all) => [...all, (all.at(-1) as number) + 0.1],
  [0.1],
);

const whole = (ms: number): Timing => ({ delayMs: 0, durationMs: ms, endMs: ms });

export const FIRING_MS = 3000;
export const HOLDING = whole(500);
export const RESISTANCE = whole(1000);
export const DECAY: Timing = { delayMs: 5, durationMs: 1, endMs: 200 };
export const SHORT: Timing = { delayMs: 0, durationMs: 50, endMs: 100 };
export const longStep = whole;
export const PULSE: Timing = { delayMs: 5, durationMs: 0.5, endMs: 900 };
export const COUNTED = whole(FIRING_MS);
