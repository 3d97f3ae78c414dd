import fc from "fast-check";
import { expect } from "vitest";
import { MemoryFiles } from "../../src/storage/memory-files.ts";
import { expectNamed } from "./recorded.ts";

/** Damages that a folder meets: bad sectors, cut copies, files mixed up or brought from elsewhere. */
export type FolderDamage =
  | { readonly kind: "flip"; readonly file: number; readonly at: number; readonly mask: number }
  | { readonly kind: "cut"; readonly file: number; readonly at: number }
  | { readonly kind: "extend"; readonly file: number; readonly at: number }
  | { readonly kind: "swap"; readonly file: number; readonly other: number }
  | { readonly kind: "copy"; readonly file: number; readonly other: number }
  | { readonly kind: "delete"; readonly file: number }
  | { readonly kind: "foreign"; readonly file: number; readonly from: number };

const file = fc.nat({ max: 9 });
export const at = fc.double({ min: 0, max: 0.999999, noNaN: true });
export const folderDamage: fc.Arbitrary<FolderDamage> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("flip" as const), file, at, mask: fc.integer({ min: 1, max: 255 }) }) },
  fc.record({ kind: fc.constant("cut" as const), file, at }),
  fc.record({ kind: fc.constant("extend" as const), file, at }),
  fc.record({ kind: fc.constant("swap" as const), file, other: file }),
  fc.record({ kind: fc.constant("copy" as const), file, other: file }),
  fc.record({ kind: fc.constant("delete" as const), file }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("foreign" as const), file, from: fc.nat({ max: 2 }) }) },
); // prettier-ignore

export async function copyOf(files: MemoryFiles): Promise<MemoryFiles> {
  const copy = new MemoryFiles();
  for (const name of await files.list()) await copy.write(name, await files.read(name));
  return copy;
}

/** @param foreign  folders of other runs */
export async function apply(damaged: MemoryFiles, what: FolderDamage, foreign: readonly MemoryFiles[]): Promise<void> {
  const names = await damaged.list();
  if (names.length === 0) return;
  const nameAt = (k: number): string => names[k % names.length]!;
  const name = nameAt(what.file);
  if (what.kind === "delete") await damaged.remove(name);
  else await damaged.write(name, await damagedBytes(damaged, { name, nameAt, foreign }, what));
}

async function damagedBytes(
  damaged: MemoryFiles,
  { name, nameAt, foreign }: { name: string; nameAt: (k: number) => string; foreign: readonly MemoryFiles[] },
  what: Exclude<FolderDamage, { kind: "delete" }>,
): Promise<Uint8Array> {
  const bytes = (await damaged.read(name)).slice();
  switch (what.kind) {
    case "flip":
      bytes[Math.floor(what.at * bytes.length)]! ^= what.mask;
      return bytes;
    case "cut":
      return bytes.subarray(0, Math.floor(what.at * bytes.length));
    case "extend": {
      const longer = new Uint8Array(bytes.length + 1 + Math.floor(what.at * 1000));
      longer.set(bytes);
      return longer;
    }
    case "foreign": {
      const source = foreign[what.from % foreign.length]!;
      return source.read(
        (await source.exists(name)) ? name : (await source.list()).find((one) => one.startsWith("chunk"))!,
      );
    }
    case "swap":
    case "copy": {
      const other = (await damaged.read(nameAt(what.other))).slice();
      if (what.kind === "swap") await damaged.write(nameAt(what.other), bytes);
      return other;
    }
  }
}

/** The undamaged result, or an error that names a file. */
export async function same(result: Promise<string>, wanted: readonly string[]): Promise<void> {
  let got: string;
  try {
    got = await result;
  } catch (error) {
    return expectNamed(error);
  }
  expect(wanted.includes(got)).toBe(true);
}
