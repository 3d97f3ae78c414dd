import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { packCheckpoint, unpackCheckpoint } from "../../src/storage/checkpoint.ts";
import { decode, encode } from "../../src/storage/files.ts";
import { MemoryFiles } from "../../src/storage/memory-files.ts";
import { packRunFile } from "../../src/storage/run-file.ts";
import { apply, at, copyOf, folderDamage, same } from "./folders.ts";
import { contents, record } from "./recorded.ts";
import { fuzzed } from "./runs.ts";

let finished: MemoryFiles;
let interrupted: MemoryFiles;
let foreign: MemoryFiles[];
let whole: string;
let part: string;

beforeAll(async () => {
  [finished, interrupted] = [new MemoryFiles(), new MemoryFiles()];
  foreign = [new MemoryFiles(), new MemoryFiles(), new MemoryFiles()];
  await record(finished);
  await record(interrupted, { stopAfter: 2 });
  await record(foreign[0]!, { seed: 6 }); // another network
  await record(foreign[1]!, { scale: 1.25 }); // the same network, hooks that do something else
  await record(foreign[2]!, { chunkMs: 9 }); // the same run, cut elsewhere
  [whole, part] = [await contents(finished), await contents(interrupted)];
});

describe("a damaged run folder", () => {
  test("is refused by loadRun, or gives the undamaged result", async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), folderDamage, async (whether, what) => {
        const damaged = await copyOf(whether ? finished : interrupted);
        await apply(damaged, what, foreign);
        await same(contents(damaged), [whether ? whole : part]);
      }),
      fuzzed(60),
    );
  });

  test("is refused by --resume, or goes on to the undamaged result", async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), folderDamage, async (whether, what) => {
        const damaged = await copyOf(whether ? finished : interrupted);
        await apply(damaged, what, foreign);
        const go = async (): Promise<string> => {
          await record(damaged, { resume: true });
          return contents(damaged);
        };
        await same(go(), [whole]);
      }),
      fuzzed(6), // with hooks and every kind of source; many of a small run are in resume.test.ts
    );
  });

  test("any flipped byte of the checkpoint or of run.json is refused", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("checkpoint.bin", "run.json"), at, fc.integer({ min: 1, max: 255 }), async (name, where, mask) => {
        const damaged = await copyOf(interrupted);
        const bytes = (await damaged.read(name)).slice();
        bytes[Math.floor(where * bytes.length)]! ^= mask;
        await damaged.write(name, bytes);
        const refused = name === "run.json" ? contents(damaged) : record(damaged, { resume: true });
        await expect(refused).rejects.toMatchObject({ name: "DataError", where: `memory/${name}` });
      }),
      fuzzed(30),
    ); // prettier-ignore
  });

  test.each([
    ["a swapped chunk", "chunk-000001.h5", (f: MemoryFiles) => f.read("chunk-000000.h5"), /is another chunk of this run, chunk-000000/],
    ["a chunk of another network", "chunk-000001.h5", () => foreign[0]!.read("chunk-000001.h5"), /is a chunk of another run/],
    ["a chunk of the same network under other hooks", "chunk-000001.h5", () => foreign[1]!.read("chunk-000001.h5"), /is damaged/],
    ["a chunk that was cut", "chunk-000001.h5", async (f: MemoryFiles) => (await f.read("chunk-000001.h5")).subarray(0, 5000), /has 5000 bytes, and \d+ were written/],
    ["no chunk", "chunk-000000.h5", undefined, /is missing/],
  ] as const)("%s is refused by name and with what to do", async (_, name, bytes, problem) => {
    const damaged = await copyOf(interrupted);
    if (bytes === undefined) await damaged.remove(name);
    else await damaged.write(name, await bytes(damaged));
    for (const refused of [contents(damaged), record(damaged, { resume: true })]) {
      await expect(refused).rejects.toMatchObject({
        name: "DataError",
        where: `memory/${name}`,
        problem: expect.stringMatching(problem) as string,
        remedy: expect.stringMatching(/copy.*--force/) as string,
      });
    }
    expect(await damaged.list()).toContain("checkpoint.bin"); // nothing was removed
  }); // prettier-ignore

  test.each(["[]", "null", "1", '"x"', "{}", '{"format":"hillock run"}', '{"format":"hillock run","version":1}'])(
    "a run.json that is %s is refused beside a good checkpoint, and stays",
    async (text) => {
      const damaged = await copyOf(interrupted);
      await damaged.write("run.json", encode(text));
      for (const refused of [contents(damaged), record(damaged, { resume: true })])
        await expect(refused).rejects.toMatchObject({ name: "DataError", where: "memory/run.json" });
      expect(decode(await damaged.read("run.json"))).toBe(text);
    },
  );

  test("a run.json that was cut is written anew by --resume, which says so", async () => {
    const damaged = await copyOf(interrupted);
    await damaged.write("run.json", (await damaged.read("run.json")).subarray(0, 300));
    const notes: string[] = [];
    await record(damaged, { resume: true, onNote: (note) => notes.push(note) });
    expect(notes.join("\n")).toMatch(/memory\/run\.json does not parse: .*: written anew from the checkpoint/);
    expect(await contents(damaged)).toBe(whole);
  });

  test("files whose checksums are right and whose fields are not are refused", async () => {
    const json = JSON.parse(decode(await interrupted.read("run.json"))) as Record<string, unknown>;
    delete json["crc"];
    const { header, state } = unpackCheckpoint("here", await interrupted.read("checkpoint.bin"));
    const values = [undefined, null, -1, 0.5, "x", [], {}, [null], [{}], [{ file: "../run.json", from: 0, to: 1, bytes: 1, crc: 1 }]]; // prettier-ignore
    const fields = ["dt", "hash", "engine", "adapter", "chunks", "resumed"];
    const right = (field: string, value: unknown): boolean =>
      field === "dt"
        ? Number.isFinite(value)
        : typeof value === "string" || (Array.isArray(value) && value.length === 0);
    for (const value of values) {
      for (const field of [...fields, "entries", "populations", "traces", "doneSteps"]) {
        if (right(field, value)) continue;
        const damaged = await copyOf(interrupted);
        await damaged.write("run.json", packRunFile({ ...json, [field]: value } as never));
        await expect(contents(damaged)).rejects.toMatchObject({ name: "DataError", where: "memory/run.json" });
      }
      for (const field of [...fields, "step", "inForce"]) {
        if (right(field, value)) continue;
        const damaged = await copyOf(interrupted);
        await damaged.write("checkpoint.bin", packCheckpoint({ ...header, [field]: value } as never, state));
        await expect(record(damaged, { resume: true })).rejects.toMatchObject({ name: "DataError", where: "memory/checkpoint.bin" }); // prettier-ignore
      }
    }
    const damaged = await copyOf(interrupted);
    const [first] = Object.keys(state);
    await damaged.write("checkpoint.bin", packCheckpoint(header, { ...state, [`${first}x`]: new Uint32Array(1) }));
    await expect(record(damaged, { resume: true })).rejects.toThrow(
      "memory/checkpoint.bin: has states that do not fit",
    );
  });

  test("reading a run in memory leaves one chunk in HDF5's own file system, not all", async () => {
    const { FS } = (await (
      await import("h5wasm")
    ).default.ready) as unknown as { FS: { readdir(path: string): string[] } };
    const list = (path: string): string[] => FS.readdir(path).filter((name) => !name.startsWith("."));
    const kept = (): number =>
      list("/")
        .filter((name) => name.startsWith("hillock-"))
        .flatMap((name) => list(`/${name}`)).length;
    const copy = await copyOf(finished);
    const before = kept();
    expect((await finished.list()).filter((name) => name.endsWith(".h5")).length).toBeGreaterThan(2);
    await contents(copy);
    expect(kept()).toBe(before + 1);
  });
});
