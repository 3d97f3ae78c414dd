import { HillockError } from "../../src/errors.ts";

/** Runs of a property: a few in `npm test`, with one seed; many and of any seed under `npm run fuzz`. */
export const fuzzed = (few: number): { numRuns: number; seed?: number; endOnFailure: boolean } => {
  const times = Number(process.env["FUZZ"] ?? 0);
  return times > 0
    ? { numRuns: few * times, endOnFailure: true }
    : { numRuns: few, seed: 20261128, endOnFailure: true };
};

/** ms that a property which runs networks may take: under `npm run fuzz` hours. */
export const PATIENCE = Number(process.env["FUZZ"] ?? 0) > 0 ? 36_000_000 : 120_000;

/** What a call gives, or undefined where it refuses as it should: with a typed error that names thing, problem and remedy and echoes
 * little. Anything else is a fault and goes on. */
export function result<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof HillockError)) throw error;
    if (error.message.length > 1000 || error.where === "" || error.remedy === "") {
      throw new Error(`says too much or too little: ${error.message.slice(0, 300)}`, { cause: error });
    }
    return undefined;
  }
}
