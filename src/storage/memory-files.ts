import { DataError, didYouMean } from "../errors.ts";
import { PARTIAL, type Files, type Hdf5Folder } from "./files.ts";

/** A folder in memory: for browsers without a file system, and for short runs that are kept nowhere. */
export class MemoryFiles implements Files {
  readonly where: string;
  readonly #files = new Map<string, Uint8Array>();

  constructor(where = "memory") {
    this.where = where;
  }

  async read(name: string): Promise<Uint8Array> {
    const bytes = this.#files.get(name);
    if (bytes === undefined)
      throw new DataError(`${this.where}/${name}`, "is not there", didYouMean(name, this.#files.keys()));
    return bytes;
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    this.#files.set(name, bytes.slice());
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

  readonly hdf5 = (): Promise<Hdf5Folder> => virtualHdf5(this);
}

let folders = 0; // names of folders in h5wasm's own file system, which is one per process

/** HDF5 for a folder that h5wasm cannot reach itself: files pass through h5wasm's file system in memory. */
export async function virtualHdf5(files: Pick<Files, "read" | "write">): Promise<Hdf5Folder> {
  const { default: h5 } = await import("h5wasm");
  const { FS } = await h5.ready;
  const folder = `/hillock-${folders++}`;
  FS.mkdir(folder);
  let last: string | undefined; // stays in h5wasm's file system until the next, so that its chunk's traces can be read
  return {
    h5,
    open: async (name) => {
      FS.writeFile(`${folder}/${name}`, await files.read(name));
      return `${folder}/${name}`;
    },
    lastPublished: (name) => `${folder}/${name}`,
    create: (name) => `${folder}/${name}${PARTIAL}`,
    publish: async (name) => {
      const path = `${folder}/${name}${PARTIAL}`;
      await files.write(name, FS.readFile(path));
      if (last !== undefined && last !== name && FS.analyzePath(`${folder}/${last}`).exists)
        FS.unlink(`${folder}/${last}`);
      FS.rename(path, `${folder}/${name}`);
      last = name;
    },
  };
}
