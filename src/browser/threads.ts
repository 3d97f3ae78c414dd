import type { Thread, Threads } from "../host/threads.ts";

/** Written so that no bundler looks for the other. */
const ENTRY = import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js";
const own = (name: string): Worker => new Worker(new URL(ENTRY, import.meta.url), { type: "module", name });

/** A thread that ends without an error says nothing: it holds a lock of its own name (see thread.ts), which the browser gives on when
 * it has ended, for whatever reason. */
function pageThread(): Thread {
  const name = `hillock thread ${globalThis.crypto.randomUUID()}`;
  const worker = own(name);
  let ended = false;
  return {
    post: (message) => worker.postMessage(message),
    listen: (heard, whyEnded) => {
      const gone = (why: string): void => {
        ended = true;
        whyEnded(why);
      };
      const started = (words: string): void => {
        heard(words);
        navigator.locks.request(name, () => gone("ended")).catch(() => undefined); // of a page that is left
      };
      worker.addEventListener("message", ({ data }) => started(String(data)), { once: true });
      worker.addEventListener("error", (event) => gone(event.message));
    },
    alive: () => (ended ? false : undefined),
    end: () => worker.terminate(),
  };
}

/** Pages have threads that share memory where they are cross-origin isolated. */
export const pageThreads = (): Threads => ({
  cores: (globalThis.navigator as Partial<Navigator> | undefined)?.hardwareConcurrency ?? 1,
  spawn: globalThis.crossOriginIsolated === true ? pageThread : undefined,
  memory: memory(),
});

/** Browsers of one kind say so many GiB, 8 for all that is more. */
function memory(): number | undefined {
  const { deviceMemory } = (globalThis.navigator ?? {}) as { readonly deviceMemory?: number };
  return deviceMemory === undefined || deviceMemory >= 8 ? undefined : deviceMemory * 2 ** 30;
}
