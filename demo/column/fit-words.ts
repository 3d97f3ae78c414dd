import { type FromFit, isConstant } from "./facts.ts";

export type Round = FromFit & { kind: "round" };

/** A search has ended at what is best. */
export const settled = ({ ended, error }: Pick<Round, "ended" | "error">): boolean =>
  ended.some((at) => at.error === error);

/** Below it a fit is called a poor one, percent of the variance. */
const POOR = 90;

/** How much of a recording (nAm; null where it has nothing) the best of a fit explains, and how far that is to be trusted. A recording that does
 * not vary has no variance to explain. */
export function wordsOn(round: Pick<Round, "ended" | "error">, recorded: readonly (number | null)[]): { part: string; trust: string } {
  const spread = spreadOf(recorded);
  const explained = spread > 0 ? 100 * (1 - (round.error / spread) ** 2) : undefined;
  const share = explained !== undefined && (explained > 99.99 ? "more than 99.99" : Math.max(0, explained).toFixed(explained > 99 ? 2 : 1));
  return { part: share === false ? "" : `, which explains ${share} % of the recording's variance`, trust: trustIn(round, explained) };
} // prettier-ignore

/** Standard deviation of what is there; 0 where it is one value. */
function spreadOf(values: readonly (number | null)[]): number {
  const known = values.filter((x) => x !== null);
  if (isConstant(known)) return 0;
  const mean = known.reduce((sum, x) => sum + x, 0) / known.length;
  return Math.sqrt(known.reduce((sum, x) => sum + (x - mean) ** 2, 0) / known.length);
}

/** How far a search has come, in words. */
function trustIn(round: Pick<Round, "ended" | "error">, explained = 100): string {
  if (!settled(round)) return "It has not converged: no search has ended there yet.";
  if (explained < POOR) return "A search has ended there, but the fit is poor: a better one lies elsewhere, outside the bounds, or in what may not change."; // prettier-ignore
  return "A search has ended there; others are looked for until you stop.";
}
