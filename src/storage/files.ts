/** A folder that sinks write to and readers read from. Names are plain file names. */
export interface Files {
  /** For messages: the folder as the user knows it. */
  readonly where: string;
  /** All of a file.
   * @throws DataError when it is not there */
  read(name: string): Promise<Uint8Array>;
  /** Puts a whole file in place at once: under a temporary name, flushed, renamed, the folder flushed. A reader, or a
   * machine that dies at any moment, sees the old content or the new. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
  list(): Promise<string[]>;
  exists(name: string): Promise<boolean>;
  /** Makes the folder if needed and proves that it can be written.
   * @throws DataError when it cannot */
  prepare(): Promise<void>;
  /** HDF5 files of this folder. */
  readonly hdf5: () => Promise<Hdf5Folder>;
}

export type Hdf5Module = typeof import("h5wasm").h5wasm;

/** Where h5wasm finds this folder's files. */
export interface Hdf5Folder {
  readonly h5: Hdf5Module;
  /** The path by which h5wasm opens a file for reading. */
  open(name: string): Promise<string>;
  /** The path of the file published last, which needs no waiting. */
  lastPublished(name: string): string;
  /** The path by which h5wasm writes the temporary form of a file. */
  create(name: string): string;
  /** Puts a closed temporary form in its place, as `Files.write` does. */
  publish(name: string): Promise<void>;
}

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
export const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The end of a temporary file's name. */
export const PARTIAL = ".partial";
