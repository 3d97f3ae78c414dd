import type { Spikes } from "../../src/run/chunk.ts";
import { writeNwb } from "../../src/storage/write-nwb.ts";
import { MemoryFiles } from "../../src/storage/memory-files.ts";
import { type NwbUnits, readNwb } from "../../src/storage/read-nwb.ts";

/** Spikes of one population as they go into a file. */
export interface SpikesOf {
  readonly name: string;
  readonly spikes: Spikes;
}

export type ToNwb =
  | { readonly write: readonly SpikesOf[]; readonly description: string }
  | { readonly read: Uint8Array<ArrayBuffer>; readonly name: string };
export type FromNwb =
  { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly units: NwbUnits } | { readonly refused: string };

async function answer(asked: ToNwb): Promise<FromNwb> {
  const files = new MemoryFiles("the page");
  if ("read" in asked) {
    await files.write(asked.name, asked.read);
    return { units: await readNwb(files, asked.name) };
  }
  const options = { identifier: crypto.randomUUID(), description: asked.description, sessionStart: new Date().toISOString(), populations: asked.write }; // prettier-ignore
  await writeNwb(files, "page.nwb", options);
  return { bytes: (await files.read("page.nwb")) as Uint8Array<ArrayBuffer> };
}

addEventListener("message", ({ data }: MessageEvent<ToNwb>) => {
  void answer(data)
    .catch((error: unknown): FromNwb => ({ refused: error instanceof Error ? error.message : String(error) }))
    .then((said) => postMessage(said));
});
