import { reasonOf } from "../clipped.ts";
import { DataError, ModelError } from "../errors.ts";
import { isPlain, shown } from "../shapes.ts";

/** What a file in place must still be when it is read again. */
export interface FileMark {
  /** length */
  readonly bytes: number;
  /** CRC-32 (IEEE 802.3) of the content */
  readonly crc: number;
}

/** A folder that sinks write to and readers read from. Names are plain file names. Whatever fails (a full disk, a folder
 * that was taken away, no right to write) is a DataError that names the file and the reason. */
export interface Files {
  /** For messages: the folder as the user knows it. */
  readonly where: string;
  /** All of a file.
   * @throws DataError when it is not there */
  read(name: string): Promise<Uint8Array>;
  /** Puts a whole file in place at once: under a temporary name, flushed, read back and compared, renamed, the folder
   * flushed. A reader, or a machine that dies at any moment, sees the old content or the new; when writing fails the old
   * content stays and nothing else is left. */
  write(name: string, bytes: Uint8Array): Promise<FileMark>;
  /** Length and checksum of a file as it is now; undefined when it is not there. */
  mark(name: string): Promise<FileMark | undefined>;
  remove(name: string): Promise<void>;
  list(): Promise<string[]>;
  exists(name: string): Promise<boolean>;
  /** Makes the folder if needed and proves that it can be written.
   * @throws DataError when it cannot */
  prepare(): Promise<void>;
  /** Takes the folder for one writer until the function it returns is called, or the process ends.
   * @param name  of the lock; work of different kinds in one folder takes different ones
   * @throws DataError when another holds it */
  lock(name?: string): Promise<() => Promise<void>>;
  /** HDF5 files of this folder. */
  readonly hdf5: () => Promise<Hdf5Folder>;
}

type Hdf5Module = typeof import("h5wasm").h5wasm;

/** @throws ModelError for what is no folder */
export function checkFiles(where: string, files: unknown): void {
  const { read, write, prepare } = (isPlain(files) ? files : {}) as Partial<Files>;
  if ([read, write, prepare].every((method) => typeof method === "function")) return;
  throw new ModelError(where, `has ${shown(files)} for its folder`, "Give what openFolder(path) returns, or new MemoryFiles()");
} // prettier-ignore

/** Where h5wasm finds this folder's files. Its functions throw where HDF5 fails (see `failing`). */
export interface Hdf5Folder {
  readonly h5: Hdf5Module;
  /** The path by which h5wasm opens a file for reading. */
  open(name: string): Promise<string>;
  /** The path of the file published last, which needs no waiting. */
  lastPublished(name: string): string;
  /** The path by which h5wasm writes the temporary form of a file; nothing is there. */
  create(name: string): string;
  /** Puts a closed temporary form in its place, as `Files.write` does.
   * @returns what was read back */
  publish(name: string): Promise<FileMark>;
  /** Removes the temporary form, also one that could not be closed. */
  discard(name: string): Promise<void>;
}

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
export const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A text file, put in place at once. */
export const writeText = (files: Files, name: string, text: string): Promise<FileMark> =>
  files.write(name, encode(text));

/** The end of a temporary file's name. */
export const PARTIAL = ".partial";

/** The lock that a recorded run takes. */
export const RUN_LOCK = "run.lock";

/** What a file could not be written for, as an error that says what to do. */
export const writeFailure = (where: string, reason: unknown): DataError =>
  new DataError(
    where,
    `could not be written (${reasonOf(reason)})`,
    "What was finished before is kept. Make room or give another folder; a run goes on with --resume",
  );

export const isLocked = (where: string, by: string, remedy: string): DataError =>
  new DataError(where, `is being written by ${by}`, remedy);
