import { parentPort } from "node:worker_threads";
import { begin } from "../reference/thread.ts";

if (parentPort !== null) {
  const port = parentPort;
  begin({ postMessage: (m) => port.postMessage(m), onMessage: (heard) => port.on("message", heard) });
}
