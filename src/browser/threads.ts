import type { Thread, Threads } from "../host/threads.ts";

/** Written so that no bundler looks for the other. */
const ENTRY = import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js";
const own = (): Worker => new Worker(new URL(ENTRY, import.meta.url), { type: "module" });

function pageThread(): Thread {
  const worker = own();
  return {
    post: (message) => worker.postMessage(message),
    listen: (heard, whyEnded) => {
      worker.addEventListener("message", ({ data }) => heard(String(data)), { once: true });
      worker.addEventListener("error", (event) => whyEnded(event.message));
    },
    alive: () => true,
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
