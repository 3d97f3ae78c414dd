import { availableParallelism, totalmem } from "node:os";
import { Worker } from "node:worker_threads";
import type { Thread, Threads } from "../host/threads.ts";

/** Of the sources themselves where they run without a build. */
const SOURCE = import.meta.url.endsWith(".ts");
const entry = (): URL => new URL(SOURCE ? "./thread.ts" : "./thread.js", import.meta.url);

/** A thread of the sources brings their loader with it. */
const FROM_SOURCE = `import("tsx/esm/api").then(({ register }) => {
  register();
  return import(require("node:worker_threads").workerData);
});`;

function nodeThread(): Thread {
  const worker = SOURCE ? new Worker(FROM_SOURCE, { eval: true, workerData: entry().href }) : new Worker(entry());
  let ended = false;
  worker.on("exit", () => (ended = true));
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    listen: (heard, whyEnded) => {
      worker.ref();
      worker.once("message", (words: string) => {
        worker.unref();
        heard(words);
      });
      worker.on("error", (error) => whyEnded(error.message));
      worker.on("exit", (code) => whyEnded(`exit code ${code}`));
    },
    alive: () => {
      const looked = (worker.performance as Partial<typeof worker.performance> | undefined)?.eventLoopUtilization?.();
      if (ended || looked === undefined) return !ended;
      return looked.idle >= 0 && looked.idle + looked.active > 0; // of one that has ended: below 0, or nothing
    },
    end: () => void worker.terminate(),
  };
}

/** @param wanted  threads that a user asked for, in text */
export function nodeThreads(wanted = process.env["HILLOCK_THREADS"]): Threads {
  const count = wanted === undefined || wanted === "" || !/^[+-]?[\d.]+$/.test(wanted) ? wanted : Number(wanted);
  return {
    cores: availableParallelism(),
    spawn: nodeThread,
    wanted: count === "" ? undefined : count,
    memory: memory(),
  };
}

/** Of the machine, or of a container; 0 and undefined say that there is no bound. */
function memory(): number {
  const bound = (process as Partial<Pick<typeof process, "constrainedMemory">>).constrainedMemory?.();
  return Math.min(totalmem(), bound === undefined || bound === 0 ? Infinity : bound);
}
