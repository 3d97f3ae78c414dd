/** Exit codes as a shell reports them: 128 and the signal's number. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGPIPE: 141 } as const;
type Interrupt = keyof typeof CODES;

/** Who is told that a reader left. Not listeners of the process: removing the last one of SIGPIPE would give the signal back its
 * default, which kills (Node ignores it otherwise). */
const leaving = new Set<() => void>();

interface Interruption {
  readonly signal: AbortSignal;
  /** Of the command when it was interrupted. */
  readonly code: number;
  /** Stops listening. */
  done(): void;
}

/** Aborts its signal at Ctrl-C, or when nobody reads what is printed any more, so that work under way can be kept. A second
 * Ctrl-C ends at once.
 * @param note  what is said at Ctrl-C; a reader that left is not told anything */
export function onInterrupt(note: string): Interruption {
  const stop = new AbortController();
  let code = 0;
  const listeners = (Object.keys(CODES) as Interrupt[]).map((name) => {
    const listener = (): void => {
      if (stop.signal.aborted && name !== "SIGPIPE") process.exit(CODES[name]);
      if (!stop.signal.aborted) code = CODES[name];
      if (!stop.signal.aborted && name !== "SIGPIPE") process.stderr.write(`\n${note} (again to stop at once) ...\n`);
      stop.abort();
    };
    if (name === "SIGPIPE") leaving.add(listener);
    else process.on(name, listener);
    return { name, listener };
  });
  return {
    signal: stop.signal,
    get code() {
      return code;
    },
    done: () => {
      for (const { name, listener } of listeners) {
        leaving.delete(listener);
        process.off(name, listener);
      }
    },
  };
}

/** A reader that leaves early (`hillock ... | head`) ends a command as it ends other tools: without a word and with the code
 * of SIGPIPE. A command with something to keep listens to SIGPIPE (`onInterrupt`) and ends when that is kept.
 * @returns says whether a reader has left */
export function watchReaders(streams: readonly NodeJS.WriteStream[]): { readonly left: boolean } {
  const readers = { left: false };
  const broken = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") throw error;
    if (readers.left) return;
    readers.left = true;
    if (leaving.size === 0) process.exit(CODES.SIGPIPE);
    for (const tell of leaving) tell();
  };
  for (const stream of streams) stream.on("error", broken);
  return readers;
}

export const READER_LEFT: number = CODES.SIGPIPE;
