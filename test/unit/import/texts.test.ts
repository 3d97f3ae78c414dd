// Every reader of a text file: what is no text is refused by the file's name, and how a program ends its lines makes no difference.
import { describe, expect, test } from "vitest";
import { asc, nmodl, swc } from "../../../src/import/index.ts";
import { readDipole, readHnn, readSpikeFile } from "../../../src/models/cortical-column/index.ts";
import { parseThresholds } from "../../../src/models/motor-pool/index.ts";
import { parseTargets } from "../../../src/studies/training/parameters.ts";
import { listedPoints } from "../../../src/sweep/axes.ts";

const READERS: readonly (readonly [string, (text: string) => unknown, string])[] = [
  ["swc", (text) => swc(text, "file"), "1 1 0 0 0 5 -1\n2 3 0 10 0 1 1\n3 3 0 20 0 1 2\n"],
  ["asc", (text) => asc(text, "file"), '("CellBody"\n (CellBody)\n (0 0 0 1)\n (5 0 0 1)\n (5 5 0 1)\n (0 5 0 1)\n)\n'],
  ["nmodl", (text) => nmodl(text, { file: "file" }).mechanism, "NEURON {\n SUFFIX leak2\n NONSPECIFIC_CURRENT i\n}\nPARAMETER { g = 0.001 (S/cm2) }\nASSIGNED { v (mV) i (mA/cm2) }\nBREAKPOINT {\n i = g*(v + 70)\n}\n"],
  ["dipole", (text) => readDipole(text, "file"), "0 1 2 3\n0.5 1.5 2.5 3.5\n"],
  ["spikes", (text) => readSpikeFile(text, "file"), "1.5\t3\tL2_basket\n2.5\t4\tL2_basket\n"],
  ["HNN", (text) => readHnn(text, "file"), "tstop: 170.0\ndt: 0.025\nN_trials: 1\n"],
  ["thresholds", (text) => parseThresholds(text, "file"), "rt\n0.1\n0.2\n"],
  ["targets", (text) => parseTargets("file", text, 2, 2), "1,2\n3,4\n"],
  ["points of a sweep", (text) => listedPoints("file", text), "g,eta\n5,2\n6,2\n"],
]; // prettier-ignore

describe.each(READERS)("%s", (_, read, text) => {
  test.each(["\r\n", "\r"])("reads lines that end with %j, behind a byte order mark", (end) => {
    expect(read(`\ufeff${text.replaceAll("\n", end)}`)).toEqual(read(text));
  });

  test.each([undefined, null, 3, new Uint8Array(4), Symbol("text")])("refuses what is no text: %s", (what) => {
    expect(() => read(what as never)).toThrow(expect.objectContaining({ name: "DataError", where: "file" }) as Error);
  });
});
