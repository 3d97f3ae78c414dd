/** How far a run is: a line that is written over on a terminal, elsewhere one every so often and for each new part. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #everyMs: number;
  /** Of the part shown: its name, and where it stood when it was first seen (a resumed one does not start at 0). */
  #part = { name: "", began: 0, done: 0, simulatedMs: 0 };
  #last = -Infinity;
  #open = false;

  constructor(stream: NodeJS.WriteStream, everyMs = stream.isTTY ? 100 : 5000) {
    [this.#stream, this.#everyMs] = [stream, everyMs];
  }

  readonly show = (
    name: string,
    done: number,
    simulated?: { readonly simulatedMs: number; readonly totalMs: number },
  ): void => {
    const now = performance.now();
    const { simulatedMs = 0, totalMs = 0 } = simulated ?? {};
    const fresh = name !== this.#part.name;
    if (fresh) this.#part = { name, began: now, done, simulatedMs };
    const end = simulated !== undefined && simulatedMs >= totalMs;
    if (!fresh && !end && now - this.#last < this.#everyMs) return;
    this.#last = now;
    const wall = now - this.#part.began;
    const left = (((1 - done) / (done - this.#part.done)) * wall) / 1000;
    const speed = (simulatedMs - this.#part.simulatedMs) / wall;
    const figures = [
      simulated === undefined
        ? `${Math.round(100 * done)} %`
        : `${(simulatedMs / 1000).toFixed(2)} of ${(totalMs / 1000).toFixed(2)} s`,
      speed > 0 && Number.isFinite(speed) ? `${speed.toPrecision(2)} x real time` : "",
      !end && left > 0 && Number.isFinite(left) ? `${Math.ceil(left)} s left` : "",
    ];
    const line = `${name}: ${figures.filter(Boolean).join(", ")}`;
    const bar = "█".repeat(Math.round(20 * Math.min(1, Math.max(0, done)))).padEnd(20, "░");
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[K${bar} ${line}` : `${line}\n`);
    this.#open = this.#stream.isTTY;
  };

  /** Makes room for another line. */
  readonly clear = (): void => {
    if (this.#open) this.#stream.write("\r\x1b[K");
    this.#open = false;
  };
}
