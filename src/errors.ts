/** What every error of hillock says: which thing, what is wrong with which value and limit, and what to do about it. */
export abstract class HillockError extends Error {
  readonly where: string;
  readonly problem: string;
  readonly remedy: string;

  constructor(where: string, problem: string, remedy: string) {
    super(`${where}: ${problem}. ${remedy}`);
    this.name = new.target.name;
    this.where = where;
    this.problem = problem;
    this.remedy = remedy;
  }
}

/** A description that cannot be simulated; thrown before any device call. */
export class ModelError extends HillockError {}

/** The GPU refused or lost something; `where` is the kernel's or buffer's label. */
export class DeviceError extends HillockError {}

/** A file or an option that does not parse. */
export class DataError extends HillockError {}

/** The candidate nearest to a mistyped name, for "did you mean"; undefined when nothing is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** "Known: a, b, c" with a suggestion in front when one is near: the remedy of every unknown-name error. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const known = [...candidates];
  const guess = nearest(name, known);
  return `${guess === undefined ? "" : `Did you mean "${guess}"? `}Known: ${known.join(", ") || "none"}`;
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
