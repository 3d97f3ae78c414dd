import type { VerifyEngine, VerifyRow } from "./case.ts";

/** What cases run on. */
export interface VerifyContext {
  readonly engine: VerifyEngine;
  readonly device?: GPUDevice | undefined;
}

/** How many values a row compared; and how many its case says that it must, where that was counted apart. */
export type Values = number | readonly [compared: number, needed: number];

/** A row that passes only where what was measured is good and as much was compared as the case asks for: at least one value. */
function row(name: string, quantity: string, measured: number, good: boolean, allowed: number | string, of: Values, note?: string): VerifyRow {
  const [values, needed] = typeof of === "number" ? [of, Math.max(of, 1)] : [of[0], Math.max(of[1], 1)];
  const enough = values >= needed;
  const said = enough ? note : `${values} of ${needed} values compared`;
  return { case: name, quantity, measured, allowed, values, needed, pass: good && enough, ...(said === undefined ? {} : { note: said }) };
} // prettier-ignore

/** A row for "measured must not exceed allowed"; NaN fails. */
export const atMost = (
  name: string,
  quantity: string,
  measured: number,
  allowed: number,
  values: Values,
  note?: string,
): VerifyRow => row(name, quantity, measured, measured <= allowed, allowed, values, note);

/** A row for "measured must be at least so much"; NaN fails. */
export const atLeast = (
  name: string,
  quantity: string,
  measured: number,
  least: number,
  values: Values,
  note?: string,
): VerifyRow => row(name, quantity, measured, measured >= least, `>= ${least}`, values, note);

export const notYet = (name: string, quantity: string, note: string): VerifyRow => ({
  case: name, quantity, measured: "", allowed: "", values: 0, needed: 0, pass: "not yet", note,
}); // prettier-ignore
