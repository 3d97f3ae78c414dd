import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { importCommand } from "../../../src/cli/import.ts";
import { fromModule } from "../../../src/cli/module.ts";
import { readText } from "../../../src/cli/read-text.ts";
import { DataError } from "../../../src/errors.ts";
import { openFolder } from "../../../src/node.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "read-"));
  for (const name of ["pipe.json", "pipe.mod", "pipe.h5"]) execFileSync("mkfifo", [join(dir, name)]);
  mkdirSync(join(dir, "folder.mod"));
  writeFileSync(join(dir, "some.json"), '{"a": 1}');
  const nodes = (file: string) => ({ networks: { nodes: [{ nodes_file: file, node_types_file: null }] }, run: { tstop: 1, dt: 0.1 } }); // prettier-ignore
  writeFileSync(join(dir, "sonata.json"), JSON.stringify(nodes("pipe.h5")));
});
afterAll(() => rmSync(dir, { recursive: true }));

const at = (name: string): string => join(dir, name);

test("what is no regular file is refused at once, wherever a file is read", async () => {
  await expect(importCommand(at("pipe.mod"), {})).rejects.toThrow(/pipe\.mod: is no regular file, but a pipe or a device/);
  await expect(importCommand(at("folder.mod"), {})).rejects.toThrow(/folder\.mod: is a folder/);
  await expect(fromModule(at("pipe.json"), { set: [] } as never)).rejects.toThrow(/pipe\.json: is no regular file/);
  await expect(fromModule(at("sonata.json"), { set: [] } as never)).rejects.toThrow(/pipe\.h5: is no regular file/);
  await expect((await openFolder(dir)).read("pipe.json")).rejects.toThrow(DataError);
  expect(() => readText("/dev/zero")).toThrow(/no regular file/);
}); // prettier-ignore

test("a text is read as it is, up to a length", () => {
  expect(readText(at("some.json"))).toBe('{"a": 1}');
  expect(readText(at("some.json"), 8)).toBe('{"a": 1}');
  expect(() => readText(at("some.json"), 7)).toThrow(/has 8 bytes. Give a file of at most 7/);
  expect(() => readText(at("none.json"))).toThrow(/cannot be read .*Check the path/);
});

test("a byte order mark is none of a text, and a file in another encoding is refused by its name, for every kind of file", async () => {
  const network = JSON.stringify({ seed: 3, populations: [] });
  const mod = "NEURON { SUFFIX leak2 NONSPECIFIC_CURRENT i }\nASSIGNED { v (mV) i (mA/cm2) }\nBREAKPOINT { i = 0.001*v }\n"; // prettier-ignore
  const how = { set: [], duration: "1" } as never;
  const takers = [
    [network, "marked.json", async () => (await fromModule(at("marked.json"), how)).network.seed, 3],
    [mod, "marked.mod", () => importCommand(at("marked.mod"), { out: at("marked.out.json") }), 0],
    ["1 2\n3 4\n", "marked.csv", async () => readText(at("marked.csv")), "1 2\n3 4\n"],
  ] as const;
  for (const [text, name, take, wanted] of takers) {
    writeFileSync(at(name), `\ufeff${text}`);
    expect(await take()).toBe(wanted);
    writeFileSync(at(name), Buffer.from(`\ufeff${text}`, "utf16le"));
    const refused = { name: "DataError", where: at(name), problem: "is in UTF-16, not in UTF-8" };
    await expect((async () => take())()).rejects.toMatchObject(refused);
  }
});

test("import says what a morphology is for, and which files it takes", async () => {
  await expect(importCommand("cell.swc", {})).rejects.toThrow(/is a morphology.*Use swcCell/);
  await expect(importCommand("cell.ASC", {})).rejects.toThrow(/is a morphology.*Use ascCell/);
  await expect(importCommand("cell.hoc", {})).rejects.toThrow(
    /is not of a kind that can be translated. Give a \.mod file/,
  );
});

test("a fixed parameter decides what of a file is translated, and what is no parameter's number is refused", async () => {
  writeFileSync(
    at("stoch.mod"),
    `NEURON { SUFFIX stoch NONSPECIFIC_CURRENT i RANGE g }
     PARAMETER { g = 0.001 (S/cm2) deterministic = 0 }
     ASSIGNED { v (mV) i (mA/cm2) }
     BREAKPOINT { if (deterministic == 0) { i = scop_random() * v } else { i = g * v } }`,
  );
  const out = at("stoch.json");
  const draws = (): boolean => /draw_uniform/.test(readFileSync(out, "utf8"));
  expect(await importCommand(at("stoch.mod"), { out })).toBe(0);
  expect(draws()).toBe(true);
  expect(await importCommand(at("stoch.mod"), { out, fixed: ["deterministic=1"] })).toBe(0);
  expect(draws()).toBe(false);
  expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({
    name: "stoch",
    params: { g: { default: { value: 0.001 } } },
  });
  await expect(importCommand(at("stoch.mod"), { out, fixed: ["determinstic=1"] })).rejects.toThrow(
    /Did you mean.*deterministic/,
  );
  await expect(importCommand(at("stoch.mod"), { out, fixed: ["deterministic"] })).rejects.toThrow(
    /--fixed: is "deterministic"/,
  );
});

test("times that a script would play into a cell come with the command, as a list or a file", async () => {
  const cell = `NEURON { ARTIFICIAL_CELL vecs }
PARAMETER { index = 0 }
ASSIGNED { etime (ms) }
INITIAL { index = 0 element() if (index > 0) { net_send(etime - t, 1) } }
NET_RECEIVE (w) { if (flag == 1) { net_event(t) element() if (index > 0) { net_send(etime - t, 1) } } }
PROCEDURE element() {
VERBATIM
  { int i = (int)index; int size = vector_capacity(vv); double* px = vector_vec(vv); if (i < size) { etime = px[i]; index += 1.; } else { index = -1.; } }
ENDVERBATIM
}`; // prettier-ignore
  writeFileSync(at("vecs.mod"), cell);
  writeFileSync(at("times.txt"), "# ms\n10\n20.5\n");
  const out = at("vecs.json");
  for (const times of ["10, 20.5", at("times.txt")]) {
    expect(await importCommand(at("vecs.mod"), { out, times })).toBe(0);
    expect(JSON.parse(readFileSync(out, "utf8"))).toEqual([10, 20.5]);
  }
  await expect(importCommand(at("vecs.mod"), { out })).rejects.toThrow(/hillock import --times 10,20/);
  await expect(importCommand(at("vecs.mod"), { out, times: "20,10" })).rejects.toThrow(/is given times\[1\] = 10/);
  await expect(importCommand(at("vecs.mod"), { out, times: "1e9999" })).rejects.toThrow(/--times: has "1e9999"/);
  await expect(importCommand(at("vecs.mod"), { out, times: " " })).rejects.toThrow(/--times: gives no time/);
  await expect(importCommand(at("stoch.mod"), { out, times: "1", fixed: ["deterministic=1"] })).rejects.toThrow(
    /--times: is given for a file that is no ARTIFICIAL_CELL/,
  );
});
