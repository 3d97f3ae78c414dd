import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DataError } from "../../src/errors.ts";
import { openFolder } from "../../src/node.ts";
import { writeNwb } from "../../src/storage/write-nwb.ts";
import { encode } from "../../src/storage/files.ts";
import { MemoryFiles } from "../../src/storage/memory-files.ts";
import { contents, record } from "./recorded.ts";
import { fuzzed } from "./runs.ts";

const folders: string[] = [];
const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "hillock-"));
  folders.push(folder);
  return folder;
};
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

let whole: string;
/** child.ts as one script: it starts in a tenth of the time that its sources take. */
let CHILD: string;
beforeAll(async () => {
  const folder = mkdtempSync(join(import.meta.dirname, "../../node_modules/.child-")); // where it finds packages
  folders.push(folder);
  CHILD = join(folder, "child.mjs");
  await build({
    configFile: false,
    logLevel: "error",
    build: { ssr: join(import.meta.dirname, "child.ts"), outDir: folder, rollupOptions: { output: { entryFileNames: "child.mjs" } } },
  }); // prettier-ignore
  const files = new MemoryFiles();
  await record(files);
  whole = await contents(files);
});

/** Runs until it is killed, so many ms after it has begun. */
function killedAfter(folder: string, after: number): Promise<unknown> {
  const child = spawn(process.execPath, [CHILD, folder, "6", "5"], { stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), after));
  return new Promise((resolve) => child.once("exit", resolve));
} // prettier-ignore

/** @param blocks  of 512 bytes that a file may have */
function limited(folder: string, blocks: number, chunk = 6): { status: number | null; stderr: string } {
  const command = `ulimit -f ${blocks}; exec "$0" "$1" "$2" ${chunk}`;
  const { status, stderr } = spawnSync("sh", ["-c", command, process.execPath, CHILD, folder], { encoding: "utf8" });
  return { status, stderr };
}

describe("a run in another process", () => {
  test("killed at any moment goes on bitwise, past the lock that it left", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 2 }), async (moments) => {
        const folder = temporary();
        for (const after of moments) await killedAfter(folder, after);
        const files = await openFolder(folder);
        await record(files, { resume: true });
        expect(await contents(files)).toBe(whole);
        expect(readdirSync(folder).filter((name) => /partial|lock/.test(name))).toEqual([]);
      }),
      fuzzed(1),
    );
  });

  test("without room fails by name, publishes nothing that is not whole, and goes on bitwise with room", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 10, max: 160 }), async (blocks) => {
        const folder = temporary();
        const files = await openFolder(folder);
        await record(files, { stopAfter: 1 });
        const before = await contents(files);
        const { status, stderr } = limited(folder, blocks, 18);
        if (status !== 0) {
          expect(stderr).toMatch(/^DataError: .*\/(run\.json|checkpoint\.bin|chunk-000001\.h5): could not be written \([Ff]ile too large\)/);
          expect(stderr.split("\n")).toHaveLength(2); // one line, nothing of HDF5's
          expect(await contents(files)).toBe(before);
          expect(readdirSync(folder).filter((name) => /partial|lock/.test(name))).toEqual([]);
        }
        await record(files, { resume: true });
        expect(await contents(files)).toBe(whole);
      }),
      { ...fuzzed(2), examples: [[100]] },
    ); // prettier-ignore
  });

  test("of which one holds the folder: the second refuses", async () => {
    const folder = temporary();
    const child = spawn(process.execPath, [CHILD, folder, "6", "300"], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    while (!readdirSync(folder).includes("run.lock")) await new Promise((resolve) => setTimeout(resolve, 20));
    const files = await openFolder(folder);
    const refused = record(files, { force: true });
    await expect(refused).rejects.toThrow(new RegExp(`is being written by process ${child.pid} on .*run\\.lock`));
    child.kill("SIGKILL");
    await ended;
    await record(files, { resume: true });
    expect(await contents(files)).toBe(whole);
  });
});

describe("a lock", () => {
  const lockOf = (pid: number, started: string, host = hostname()): string => JSON.stringify({ pid, host, started });

  test("of a process that has ended, or whose number another has now, is taken over", async () => {
    const folder = temporary();
    const files = await openFolder(folder);
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    for (const left of [lockOf(pid, "an earlier boot 1"), lockOf(process.pid, "an earlier boot 1")]) {
      writeFileSync(join(folder, "run.lock"), left);
      await (
        await files.lock()
      )();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  test("what a process left that was killed while it took one goes away with the next", async () => {
    const folder = temporary();
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    writeFileSync(join(folder, "run.lock.left"), lockOf(pid, "an earlier boot 1"));
    writeFileSync(join(folder, "run.lock.under-way"), lockOf(1, "", "another-machine"));
    const release = await (await openFolder(folder)).lock();
    expect(readdirSync(folder).sort()).toEqual(["run.lock", "run.lock.under-way"]);
    await release();
  });

  test("that is no file is respected, and not waited for", async () => {
    const folder = temporary();
    const path = join(folder, "run.lock");
    const files = await openFolder(folder);
    const refused = async (): Promise<void> => {
      await expect(files.lock()).rejects.toThrow(/is being written by an unknown process.*remove .*run\.lock/);
      rmSync(path, { recursive: true });
    };
    mkdirSync(path);
    await refused();
    symlinkSync(join(folder, "nowhere"), path);
    await refused();
    execFileSync("mkfifo", [path]);
    await refused();
    await (
      await files.lock()
    )();
  });

  test("of another machine, of this process, or that cannot be read is respected", async () => {
    const folder = temporary();
    const files = await openFolder(folder);
    for (const held of [lockOf(1, "", "another-machine"), "no json"]) {
      writeFileSync(join(folder, "run.lock"), held);
      await expect(files.lock()).rejects.toThrow(/is being written by .*If it has ended, remove .*run\.lock/);
      rmSync(join(folder, "run.lock"));
    }
    const release = await files.lock();
    await expect((await openFolder(folder)).lock()).rejects.toThrow(DataError);
    await (
      await files.lock("other.lock")
    )();
    await release();
    await (
      await files.lock()
    )();
  });
});

describe("a folder", () => {
  test("removed while a run writes into it ends the run by name", async () => {
    const folder = temporary();
    const onHook = (t: number): void => {
      if (t === 8) rmSync(folder, { recursive: true });
    };
    const refused = record(await openFolder(folder), { onHook });
    await expect(refused).rejects.toMatchObject({
      name: "DataError",
      where: join(folder, "chunk-000001.h5"),
      problem: expect.stringMatching(/could not be written \(.*no such file or directory\)/i) as string,
    });
  });

  test("may be a link; links within it are replaced, never written through", async () => {
    const [real, links] = [temporary(), temporary()];
    const precious = join(links, "precious");
    writeFileSync(precious, "precious");
    symlinkSync(real, join(links, "run"));
    for (const name of [
      "run.json.partial",
      "chunk-000000.h5.partial",
      "checkpoint.bin.partial",
      "write-test.partial",
    ]) {
      symlinkSync(precious, join(real, name));
    }
    const files = await openFolder(join(links, "run"));
    await record(files);
    expect(await contents(files)).toBe(whole);
    expect(readdirSync(links).sort()).toEqual(["precious", "run"]);
    expect((await (await openFolder(links)).read("precious")).length).toBe("precious".length);
  });

  test("with a pipe where a chunk should be is refused by name, and not waited for", async () => {
    const folder = temporary();
    const files = await openFolder(folder);
    await record(files);
    rmSync(join(folder, "chunk-000001.h5"));
    execFileSync("mkfifo", [join(folder, "chunk-000001.h5")]);
    for (const refused of [contents(files), record(files, { resume: true })])
      await expect(refused).rejects.toMatchObject({ name: "DataError", where: join(folder, "chunk-000001.h5"), problem: expect.stringMatching(/no regular file/) as string }); // prettier-ignore
  });

  test("without a name is none", async () => {
    await expect(openFolder("")).rejects.toThrow('folder "": has no name. Give one, or . for the one that you are in');
  });

  test("with a folder where a file should be is refused by name", async () => {
    const folder = temporary();
    mkdirSync(join(folder, "run.json"));
    const files = await openFolder(folder);
    await expect(record(files, { force: true })).rejects.toThrow(DataError);
    await expect(contents(files)).rejects.toThrow(/run\.json: cannot be read/);
  });

  test.each([
    ["null", /is not that of a hillock run/],
    ["[]", /is not that of a hillock run/],
    ["{", /does not parse/],
    ["", /does not parse/],
    ['{"format":"hillock run","version":1}', /has version 1, and this hillock reads version 2/],
    ['{"format":"hillock run","version":2}', /checksum/],
  ])("with %s as run.json is refused", async (text, problem) => {
    const files = new MemoryFiles();
    await files.write("run.json", encode(text));
    await expect(contents(files)).rejects.toMatchObject({ name: "DataError", where: "memory/run.json", problem: expect.stringMatching(problem) as string }); // prettier-ignore
  });
});

describe("an export", () => {
  test("without room leaves the old file and no part of the new one", async () => {
    const folder = temporary();
    const script = `
      import { openFolder } from ${JSON.stringify(join(import.meta.dirname, "../../src/node.ts"))};
      import { writeNwb, writeText } from ${JSON.stringify(join(import.meta.dirname, "../../src/index.ts"))};
      const files = await openFolder(process.argv[2]);
      const spikes = { times: Float64Array.from({ length: 20000 }, (_, i) => i), cells: new Uint32Array(20000), n: 1, from: 0, to: 20000 };
      const options = { identifier: "x", description: "y", sessionStart: "2020-01-01T00:00:00+00:00", populations: [{ name: "a", spikes }] };
      for (const write of [() => writeNwb(files, "old.nwb", options), () => writeText(files, "old.csv", "x".repeat(100000))])
        await write().catch((error) => process.stdout.write(error.name + ": " + error.message + "\\n"));`;
    writeFileSync(join(folder, "script.mts"), script);
    const files = await openFolder(folder);
    await writeNwb(files, "old.nwb", { identifier: "old", description: "old", sessionStart: "2020-01-01T00:00:00+00:00", populations: [] }); // prettier-ignore
    await files.write("old.csv", encode("old"));
    const before = [await files.mark("old.nwb"), await files.mark("old.csv")];
    const command = `ulimit -f 100; exec "$0" --import tsx "$1" "$2"`;
    const { stdout } = spawnSync("sh", ["-c", command, process.execPath, join(folder, "script.mts"), folder], { encoding: "utf8" });
    expect(stdout.trim().split("\n")).toEqual([
      expect.stringMatching(/^DataError: .*old\.nwb: could not be written \(File too large\)/),
      expect.stringMatching(/^DataError: .*old\.csv: could not be written \(file too large\)/),
    ]);
    expect([await files.mark("old.nwb"), await files.mark("old.csv")]).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(["old.csv", "old.nwb", "script.mts"]);
  }); // prettier-ignore
});
