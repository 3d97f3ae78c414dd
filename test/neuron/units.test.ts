import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { nmodl } from "../../src/import/index.ts";

// What NEURON gives and a file declares otherwise, and words that are no units: the line of our first warning is modlunit's.
const folder = mkdtempSync(join(tmpdir(), "hillock-units-"));
afterAll(() => rmSync(folder, { recursive: true }));

const UNITS = "UNITS { (mV) = (millivolt) (mA) = (milliamp) (mM) = (milli/liter) (S) = (siemens) (um) = (micron) }";
const channel = (declared: string, uses = "", units = UNITS): string => `
: a leak
NEURON { SUFFIX lk RANGE g NONSPECIFIC_CURRENT i }
${units}
PARAMETER { g = 1e-3 (mho/cm2) }
ASSIGNED {
  ${declared} i (milliamp/cm2)
}
BREAKPOINT {
  ${uses}
  i = g*(v - 1 (millivolt))
}
`;
const receptor = (declared: string, test: string): string => `
NEURON { POINT_PROCESS rc RANGE g NONSPECIFIC_CURRENT i }
UNITS { (mV) = (millivolt) (nA) = (nanoamp) (uS) = (microsiemens) }
PARAMETER { apart = 3 (ms) }
ASSIGNED { v (mV) g (uS) ${declared} }
BREAKPOINT { i = g*v }
NET_RECEIVE(w (uS), last (ms)) {
  if (${test}) { g = g + w }
  last = t
}
`;

const FILES: Readonly<Record<string, readonly [string, number | undefined]>> = {
  fits: [channel("v (mV)"), undefined],
  "celsius without a unit": [channel("v (mV) celsius"), 3],
  "celsius undeclared": [channel("v (mV)", "if (celsius > 10 (degC)) { }"), 3],
  "celsius in kelvin, which measures the same": [channel("v (mV) celsius (K)"), undefined],
  "dt without a unit": [channel("v (mV) dt"), 3],
  "v in volts": [channel("v (volt)"), 3],
  "diam in metres": [channel("v (mV) diam (m)"), 3],
  "area in um2": [channel("v (mV) area (um2)"), undefined],
  "a word that is none": [channel("v (mV) x (uV)"), 7],
  "a short prefix": [channel("v (mV) x (kHz)"), 7],
  "a long prefix": [channel("v (mV) x (kilohertz) y (microns) z (mS)"), 7],
  "long prefixes and words of the library": [channel("v (mV) x (kilohertz) y (microns) z (millisiemens) q (cm/ms) p (gm/ml)"), undefined],
  "S undefined": [channel("v (millivolt) x (S/cm2)", "", "UNITS { (mA) = (milliamp) }"), 7],
  "a prefix before a word of the file": [channel("v (millivolt) x (micromolar)", "", "UNITS { (molar) = (1/liter) }"), undefined],
  "a definition by an unknown word": [channel("v (millivolt)", "", "UNITS { (mV) = (mvolt) }"), 4],
  "a number's unit": [channel("v (mV)", "if (v > 1 (uV)) { }"), 10],
  "a current of a point process": [receptor("i (microamp)", "t > apart"), 2],
  "times apart": [receptor("i (nA)", "t - last > apart"), undefined],
  "times apart, without a unit": [receptor("i (nA) far", "t - last > far"), 8],
}; // prettier-ignore

test.each(Object.entries(FILES))("%s", (name, [text, line]) => {
  const path = join(folder, `${name.replaceAll(/\W/g, "_")}.mod`);
  writeFileSync(path, text);
  const env = { ...process.env, MODLUNIT: "/usr/share/nrn/lib/nrnunits.lib" };
  const { stdout, stderr } = spawnSync("modlunit", [path], { env, encoding: "utf8", cwd: folder });
  expect(stdout + stderr).toContain("Checking units");
  const said = / at line (\d+) in file/.exec(stdout + stderr)?.[1];
  expect(said).toBe(line === undefined ? undefined : String(line));
  const { warnings } = nmodl(text, { file: "f" });
  expect(warnings[0]?.split(":")[1]).toBe(said);
});
