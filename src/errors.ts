/** What every error of hillock says: which thing, what is wrong with which value and limit, and what to do about it. */
export abstract class HillockError extends Error {
  readonly where: string;
  readonly problem: string;
  readonly remedy: string;

  constructor(where: string, problem: string, remedy: string) {
    const [a, b, c] = withLittleInput([where, problem, remedy]);
    super(`${a}: ${b}. ${c}`);
    this.name = new.target.name;
    [this.where, this.problem, this.remedy] = [a, b, c];
  }
}

/** Most characters of a user's input in one message, and of one piece of it. */
const [INPUT, PIECE, LEAST] = [200, 120, 20] as const;

/** Where input shows: between quotation marks, or as a word longer than any of hillock's own. A mark that opens none is a word's. */
const PIECES = /"[^"]*"|(?<!\w)'[^']*'|[^\s"']{41,}/g;

/** The parts of a message with at most 200 characters of input in all: long pieces lose their middle, so that a path keeps its end.
 * What is written without marks between spaces is bounded by the length of its part. */
function withLittleInput(parts: readonly [string, string, string]): [string, string, string] {
  let left = INPUT;
  const piece = (text: string): string => {
    const most = Math.max(LEAST, Math.min(PIECE, left));
    const shown = text.length > 40 ? middleCut(text, most) : text;
    if (text.length > 40) left -= shown.length;
    return shown;
  };
  const [where, problem, remedy] = parts.map((text) => text.slice(0, 10_000).replace(PIECES, piece)) as [
    string,
    string,
    string,
  ];
  return [middleCut(where, 160), middleCut(problem, 400), middleCut(remedy, 1200)];
}

const middleCut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, Math.ceil(most / 2) - 2)}...${text.slice(-(Math.floor(most / 2) - 1))}`;

/** A description that cannot be simulated; thrown before any device call. */
export class ModelError extends HillockError {}

/** The GPU refused or lost something; `where` is the kernel's or buffer's label. */
export class DeviceError extends HillockError {}

/** Where a run left what a cell can be. */
export interface StateFault {
  /** after so many steps; the state one step before is the last good one. */
  readonly step: number;
  readonly population?: string;
  readonly entry?: number;
  readonly cell?: number;
  readonly state?: string;
  readonly value?: number;
}

/** A state became NaN, infinite or larger than any cell's while running; the steps before it are kept. */
export class StateError extends HillockError {
  readonly fault: StateFault;

  constructor(where: string, problem: string, remedy: string, fault: StateFault) {
    super(where, problem, remedy);
    this.fault = fault;
  }
}

/** A file or an option that does not parse. */
export class DataError extends HillockError {}

/** Names that an error lists, and characters of a name that is looked for among them. */
const MOST_NAMES = 100;

/** The candidate nearest to a mistyped name, for "did you mean"; undefined when nothing is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  if (name.length > MOST_NAMES) return undefined;
  let bestDistance = Math.max(2, Math.ceil(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** "Known: a, b, c" with a suggestion in front when one is near: the remedy of every unknown-name error. */
export function didYouMean(name: unknown, candidates: Iterable<string>): string {
  const known = [...candidates];
  const guess = typeof name === "string" ? nearest(name, known) : undefined;
  const more = known.length > MOST_NAMES ? ` and ${known.length - MOST_NAMES} more` : "";
  const list = known.slice(0, MOST_NAMES).join(", ") || "none";
  return `${guess === undefined ? "" : `Did you mean "${guess}"? `}Known: ${list}${more}`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] as number;
}
