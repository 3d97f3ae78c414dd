import type { EngineKind } from "../host/engine.ts";
import { DeviceError } from "../errors.ts";
import type { OpenDevice } from "../run/open-device.ts";

/** How to get an adapter, in one line. */
export const ADAPTER_HINT =
  "On Debian, `sh scripts/setup-adapter.sh` installs a software adapter (as root); any GPU with Vulkan, Metal or D3D12 works by itself.";

export interface ChosenEngine {
  readonly kind: EngineKind;
  readonly opened: OpenDevice | undefined;
  /** what and why, for the user. */
  readonly said: string;
}

/** Opens what --engine and --adapter ask for.
 * @throws DeviceError when the GPU is asked for and there is no adapter */
export async function chooseEngine(engine: string, adapter: string | undefined): Promise<ChosenEngine> {
  if (engine === "reference" || engine === "reference32") {
    const precision = engine === "reference" ? "float64" : "float32";
    return { kind: engine, opened: undefined, said: `reference engine, ${precision}` };
  }
  const { openDevice } = await import("../node.ts");
  const opened = await openDevice(adapter === undefined ? {} : { adapter });
  if (opened !== undefined) {
    const { description, isFallback } = opened.info;
    return { kind: "gpu", opened, said: `${description}${isFallback ? " (software)" : ""}: ${opened.reason}` };
  }
  if (engine === "gpu") throw new DeviceError("--engine gpu", "finds no adapter", ADAPTER_HINT);
  return {
    kind: "reference",
    opened: undefined,
    said: `reference engine, float64, slower: no adapter was found. ${ADAPTER_HINT}`,
  };
}
