import type { NwbUnits } from "../../src/storage/read-nwb.ts";
import type { FromNwb, SpikesOf, ToNwb } from "./nwb-worker.ts";

/** NWB files are written and read in a worker of their own, which comes with HDF5 (4 MB) when a reader first asks for it. */
async function ask(asked: ToNwb): Promise<FromNwb> {
  const worker = new Worker(new URL("./nwb-worker.ts", import.meta.url), { type: "module" });
  try {
    const said = await new Promise<FromNwb>((answered, failed) => {
      worker.addEventListener("message", ({ data }: MessageEvent<FromNwb>) => answered(data));
      worker.addEventListener("error", ({ message }) => failed(new Error(message || "What reads and writes NWB could not be loaded."))); // prettier-ignore
      worker.postMessage(asked);
    });
    if ("refused" in said) throw new Error(said.refused);
    return said;
  } finally {
    worker.terminate();
  }
}

/** @throws Error that says what could not be written */
export async function nwbFile(populations: readonly SpikesOf[], description: string): Promise<Blob> {
  const { bytes } = (await ask({ write: populations, description })) as FromNwb & { bytes: Uint8Array<ArrayBuffer> };
  return new Blob([bytes], { type: "application/x-hdf5" });
}

/** @throws Error that says what is wrong with the file */
export async function nwbUnits(file: File): Promise<NwbUnits> {
  const read = new Uint8Array(await file.arrayBuffer());
  return ((await ask({ read, name: file.name })) as FromNwb & { units: NwbUnits }).units;
}
