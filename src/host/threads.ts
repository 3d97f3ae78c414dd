/** A thread of this process or page. */
export interface Thread {
  post(message: unknown): void;
  /** Calls back with the thread's first words, or with why it ended. */
  listen(heard: (words: string) => void, ended: (why: string) => void): void;
  /** False where it is known to have ended; asked without giving way to events. Undefined where only an event would tell. */
  alive(): boolean | undefined;
  end(): void;
}

export type Spawn = () => Thread;

/** What a platform offers to engines that run on several threads. */
export interface Threads {
  /** that this process or page may use. */
  readonly cores: number;
  /** undefined where threads cannot share memory. */
  readonly spawn: Spawn | undefined;
  /** what is asked for where a simulation does not say: a number, "auto", or what a user wrote instead. */
  readonly wanted?: number | string | undefined;
  /** bytes of the machine, or of what this process may use of it; undefined where that is not known. */
  readonly memory?: number | undefined;
}

let known: Threads | undefined;

/** The platform's threads: one where none has been offered. */
export const threadsHere = (): Threads => known ?? { cores: 1, spawn: undefined };

export const threadsOffered = (): boolean => known !== undefined;

/** Called by the package's entry points for Node and for pages. */
export function offerThreads(threads: Threads): void {
  known = threads;
}
