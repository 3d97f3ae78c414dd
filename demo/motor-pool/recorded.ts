/** Spike trains of units, however they were recorded. */
export interface Trains {
  /** ms. */
  readonly times: ArrayLike<number>;
  /** unit of each spike, from 0. */
  readonly cells: ArrayLike<number>;
  readonly n: number;
  /** what the file calls each unit. */
  readonly names?: readonly string[];
}

export interface RecordedUnit {
  readonly label: string;
  /** of its first spike, ms. */
  readonly first: number;
  /** spikes after the first over the time from the first to the last, Hz; null below two spikes. */
  readonly rate: number | null;
}

/** Units in order of recruitment: of their first spike.
 * @throws Error when there are none, or more than the pool has */
export function recordedUnits({ times, cells, n, names }: Trains, pool: number): RecordedUnit[] {
  const trains = Array.from({ length: n }, (): number[] => []);
  for (let k = 0; k < times.length; k++) trains[cells[k] as number]?.push(times[k] as number);
  const units = trains.flatMap((train, k): RecordedUnit[] => {
    if (train.length === 0) return [];
    const [first, last] = [Math.min(...train), Math.max(...train)];
    return [{ label: names?.[k] ?? String(k + 1), first, rate: last > first ? (1000 * (train.length - 1)) / (last - first) : null }]; // prettier-ignore
  });
  if (units.length === 0) throw new Error("The file holds no spike.");
  if (units.length > pool) throw new Error(`The file holds ${units.length} units, the pool ${pool}: raise Neurons.`);
  return units.sort((a, b) => a.first - b.first);
}

const MOST_SPIKES = 1e6;
const HEADER = 'Give a first line that names a column of units and one of times, as "unit,time (s)" or "cell,t_ms".';

/** A line per spike: a column of units (unit, cell, neuron, mu) and one of times, in ms or, where its name says so, in s.
 * @throws Error with the line that cannot be read */
export function spikesCsvOf(text: string): Trains {
  const [header = "", ...lines] = text.trimEnd().split(/\r?\n/); // prettier-ignore
  const columns = fields(header).map((name) => name.toLowerCase());
  const unitAt = columns.findIndex((name) => /^(unit|cell|neuron|mu|motor.?unit)/.test(name));
  const timeAt = columns.findIndex((name) => /^(t|times?|spike.?times?)\b|^t_|^time_/.test(name));
  if (unitAt < 0 || timeAt < 0) throw new Error(`Its first line "${header.slice(0, 60)}" names no units or no times. ${HEADER}`); // prettier-ignore
  if (lines.length > MOST_SPIKES) throw new Error(`It holds ${lines.length} spikes; ${MOST_SPIKES} are read at most.`);
  const ms = /(\(|_|\[)s\b/.test(columns[timeAt] as string) ? 1000 : 1;
  const index = new Map<string, number>();
  const [times, cells]: [number[], number[]] = [[], []];
  for (const [k, line] of lines.entries()) {
    const row = fields(line);
    const [unit, time] = [row[unitAt] ?? "", row[timeAt] ?? ""];
    if (unit === "" || time === "" || !Number.isFinite(Number(time)))
      throw new Error(`Line ${k + 2} is no spike: "${line.slice(0, 60)}".`);
    if (!index.has(unit)) index.set(unit, index.size);
    times.push(ms * Number(time));
    cells.push(index.get(unit) as number);
  }
  return { times, cells, n: index.size, names: [...index.keys()] };
}

const fields = (line: string): string[] => line.split(/[,;\t]/).map((field) => field.trim().replace(/^"(.*)"$/, "$1"));
