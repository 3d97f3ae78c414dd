import { existsSync, rmSync } from "node:fs";
import { access, mkdir, open, readdir, readFile, rename, rm, stat, truncate } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as zlib from "node:zlib";
import { DataError } from "../errors.ts";
import { reasonOf } from "../clipped.ts";
import { crc32 } from "./crc32.ts";
import { PARTIAL, RUN_LOCK, writeFailure, type FileMark, type Files, type Hdf5Folder } from "./files.ts";
import { takeLock } from "./node-lock.ts";

/** Bytes read at a time to check a file. */
const PIECE = 1 << 20;

/** The same sum, faster: `zlib.crc32` is there from Node 20.15. */
const crc: typeof crc32 = typeof zlib.crc32 === "function" ? (before, bytes) => zlib.crc32(bytes, before) : crc32;

/** A folder of the file system. */
class NodeFolder implements Files {
  readonly where: string;

  constructor(path: string) {
    this.where = path;
  }

  async prepare(): Promise<void> {
    const probe = join(this.where, `write-test${PARTIAL}`);
    try {
      await makeFolder(this.where);
      await rm(probe, { force: true });
      const file = await open(probe, "wx");
      await file.close();
      await rm(probe);
    } catch (error) {
      throw new DataError(this.where, `cannot be written (${reasonOf(error)})`, "Choose another folder with --out");
    }
  }

  async read(name: string): Promise<Uint8Array> {
    try {
      const path = join(this.where, name);
      await checkRegular(path);
      const bytes = await readFile(path);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength); // a Buffer's slice() would not copy
    } catch (error) {
      throw new DataError(join(this.where, name), `cannot be read (${reasonOf(error)})`, "Check the folder");
    }
  }

  async write(name: string, bytes: Uint8Array): Promise<FileMark> {
    const partial = join(this.where, name + PARTIAL);
    try {
      await rm(partial, { force: true }); // not through a link that someone left there
      const file = await open(partial, "wx");
      try {
        await file.writeFile(bytes);
      } finally {
        await file.close();
      }
    } catch (error) {
      await this.#discard(name);
      throw writeFailure(join(this.where, name), error);
    }
    return this.#publish(name, { bytes: bytes.length, crc: crc(0, bytes) });
  }

  /** @param wanted  what reading back must give */
  async #publish(name: string, wanted?: FileMark): Promise<FileMark> {
    const path = join(this.where, name);
    try {
      await flush(path + PARTIAL);
      const mark = await markOf(path + PARTIAL);
      if (wanted !== undefined && (mark.bytes !== wanted.bytes || mark.crc !== wanted.crc))
        throw new Error("what was read back differs from what was written");
      await rename(path + PARTIAL, path);
      await flush(this.where);
      return mark;
    } catch (error) {
      await this.#discard(name);
      throw writeFailure(path, error);
    }
  }

  async #discard(name: string): Promise<void> {
    const path = join(this.where, name + PARTIAL);
    // an HDF5 file that failed may still be open and hold its room: emptied first
    await truncate(path, 0).catch(() => undefined);
    await rm(path, { force: true }).catch(() => undefined);
  }

  async mark(name: string): Promise<FileMark | undefined> {
    const path = join(this.where, name);
    try {
      return await markOf(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new DataError(path, `cannot be read (${reasonOf(error)})`, "Check the folder");
    }
  }

  async remove(name: string): Promise<void> {
    try {
      await rm(join(this.where, name), { force: true });
    } catch (error) {
      throw new DataError(join(this.where, name), `cannot be removed (${reasonOf(error)})`, "Check the folder");
    }
  }

  async list(): Promise<string[]> {
    try {
      return (await readdir(this.where)).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return []; // a folder that is not there holds nothing
      throw new DataError(this.where, `cannot be read (${reasonOf(error)})`, "Give a folder that can be read");
    }
  }

  async exists(name: string): Promise<boolean> {
    return access(join(this.where, name)).then(() => true, () => false); // prettier-ignore
  }

  lock(name = RUN_LOCK): Promise<() => Promise<void>> {
    return takeLock(this.where, name);
  }

  /** h5wasm's build for Node reads and writes real files, so that memory does not grow with a chunk. */
  readonly hdf5 = async (): Promise<Hdf5Folder> => {
    const { default: h5 } = await import("h5wasm/node");
    (await h5.ready).activate_throwing_error_handler(); // else a failed write is a line on stderr
    const path = (name: string): string => join(this.where, name);
    return {
      h5,
      open: async (name) => path(name),
      lastPublished: path,
      create: (name) => {
        rmSync(path(name + PARTIAL), { force: true });
        return path(name + PARTIAL);
      },
      publish: (name) => this.#publish(name),
      discard: (name) => this.#discard(name),
    };
  };
}

/** A pipe without a writer never ends. */
async function checkRegular(path: string): Promise<void> {
  if (!(await stat(path)).isFile()) throw new Error("it is no regular file");
}

async function markOf(path: string): Promise<FileMark> {
  await checkRegular(path);
  const file = await open(path, "r");
  try {
    const piece = new Uint8Array(PIECE);
    const mark = { bytes: 0, crc: 0 };
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE, mark.bytes);
      if (bytesRead === 0) break;
      mark.crc = crc(mark.crc, piece.subarray(0, bytesRead));
      mark.bytes += bytesRead;
    }
    const { size } = await file.stat();
    if (size !== mark.bytes) throw new Error(`${mark.bytes} of ${size} bytes could be read`);
    return mark;
  } finally {
    await file.close();
  }
}

/** mkdir with parents. Not Node's `recursive`: on Node 20 it never returns for a folder below /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (code !== "ENOENT" || parent === path || existsSync(parent)) throw error;
    await makeFolder(parent);
    await mkdir(path);
  }
}

/** Writes what the system still holds in memory to the disk, of a file or a folder. */
async function flush(path: string): Promise<void> {
  if (process.platform === "win32" && !path.endsWith(PARTIAL)) return; // folders cannot be opened there
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A folder of the file system, for `recordRun`, `loadRun` and exports.
 * @throws DataError for "", which a shell makes of a variable that is not set: it would be the folder that one is in */
export async function openFolder(path: string): Promise<Files> {
  if (path === "") throw new DataError('folder ""', "has no name", "Give one, or . for the one that you are in");
  return new NodeFolder(path);
}
