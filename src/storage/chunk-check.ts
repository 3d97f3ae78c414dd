import { DataError } from "../errors.ts";
import type { FileMark, Files } from "./files.ts";
import type { ChunkEntry } from "./run-file.ts";
import type { ChunkStore } from "./sink.ts";

const RESTORE = "Restore the file from a copy, or compute the run again with --force";

/** Compares chunk files with what was noted when they were written.
 * @param run  the hash of the run that they belong to
 * @throws DataError that names the first file that is missing, cut, changed, another chunk, or of another run */
export async function checkChunks(
  files: Files,
  store: ChunkStore,
  run: string,
  chunks: readonly ChunkEntry[],
): Promise<void> {
  for (const [index, entry] of chunks.entries()) {
    const mark = await files.mark(entry.file);
    if (mark?.bytes === entry.bytes && mark.crc === entry.crc) continue;
    const problem = mark === undefined ? "is missing" : await difference(store, run, chunks, index, mark);
    throw new DataError(`${files.where}/${entry.file}`, problem, RESTORE);
  }
}

async function difference(
  store: ChunkStore,
  run: string,
  chunks: readonly ChunkEntry[],
  index: number,
  mark: FileMark,
): Promise<string> {
  const entry = chunks[index] as ChunkEntry;
  const other = chunks.find(({ bytes, crc }) => bytes === mark.bytes && crc === mark.crc);
  if (other !== undefined) return `is another chunk of this run, ${other.file}`;
  const place = await placeOf(store, entry.file);
  if (place !== undefined && place.run !== run) return "is a chunk of another run";
  if (place !== undefined && place.index !== index) return `is chunk ${place.index}, of another recording of this run`;
  if (mark.bytes !== entry.bytes) return `is damaged: it has ${mark.bytes} bytes, and ${entry.bytes} were written`;
  return "is damaged: its checksum is not that of what was written";
}

async function placeOf(store: ChunkStore, file: string): Promise<{ run: string; index: number } | undefined> {
  try {
    const source = await store.read(file);
    try {
      return source.place;
    } finally {
      source.close();
    }
  } catch {
    return undefined; // too damaged to say what it was
  }
}
