/** Tells a caller what a long piece of work is doing: nothing in the first second, then at most once a second. */
export class Ticker {
  readonly #tell: ((doing: string) => void) | undefined;
  #next: number;

  constructor(tell: ((doing: string) => void) | undefined) {
    this.#tell = tell;
    this.#next = performance.now() + 1000;
  }

  /** Call often; `doing` is asked for only when it is due. */
  tick(doing: () => string): void {
    if (this.#tell === undefined) return;
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + 1000;
    this.#tell(doing());
  }
}
