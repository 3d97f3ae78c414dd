import type { VerifyEngine, VerifyRow } from "./case.ts";

/** What cases run on. */
export interface VerifyContext {
  readonly engine: VerifyEngine;
  readonly device?: GPUDevice | undefined;
}

const noted = (note: string | undefined): { note?: string } => (note === undefined ? {} : { note });

export const atMost = (name: string, quantity: string, measured: number, allowed: number, note?: string): VerifyRow => ({
  case: name, quantity, measured, allowed, pass: measured <= allowed, ...noted(note),
}); // prettier-ignore

export const atLeast = (name: string, quantity: string, measured: number, least: number, note?: string): VerifyRow => ({
  case: name, quantity, measured, allowed: `>= ${least}`, pass: measured >= least, ...noted(note),
}); // prettier-ignore

export const notYet = (name: string, quantity: string, note: string): VerifyRow => ({
  case: name, quantity, measured: "", allowed: "", pass: "not yet", note,
}); // prettier-ignore
