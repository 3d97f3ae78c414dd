import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, lstat, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { isLocked, writeFailure } from "./files.ts";

/** Who holds a lock. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the system's own count: a later process of the same number differs. "" where unknown. */
  readonly started: string;
}

/** Takes a folder for this process: a file that is there while it is held. One that a process left which has ended
 * (killed, or the machine died) is taken over.
 * @returns what releases it
 * @throws DataError when another holds it */
export async function takeLock(folder: string, name: string): Promise<() => Promise<void>> {
  const path = join(folder, name);
  const own = JSON.stringify(thisProcess());
  for (let attempt = 0; attempt < 20; attempt++) {
    if (await create(path, own)) {
      await removeDrafts(folder, name);
      return () => release(path, own);
    }
    const text = await contentOf(path);
    if (text === undefined) continue; // released meanwhile
    const holder = parse(text);
    if (holder === undefined || isAlive(holder)) {
      const by = holder === undefined ? "an unknown process" : `process ${holder.pid} on ${holder.host}`;
      const remedy = `Wait for it, or choose another folder. If it has ended, remove ${path}`;
      throw isLocked(folder, by, remedy);
    }
    await takeAway(path, text);
  }
  throw isLocked(folder, "other processes that come and go", "Try again");
}

/** A lock's text, undefined when it is gone; "" of what is no file that can be read (a folder, a pipe, a link to nowhere), which is not looked into. */
async function contentOf(path: string): Promise<string | undefined> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) return undefined;
  return there.isFile() ? readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? undefined : "")) : "";
} // prettier-ignore

export const thisProcess = (): Holder => ({ pid: process.pid, host: hostname(), started: startOf(process.pid) ?? "" });

/** Makes the file with its content at once. @returns false when it is there already */
async function create(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, content, { flag: "wx", flush: true });
    await link(draft, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // file systems without hard links
    if (["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK"].includes(code ?? "")) return createHere(path, content);
    throw writeFailure(path, error);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** What processes left that ended while they took the lock. */
async function removeDrafts(folder: string, name: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (!file.startsWith(`${name}.`)) continue;
    const path = join(folder, file);
    const holder = parse((await contentOf(path)) ?? "");
    if (holder !== undefined && !isAlive(holder)) await rm(path, { force: true }).catch(() => undefined);
  }
}

async function createHere(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw writeFailure(path, error);
  }
}

/** Removes a lock whose holder has ended, unless another process was quicker and the lock is a new one. */
async function takeAway(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, "utf8")) !== stale) await link(aside, path).catch(() => undefined);
  } catch {
    return; // another was quicker: the next attempt sees what it did
  } finally {
    await rm(aside, { force: true }).catch(() => undefined);
  }
}

async function release(path: string, own: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => undefined)) === own)
    await rm(path, { force: true }).catch(() => undefined);
}

function parse(text: string): Holder | undefined {
  try {
    const { pid, host, started } = (JSON.parse(text) ?? {}) as Partial<Holder>;
    return typeof pid === "number" && typeof host === "string" ? { pid, host, started: String(started) } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process of this machine that has not ended holds a lock. */
export async function isHeldHere(path: string): Promise<boolean> {
  const holder = parse((await contentOf(path)) ?? "");
  return holder !== undefined && holder.host === hostname() && isAlive(holder);
}

/** A process of another machine cannot be asked: it counts as alive. */
export function isAlive({ pid, host, started }: Holder): boolean {
  if (host !== hostname()) return true;
  const now = startOf(pid);
  if (now !== undefined && started !== "") return now === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // there, of another user
  }
}

/** Linux: boot and clock ticks at which a process started; another text for one that has ended and that its parent has not asked after.
 * Undefined elsewhere, or when there is none. */
function startOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8");
    const after = fields.slice(fields.lastIndexOf(")") + 2).split(" "); // the name may hold anything
    if (after[0] === "Z" || after[0] === "X") return "ended";
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${after[19]}`;
  } catch {
    return undefined;
  }
}
