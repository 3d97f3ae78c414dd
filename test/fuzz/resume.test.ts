import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import koffi from "koffi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DataError } from "../../src/errors.ts";
import { openFolder } from "../../src/node.ts";
import type { Files } from "../../src/storage/files.ts";
import { MemoryFiles } from "../../src/storage/memory-files.ts";
import type { ChunkFormat } from "../../src/storage/sink.ts";
import { Parts, type StudyFacts } from "../../src/studies/parts.ts";
import { jsonChunks } from "../unit/storage/json-chunks.ts";
import { apply, copyOf, folderDamage, same } from "./folders.ts";
import { contents, recorder } from "./recorded.ts";
import { fuzzed, PATIENCE } from "./runs.ts";

let run: Awaited<ReturnType<typeof recorder>>;
const folders: string[] = [];
beforeAll(async () => {
  run = await recorder();
});
afterAll(async () => {
  await run.close();
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
});
const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "hillock-"));
  folders.push(folder);
  return folder;
};

/** What went on with a run may have been stopped after 1, 2 or 3 of its chunks, or be finished. */
async function stopped(format: ChunkFormat | undefined): Promise<{ made: MemoryFiles[]; whole: string; parts: string[] }> {
  const made: MemoryFiles[] = [];
  const parts: string[] = [];
  for (const stopAfter of [1, 2, 3, 4]) {
    const files = new MemoryFiles();
    await run.record(files, { stopAfter, ...(format && { format }) });
    made.push(files);
    parts.push(await contents(files, format));
  }
  return { made, parts, whole: parts.at(-1)! };
} // prettier-ignore

const formats = [["HDF5", undefined, 8], ["JSON", jsonChunks, 100]] as const; // prettier-ignore
const damages = fc.array(folderDamage, { minLength: 1, maxLength: 3 });

describe.each(formats)("a damaged run folder of chunks in %s", (_, format, few) => {
  let kept: Awaited<ReturnType<typeof stopped>>;
  beforeAll(async () => (kept = await stopped(format)));

  test(
    "is refused by --resume, or goes on to the undamaged result; loadRun gives what is there, or refuses it",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(3), damages, async (at, all) => {
          const damaged = await copyOf(kept.made[at]!);
          for (const what of all) await apply(damaged, what, kept.made);
          await same(contents(damaged, format), kept.parts); // a folder of copies alone is another whole one
          const go = async (): Promise<string> => {
            await run.record(damaged, { resume: true, ...(format && { format }) });
            return contents(damaged, format);
          };
          await same(go(), [kept.whole]);
        }),
        fuzzed(few),
      );
    },
    PATIENCE,
  );
});

/** Limits of a file's size in this process: what is beyond fails as on a full disk. Linux and macOS have the same number and layout. */
const LARGEST_FILE = 1;
const libc = koffi.load(process.platform === "darwin" ? "libSystem.B.dylib" : "libc.so.6");
const getrlimit = libc.func("int getrlimit(int, _Out_ uint64_t *)") as (resource: number, limits: bigint[]) => number;
const setrlimit = libc.func("int setrlimit(int, const uint64_t *)") as (resource: number, limits: bigint[]) => number;

/** Does something while no file may be longer. */
async function within<T>(bytes: number, work: () => Promise<T>): Promise<T> {
  const before = new BigUint64Array(2);
  getrlimit(LARGEST_FILE, before as never);
  setrlimit(LARGEST_FILE, new BigUint64Array([BigInt(bytes), before[1]!]) as never);
  try {
    return await work();
  } finally {
    setrlimit(LARGEST_FILE, before as never);
  }
}

const leftovers = (folder: string): string[] => readdirSync(folder).filter((name) => /partial|lock/.test(name));

describe.each([["HDF5", undefined, 2], ["JSON", jsonChunks, 15]] as const)("without room for a file, in %s", (_, format, few) => {
  test(
    "a run fails by name, keeps what it had finished, and goes on bitwise with room",
    async () => {
      const { whole, parts } = await stopped(format);
      const how = format && { format };
      let failed = 0;
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: 14_000 }), fc.nat(2), async (bytes, had) => {
          const folder = temporary();
          const files: Files = await openFolder(folder);
          if (had > 0) await run.record(files, { stopAfter: had, ...how });
          const error = await within(bytes, () => run.record(files, { resume: true, ...how })).catch((thrown: unknown) => thrown);
          expect(leftovers(folder)).toEqual([]);
          if (error !== undefined) {
            failed++;
            expect(error).toMatchObject({ name: "DataError", problem: expect.stringMatching(/^could not be written \((file too large|no reason is given)\)/i) as string });
            expect((error as DataError).where.startsWith(folder)).toBe(true);
            const there = (await files.exists("run.json")) ? await contents(files, format) : undefined;
            // nothing, or a run.json of the beginning where a longer one had no room: its chunks are found again by the checkpoint
            if (there === undefined || there.startsWith("[0,")) expect(had).toBe(0);
            else expect(parts).toContain(there);
          }
          await run.record(files, { resume: true, ...how });
          expect(await contents(files, format)).toBe(whole);
          rmSync(folder, { recursive: true });
        }),
        { ...fuzzed(few), examples: [[3523, 0]] },
      );
      expect(failed).toBeGreaterThan(0);
    },
    PATIENCE,
  );
}); // prettier-ignore

const FACTS: StudyFacts = { study: "three", settings: { dt: 0.1, list: [1, 2] }, seed: 1, files: {}, engine: "reference", adapter: "" }; // prettier-ignore
const VALUES = [{ x: -0, y: [NaN, 1] }, Float64Array.of(0.1, Infinity), "three"] as const;

/** A study of three parts. @returns what they gave, and how many were computed */
async function study(files: Files, how: { resume?: boolean; stopAfter?: number; facts?: StudyFacts; force?: boolean; continues?: boolean } = {}): Promise<[unknown[], number]> {
  const { resume = false, stopAfter = VALUES.length, facts = FACTS, force = false, continues = false } = how;
  const parts = await Parts.open(files, facts, { resume, force, continues }, () => undefined);
  let computed = 0;
  const given: unknown[] = [];
  for (const [k, value] of VALUES.slice(0, stopAfter).entries())
    given.push(await parts.keep(`part ${k}`, async () => { computed++; return value; })); // prettier-ignore
  return [given, computed];
} // prettier-ignore

describe("the parts of a study", () => {
  const expectPart = (error: unknown): void => {
    const named = error instanceof DataError && /(study\.json|part-part-\d\.json)$/.test(error.where);
    if (!named && !/holds a study with other/.test((error as Error).message)) throw error;
  };

  test(
    "that are damaged are refused by name, or come as they were",
    async () => {
      const made = [new MemoryFiles(), new MemoryFiles(), new MemoryFiles()];
      for (const [k, files] of made.entries()) await study(files, { stopAfter: k + 1 });
      const foreign = new MemoryFiles();
      await study(foreign, { facts: { ...FACTS, settings: { dt: 0.2 } } });
      await fc.assert(
        fc.asyncProperty(fc.nat(2), damages, async (at, all) => {
          const damaged = await copyOf(made[at]!);
          for (const what of all) await apply(damaged, what, [foreign]);
          try {
            const [given] = await study(damaged, { resume: true });
            expect(given).toEqual(VALUES);
          } catch (error) {
            expectPart(error);
          }
        }),
        fuzzed(300),
      );
    },
    PATIENCE,
  );

  test.each([
    ["another part of this study", "part-part-1.json", false, /is another part of this study, "part 1"/],
    ["a part of another study", "part-part-0.json", true, /is a part of another study/],
  ] as const)("%s in its place is refused", async (_, from, other, problem) => {
    const [files, foreign] = [new MemoryFiles(), new MemoryFiles()];
    await study(files, { stopAfter: 2 });
    await study(foreign, { facts: { ...FACTS, seed: 2 } });
    await files.write("part-part-0.json", await (other ? foreign : files).read(from));
    const refused = study(files, { resume: true });
    await expect(refused).rejects.toMatchObject({ name: "DataError", where: "memory/part-part-0.json", problem: expect.stringMatching(problem) as string });
  }); // prettier-ignore

  test("gone on with by force under other settings stay those of one folder", async () => {
    const files = new MemoryFiles();
    await study(files, { stopAfter: 1 });
    const facts = { ...FACTS, seed: 2 };
    expect(await study(files, { stopAfter: 2, resume: true, force: true, facts })).toEqual([VALUES.slice(0, 2), 1]);
    expect(await study(files, { resume: true, facts })).toEqual([[...VALUES], 1]);
  });

  test("stay its own when a step of it is taken alone, and are another's when that step had other settings", async () => {
    const files = new MemoryFiles();
    await study(files, { stopAfter: 1 });
    const facts = { ...FACTS, seed: 2 };
    await study(files, { stopAfter: 0, resume: true, force: true, facts });
    await study(files, { stopAfter: 0, continues: true, facts });
    expect(await study(files, { resume: true, facts })).toEqual([[...VALUES], 2]);
    const other = { ...FACTS, seed: 3 };
    await study(files, { stopAfter: 0, continues: true, facts: other });
    await expect(study(files, { resume: true, facts: other })).rejects.toThrow(/is a part of another study/);
  });

  test("without study.json are nobody's: --resume begins anew, as it says", async () => {
    const files = new MemoryFiles();
    await study(files, { facts: { ...FACTS, seed: 2 } });
    await files.remove("study.json");
    expect(await study(files, { resume: true })).toEqual([[...VALUES], 3]);
  });

  test(
    "without room for a file fail by name, keep what was finished and go on",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(260), async (bytes) => {
          const folder = temporary();
          const files = await openFolder(folder);
          const error = await within(bytes, () => study(files)).catch((thrown: unknown) => thrown);
          expect(leftovers(folder)).toEqual([]);
          if (!Array.isArray(error)) expectPart(error);
          const there = readdirSync(folder).filter((name) => name.startsWith("part-")).length;
          expect(await study(files, { resume: true })).toEqual([[...VALUES], VALUES.length - there]);
          rmSync(folder, { recursive: true });
        }),
        fuzzed(30),
      );
    },
    PATIENCE,
  );
});
