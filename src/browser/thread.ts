import { begin } from "../reference/thread.ts";

/** Held to the thread's end, by which the page knows of it (threads.ts). */
const held = new Promise<void>((resolve) => {
  const forEver = (): Promise<never> => {
    resolve();
    return new Promise<never>(() => undefined);
  };
  void navigator.locks.request((globalThis as { readonly name?: string }).name ?? "", forEver);
});

begin({
  postMessage: (m) => globalThis.postMessage(m),
  onMessage: (heard) => globalThis.addEventListener("message", ({ data }) => void held.then(() => heard(data))),
});
