// Every reader of a text file: what is no text is refused by the file's name, and how a program ends its lines makes no difference.
import { describe, expect, test } from "vitest";
import { asc, nmodl, swc } from "../../../src/import/index.ts";
import { readDipole, readHnn, readSpikeFile } from "../../../src/models/cortical-column/index.ts";
import { motorNeuronConfig, parseThresholds } from "../../../src/models/motor-pool/index.ts";
import { parseTargets } from "../../../src/studies/training/parameters.ts";
import { json as sonataJson } from "../../../src/import/sonata/config.ts";
import { listedPoints } from "../../../src/sweep/axes.ts";
import { parsedNetwork } from "../../../src/sweep/subject.ts";

const LEAK = "NEURON {\n SUFFIX leak2\n NONSPECIFIC_CURRENT i\n}\nPARAMETER { g = 0.001 (S/cm2) }\nASSIGNED { v (mV) i (mA/cm2) }\nBREAKPOINT {\n i = g*(v + 70)\n}\n"; // prettier-ignore
const READERS: readonly (readonly [string, (text: string) => unknown, string])[] = [
  ["swc", (text) => swc(text, "file"), "1 1 0 0 0 5 -1\n2 3 0 10 0 1 1\n3 3 0 20 0 1 2\n"],
  ["asc", (text) => asc(text, "file"), '("CellBody"\n (CellBody)\n (0 0 0 1)\n (5 0 0 1)\n (5 5 0 1)\n (0 5 0 1)\n)\n'],
  ["nmodl", (text) => nmodl(text, { file: "file" }).mechanism, LEAK],
  ["dipole", (text) => readDipole(text, "file"), "0 1 2 3\n0.5 1.5 2.5 3.5\n"],
  ["spikes", (text) => readSpikeFile(text, "file"), "1.5\t3\tL2_basket\n2.5\t4\tL2_basket\n"],
  ["HNN", (text) => readHnn(text, "file"), "tstop: 170.0\ndt: 0.025\nN_trials: 1\n"],
  ["thresholds", (text) => parseThresholds(text, "file"), "rt\n0.1\n0.2\n"],
  ["targets", (text) => parseTargets("file", text, 2, 2), "1,2\n3,4\n"],
  ["points of a sweep", (text) => listedPoints("file", text), "g,eta\n5,2\n6,2\n"],
]; // prettier-ignore

/** Texts that are no lists of lines, or may be left out. */
const OTHERS: typeof READERS = [
  ["a network's JSON", (text) => parsedNetwork("file", text), '{\n "seed": 1,\n "populations": []\n}'],
  ["HNN's JSON", (text) => readHnn(text, "file"), '{ "connectivity": [], "cell_types": {}, "external_drives": {}, "N_pyr_x": 2, "N_pyr_y": 2 }'],
  ["YAML", (text) => motorNeuronConfig("NERLab", text, "file"), "soma:\n  diam: [70, 80, 14]\n"],
  ["SONATA's config", (text) => sonataJson({ text: () => text } as never, "file").keys(), '{\n "run": {},\n "networks": {}\n}'],
  ["an included file", (text) => nmodl('INCLUDE "file"', { file: "outer", include: () => text }).mechanism, LEAK],
]; // prettier-ignore

describe.each(READERS)("%s", (_, read, text) => {
  test.each(["\r\n", "\r"])("reads lines that end with %j, behind a byte order mark", (end) => {
    expect(read(`\ufeff${text.replaceAll("\n", end)}`)).toEqual(read(text));
  });

  test.each([undefined, null, 3, new Uint8Array(4), Symbol("text")])("refuses what is no text: %s", (what) => {
    expect(() => read(what as never)).toThrow(expect.objectContaining({ name: "DataError", where: "file" }) as Error);
  });
});

describe.each([...READERS, ...OTHERS])("the encoding of %s", (_, read, text) => {
  test("may have a mark", () => {
    expect(read(`\ufeff${text}`)).toEqual(read(text));
  });

  test.each([
    ["UTF-16", "\ufeff", (code: number) => [code & 255, code >> 8]],
    ["UTF-16", "\ufeff", (code: number) => [code >> 8, code & 255]],
    ["UTF-16", "\ufeff\u03bcm \u4e2d", (code: number) => [code & 255, code >> 8]],
    ["UTF-16LE", "", (code: number) => [code & 255, code >> 8]],
    ["UTF-16BE", "", (code: number) => [code >> 8, code & 255]],
    ["UTF-32", "\ufeff", (code: number) => [code & 255, code >> 8, 0, 0]],
    ["UTF-32LE", "", (code: number) => [code & 255, code >> 8, 0, 0]],
    ["UTF-32BE", "", (code: number) => [0, 0, code >> 8, code & 255]],
  ])("says that a file is in %s, behind the mark %j", (encoding, mark, bytes) => {
    const units = Array.from(`${mark}${text}`, (c) => c.charCodeAt(0));
    const decoded = Buffer.from(units.flatMap(bytes)).toString("utf8"); // as a program reads it that takes it for UTF-8
    expect(() => read(decoded)).toThrow(
      `file: is in ${encoding}, not in UTF-8. Save it in UTF-8, for example with iconv -f ${encoding} -t UTF-8`,
    );
  });

  test("refuses a text that holds NUL", () => {
    expect(() => read(`${text}\0`)).toThrow(`file: holds the character NUL (its number ${text.length + 1})`);
    expect(() => read(`${text[0]}\0${text.slice(1)}`)).toThrow("file: holds the character NUL (its number 2)");
  });
});
