import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Lines that Dawn and the Vulkan loader print and that nobody can act on: about every adapter a limit that hillock does not use
 * (dynamic offsets) and a folder for windows that it does not open; and that there is no driver, which hillock says itself, with
 * what it takes instead. */
const NOISE = [
  /^Warning: maxDynamic(?:Uniform|Storage)BuffersPerPipelineLayout artificially reduced from \d+ to \d+ to fit dynamic offset allocation limit\.$/,
  /^error: XDG_RUNTIME_DIR (?:is invalid or )?not set in the environment\.$/,
  /^Warning: vkCreateInstance: Found no drivers!$/,
  /^Warning: vkCreateInstance failed with VK_ERROR_INCOMPATIBLE_DRIVER$/,
  /^ {4}at CheckVkSuccessImpl \(.*\)$/,
];

/** What is left of native output without its noise. */
export const withoutNoise = (text: string): string =>
  text
    .split(/(?<=\n)/)
    .filter((line) => !NOISE.some((noise) => noise.test(line.trimEnd())))
    .join("");

/** Makes a native call whose noise is not seen. */
export type Quiet = <T>(call: () => T) => T;

interface Descriptors {
  readonly dup: (fd: number) => number;
  readonly dup2: (from: number, to: number) => number;
}

/** The C library's calls, which Node itself does not offer; undefined on Windows (Direct3D has no such lines), or where the
 * optional package `koffi` is not installed: then the lines are seen. */
async function descriptors(): Promise<Descriptors | undefined> {
  if (process.platform === "win32") return undefined;
  try {
    const { default: koffi } = await import("koffi");
    const libc = koffi.load(null);
    return {
      dup: libc.func("int dup(int)") as unknown as Descriptors["dup"],
      dup2: libc.func("int dup2(int, int)") as unknown as Descriptors["dup2"],
    };
  } catch {
    return undefined;
  }
}

/** Makes a wrapper for native calls that print: what such a call writes to stderr while it runs is printed after it, without
 * the known noise. A file takes it, not a pipe, which a long message would fill and block. */
export async function quietly(): Promise<Quiet> {
  const calls = await descriptors();
  if (calls === undefined) return (call) => call();
  return (call) => {
    let folder: string;
    try {
      folder = mkdtempSync(join(tmpdir(), "hillock-"));
    } catch {
      return call(); // nowhere to write: everything is seen
    }
    const path = join(folder, "stderr");
    const file = openSync(path, "w");
    const stderr = calls.dup(2);
    try {
      if (stderr >= 0) calls.dup2(file, 2);
      return call();
    } finally {
      if (stderr >= 0) {
        calls.dup2(stderr, 2);
        closeSync(stderr);
      }
      closeSync(file);
      const rest = withoutNoise(readFileSync(path, "utf8"));
      rmSync(folder, { recursive: true, force: true });
      if (rest.trim() !== "") writeSync(2, rest);
    }
  };
}
