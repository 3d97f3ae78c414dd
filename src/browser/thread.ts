import { begin } from "../reference/thread.ts";

begin({
  postMessage: (m) => globalThis.postMessage(m),
  onMessage: (heard) => globalThis.addEventListener("message", ({ data }) => heard(data)),
});
