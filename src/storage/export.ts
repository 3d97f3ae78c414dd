import type { Spikes, Trace } from "../run/chunk.ts";

/** "cell,t_ms" with one line per spike, in the order given. */
export function spikesCsv({ times, cells }: Spikes): string {
  const lines = ["cell,t_ms"];
  for (let i = 0; i < times.length; i++) lines.push(`${cells[i]},${tidy(times[i] as number)}`);
  return `${lines.join("\n")}\n`;
}

/** "t_ms,<variable>_<cell>,…" with one line per sample. */
export function traceCsv({ variable, times, cells, data }: Trace): string {
  const lines = [["t_ms", ...Array.from(cells, (cell) => `${variable}_${cell}`)].join(",")];
  for (let row = 0; row < times.length; row++) {
    const values = Array.from(data.subarray(row * cells.length, (row + 1) * cells.length), String);
    lines.push([String(tidy(times[row] as number)), ...values].join(","));
  }
  return `${lines.join("\n")}\n`;
}

/** One train per line, times in ms separated by tabs, silent cells as empty lines. neo's own AsciiSpikeTrainIO has no form for a train
 * without a spike (it fails on an empty line); this reads all of them:
 * `[neo.SpikeTrain([float(t) for t in line.split()], units="ms", t_stop=duration) for line in open(name)]` */
export function spikeTrainsText(spikes: Spikes): string {
  return trainsOf(spikes)
    .map((train) => `${train.map(tidy).join("\t")}\n`)
    .join("");
}

/** ms, of each cell. */
export function trainsOf({ times, cells, n }: Spikes): number[][] {
  const trains: number[][] = Array.from({ length: n }, () => []);
  for (let i = 0; i < times.length; i++) trains[cells[i] as number]?.push(times[i] as number);
  return trains;
}

/** Without the last digits of step * dt: 0.30000000000000004 is 0.3. Times below 2e7 ms keep 1e-8 ms. */
const tidy = (x: number): number => Number(x.toFixed(9));
