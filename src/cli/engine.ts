import { clipped } from "../clipped.ts";
import type { EngineKind } from "../host/engine.ts";
import { DeviceError } from "../errors.ts";
import { offerThreads, threadsHere } from "../host/threads.ts";
import { nodeThreads } from "../node/threads.ts";
import { checkThreads } from "../reference/split.ts";
import type { OpenDevice } from "../run/open-device.ts";

/** How to get an adapter, in one line. */
export const ADAPTER_HINT =
  "On Debian, `sh scripts/setup-adapter.sh` installs a software adapter (as root); any GPU with Vulkan, Metal or D3D12 works by itself.";

interface ChosenEngine {
  readonly kind: EngineKind;
  readonly opened: OpenDevice | undefined;
  /** what and why, for the user. */
  readonly said: string;
}

/** Has all simulations of this process use so many threads. @param most  of what is run  @returns what to say of it
 * @throws ModelError for what is no number of threads */
function threadsSaid(threads: string | undefined, most: number): string {
  offerThreads(nodeThreads(threads));
  const { cores, wanted } = threadsHere();
  const count = checkThreads(wanted, cores);
  if (most === 1) return "one thread";
  if (count !== "auto") return count === 1 ? "one thread" : `${count} threads`;
  return cores === 1 ? "one core" : `up to ${cores} threads`;
}

/** @throws DeviceError for an adapter beside an engine that uses none */
export function checkAdapter(engine: string, adapter: string | undefined): void {
  if (adapter === undefined || engine === "auto" || engine === "gpu") return;
  throw new DeviceError(`--adapter ${clipped(adapter)}`, `is not used by --engine ${engine}`, "Leave one of them out");
}

/** Opens what --engine and --adapter ask for.
 * @param mostThreads  that the reference engine can use for what is run
 * @throws DeviceError when the GPU is asked for and there is no adapter */
export async function chooseEngine(
  engine: string,
  adapter?: string,
  threads?: string,
  mostThreads = Infinity,
): Promise<ChosenEngine> {
  const counted = threadsSaid(threads, mostThreads);
  checkAdapter(engine, adapter);
  if (engine === "reference" || engine === "reference32") {
    const precision = engine === "reference" ? "float64" : "float32";
    return { kind: engine, opened: undefined, said: `reference engine, ${precision}, ${counted}` };
  }
  const { openDevice } = await import("../node/adapters.ts");
  const opened = await openDevice(adapter === undefined ? {} : { adapter });
  if (opened !== undefined) {
    const { description, isFallback } = opened.info;
    return { kind: "gpu", opened, said: `${description}${isFallback ? " (software)" : ""}: ${opened.reason}` };
  }
  if (engine === "gpu") throw new DeviceError("--engine gpu", "finds no adapter", ADAPTER_HINT);
  return {
    kind: "reference",
    opened: undefined,
    said: `reference engine, float64, ${counted}, slower: no adapter was found. ${ADAPTER_HINT}`,
  };
}
