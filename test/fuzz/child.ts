// One recorded run in a process of its own, for tests that kill it or give it no room: child.ts <folder> [chunk in ms] [ms of waiting in every hook]
import { openFolder } from "../../src/node.ts";
import { record } from "./recorded.ts";

const [folder = "", chunk = "6", wait = "0"] = process.argv.slice(2);
const pause = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
process.stdout.write("running\n");
try {
  await record(await openFolder(folder), { resume: true, chunkMs: Number(chunk), onHook: () => pause(Number(wait)) });
} catch (error) {
  process.stderr.write(`${(error as Error).name}: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
