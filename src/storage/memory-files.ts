import { DataError, didYouMean } from "../errors.ts";
import { crc32 } from "./crc32.ts";
import { isLocked, PARTIAL, RUN_LOCK, writeFailure, type FileMark, type Files, type Hdf5Folder } from "./files.ts";

/** A folder in memory: for browsers without a file system, and for short runs that are kept nowhere. */
export class MemoryFiles implements Files {
  readonly where: string;
  readonly #files = new Map<string, Uint8Array>();
  readonly #locks = new Set<string>();

  constructor(where = "memory") {
    this.where = where;
  }

  async read(name: string): Promise<Uint8Array> {
    const bytes = this.#files.get(name);
    if (bytes === undefined)
      throw new DataError(`${this.where}/${name}`, "is not there", didYouMean(name, this.#files.keys()));
    return bytes;
  }

  async write(name: string, bytes: Uint8Array): Promise<FileMark> {
    this.#files.set(name, bytes.slice());
    return { bytes: bytes.length, crc: crc32(0, bytes) };
  }

  async mark(name: string): Promise<FileMark | undefined> {
    const bytes = this.#files.get(name);
    return bytes && { bytes: bytes.length, crc: crc32(0, bytes) };
  }

  async remove(name: string): Promise<void> {
    this.#files.delete(name);
  }

  async list(): Promise<string[]> {
    return [...this.#files.keys()].sort();
  }

  async exists(name: string): Promise<boolean> {
    return this.#files.has(name);
  }

  async prepare(): Promise<void> {}

  async lock(name = RUN_LOCK): Promise<() => Promise<void>> {
    if (this.#locks.has(name)) throw isLocked(this.where, "another run", "Finish that first, or give another folder");
    this.#locks.add(name);
    return async () => void this.#locks.delete(name);
  }

  readonly hdf5 = (): Promise<Hdf5Folder> => virtualHdf5(this);
}

let folders = 0; // names of folders in h5wasm's own file system, which is one per process

/** HDF5 for a folder that h5wasm cannot reach itself: files pass through h5wasm's file system in memory. */
export async function virtualHdf5(files: Pick<Files, "where" | "read" | "write">): Promise<Hdf5Folder> {
  const { default: h5 } = await import("h5wasm");
  const module = await h5.ready;
  module.activate_throwing_error_handler(); // else a failed write is a line on the console
  const { FS } = module;
  const folder = `/hillock-${folders++}`;
  FS.mkdir(folder);
  let last: string | undefined; // stays in h5wasm's file system until the next, so that its chunk's traces can be read
  let opened: string | undefined;
  const remove = (path: string): void => {
    if (FS.analyzePath(path).exists) FS.unlink(path);
  };
  return {
    h5,
    open: async (name) => {
      const bytes = await files.read(name);
      if (opened !== undefined && opened !== last) remove(`${folder}/${opened}`); // readers are closed before the next is opened
      opened = name;
      FS.writeFile(`${folder}/${name}`, bytes);
      return `${folder}/${name}`;
    },
    lastPublished: (name) => `${folder}/${name}`,
    create: (name) => {
      remove(`${folder}/${name}${PARTIAL}`);
      return `${folder}/${name}${PARTIAL}`;
    },
    publish: async (name) => {
      const path = `${folder}/${name}${PARTIAL}`;
      let bytes: Uint8Array;
      try {
        bytes = FS.readFile(path);
      } catch (error) {
        throw writeFailure(`${files.where}/${name}`, error);
      }
      const mark = await files.write(name, bytes);
      if (last !== undefined && last !== name) remove(`${folder}/${last}`);
      FS.rename(path, `${folder}/${name}`);
      last = name;
      return mark;
    },
    discard: async (name) => remove(`${folder}/${name}${PARTIAL}`),
  };
}
