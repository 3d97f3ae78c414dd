import type { TrialsReadings, TrialsRequest } from "./facts.ts";

/** What the figure of trials says: `status` changes with batches, `progress` with every message.
 * @param wanted  trials that the run was asked for */
export function wordsOf(
  readings: TrialsReadings | undefined,
  runs: boolean,
  wanted: number,
): { status: string; progress: string } {
  const { done = 0, match, ended = false } = readings ?? {};
  const over = `${done} of ${wanted} trials`;
  const compared = match === undefined || done === 0 ? "" : ` Mean against the recording: RMSE ${match.rmse.toPrecision(4)} nAm${match.correlation === undefined ? "" : `, correlation ${match.correlation.toFixed(3)}`}.`; // prettier-ignore
  if (!runs && readings === undefined) return { status: "None has run.", progress: "" };
  if (!ended) return { status: `${done === 0 ? `Running ${wanted} trials.` : `${over} are over.`}${compared}`, progress: runs ? progressOf(readings) : "" }; // prettier-ignore
  const stopped = done === 0 ? "Stopped before a trial was over." : `Stopped after ${over}.`;
  return { status: `${done < wanted ? stopped : `${done} trials.`}${compared}`, progress: "" };
}

function progressOf(readings: TrialsReadings | undefined): string {
  if (readings === undefined) return "Compiling …";
  const { done, singles, time } = readings;
  const under = singles.length - done;
  if (under === 0) return "";
  return `${under === 1 ? `Trial ${done}` : `Trials ${done} to ${singles.length - 1}`} at ${time.toFixed(0)} ms`;
}

/** What two runs have in common whose trials are the same. A drive without a factor has 1. */
export function runOf({ settings, document, strengths }: Omit<TrialsRequest, "trials">): string {
  const { hnn, drives } = document ?? {};
  const factors = Object.entries(strengths).filter(([, factor]) => factor !== 1);
  factors.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([settings["drive"], settings["mesh"], settings["strength"], factors, hnn, drives]);
}
