import { DataError } from "../errors.ts";
import { reasonOf } from "../clipped.ts";
import { crc32 } from "./crc32.ts";
import { isLocked, RUN_LOCK, writeFailure, type FileMark, type Files, type Hdf5Folder } from "./files.ts";
import { virtualHdf5 } from "./memory-files.ts";

/** A folder of a page's private file system. */
export class PrivateFolder implements Files {
  readonly where: string;
  readonly #folder: FileSystemDirectoryHandle;

  constructor(where: string, folder: FileSystemDirectoryHandle) {
    this.where = where;
    this.#folder = folder;
  }

  async prepare(): Promise<void> {}

  async read(name: string): Promise<Uint8Array> {
    try {
      const file = await (await this.#folder.getFileHandle(name)).getFile();
      return new Uint8Array(await file.arrayBuffer());
    } catch (error) {
      throw new DataError(`${this.where}/${name}`, `cannot be read (${reasonOf(error)})`, "Check the folder");
    }
  }

  /** A writable stream writes to a copy, which replaces the file when it is closed. */
  async write(name: string, bytes: Uint8Array): Promise<FileMark> {
    const wanted = { bytes: bytes.length, crc: crc32(0, bytes) };
    try {
      const stream = await (await this.#folder.getFileHandle(name, { create: true })).createWritable();
      try {
        await stream.write(bytes as Uint8Array<ArrayBuffer>);
      } catch (error) {
        await stream.abort().catch(() => undefined); // the file keeps what it was
        throw error;
      }
      await stream.close();
      const is = await this.mark(name);
      if (is?.bytes !== wanted.bytes || is.crc !== wanted.crc)
        throw new Error("what was read back differs from what was written");
      return wanted;
    } catch (error) {
      throw writeFailure(`${this.where}/${name}`, error);
    }
  }

  async mark(name: string): Promise<FileMark | undefined> {
    if (!(await this.exists(name))) return undefined;
    const bytes = await this.read(name);
    return { bytes: bytes.length, crc: crc32(0, bytes) };
  }

  async remove(name: string): Promise<void> {
    if (await this.exists(name)) await this.#folder.removeEntry(name);
  }

  async list(): Promise<string[]> {
    const names: string[] = [];
    for await (const name of (this.#folder as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
    return names.sort();
  }

  async exists(name: string): Promise<boolean> {
    return (await this.list()).includes(name);
  }

  /** Among all tabs of the page's origin; a closed tab holds nothing. */
  async lock(name = RUN_LOCK): Promise<() => Promise<void>> {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const taken = await new Promise<boolean>((resolve, reject) => {
      const options = { ifAvailable: true };
      const request = navigator.locks.request(`hillock:${this.where}/${name}`, options, async (lock) => {
        resolve(lock !== null);
        if (lock !== null) await held;
      });
      request.catch(reject);
    });
    if (!taken)
      throw isLocked(this.where, "another run, perhaps in another tab", "Wait for it, or choose another folder");
    return async () => release();
  }

  readonly hdf5 = (): Promise<Hdf5Folder> => virtualHdf5(this);
}
