import type { File } from "h5wasm";
import { DataError, HillockError } from "../errors.ts";
import { reasonOf } from "../clipped.ts";
import { writeFailure, type FileMark, type Files, type Hdf5Folder } from "./files.ts";

/** An HDF5 file under its temporary name. Every failure of HDF5 and of the system beneath it ends the file. */
export class Hdf5Writer {
  readonly #folder: Hdf5Folder;
  readonly #name: string;
  readonly #where: string;
  readonly #path: string;
  readonly #file: File;
  #open = true;

  constructor(files: Files, folder: Hdf5Folder, name: string) {
    this.#folder = folder;
    this.#name = name;
    this.#where = `${files.where}/${name}`;
    try {
      this.#path = folder.create(name);
      this.#file = new folder.h5.File(this.#path, "w");
    } catch (error) {
      throw writeFailure(this.#where, error);
    }
  }

  /** @throws DataError when anything in it could not be written */
  write<T>(write: (file: File) => T): T {
    try {
      return write(this.#file);
    } catch (error) {
      throw error instanceof HillockError ? error : writeFailure(this.#where, error);
    }
  }

  /** Closes the file and puts it in place.
   * @param check  of the closed file, before it is in place; what it throws ends the file
   * @returns what was read back */
  async publish(check?: (path: string) => void): Promise<FileMark> {
    this.write((file) => {
      file.flush();
      this.#open = false;
      if (file.close() < 0) throw new Error("HDF5 could not close the file");
    });
    try {
      check?.(this.#path);
    } catch (error) {
      throw writeFailure(this.#where, error instanceof HillockError ? error.problem : error);
    }
    return this.#folder.publish(this.#name);
  }

  /** Leaves nothing of it, whether or not it was published. */
  async discard(): Promise<void> {
    try {
      if (this.#open) this.#file.close();
    } catch {
      // what could not be written is thrown away
    }
    this.#open = false;
    await this.#folder.discard(this.#name);
  }
}

/** Writes a whole HDF5 file and puts it in place at once, checked as `Files.write` does.
 * @throws DataError when it could not be written; the old file stays */
export async function writeHdf5(files: Files, name: string, fill: (file: File) => void): Promise<FileMark> {
  const writer = new Hdf5Writer(files, await files.hdf5(), name);
  try {
    writer.write(fill);
    return await writer.publish();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** Opens an HDF5 file for reading.
 * @throws DataError when it is not there or no HDF5 file */
export function openHdf5(folder: Hdf5Folder, path: string, where = path): File {
  try {
    return new folder.h5.File(path, "r");
  } catch (error) {
    throw unreadable(where, error);
  }
}

export const unreadable = (where: string, error: unknown): DataError =>
  new DataError(
    where,
    `cannot be read (${reasonOf(error)})`,
    "Restore the file from a copy, or compute the run again with --force",
  );
