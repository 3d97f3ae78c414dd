import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isFault, readText, type Fault, type Read } from "../../../demo/laboratory/document.ts";
import { liveExperiment, rateCurve, type Versions } from "../../../demo/laboratory/experiment.ts";
import { Rig } from "../../../demo/laboratory/bench.ts";
import { measureCurve } from "../../../demo/laboratory/curves.ts";
import { placeText } from "../../../demo/laboratory/place.ts";
import { PRESETS, presetScale, presetText } from "../../../demo/laboratory/presets.ts";
import { quantityOf, quantityText } from "../../../demo/laboratory/quantities.ts";
import { Rows } from "../../../demo/laboratory/rows.ts";
import { packed, readSaved, savedText, unpacked } from "../../../demo/laboratory/saved.ts";
import { REFERENCE, SPECS, VOLTAGE, type LabSettings } from "../../../demo/laboratory/settings.ts";
import type { Subject } from "../../../demo/laboratory/subject.ts";
import { cellText, mechanismText, neuronText, withSections } from "../../../demo/laboratory/text.ts";
import { taken } from "../../../demo/laboratory/taken.ts";
import { nmodl, swcCell } from "../../../src/import/index.ts";
import * as library from "../../../src/mechanisms/index.ts";
import type { Mechanism } from "../../../src/mechanisms/mechanism.ts";
import * as neurons from "../../../src/mechanisms/neurons/index.ts";
import { compile } from "../../../src/compile/compile.ts";
import { isQuantity, ms } from "../../../src/units.ts";

const settings = (own: Partial<LabSettings> = {}): LabSettings =>
  ({ ...Object.fromEntries(Object.entries(SPECS).map(([key, spec]) => [key, spec.value])), engine: REFERENCE, ...own }) as LabSettings; // prettier-ignore

const read = (text: string): Read => {
  const found = readText(text);
  if (isFault(found)) throw new Error(`${found.field}: ${found.problem}`);
  return found;
};
const subject = (text: string): Subject => read(text).subject;
const fault = (text: string): Fault => {
  const found = readText(text);
  if (!isFault(found)) throw new Error("no fault was found");
  return found;
};
const squid = presetText("squid");
const takenAlone = (name: string, file: string, into: string) => taken(new Map([[name, file]]), into);
const changed = (from: string, to: string): string => {
  expect(squid).toContain(from);
  return squid.replace(from, to);
};

describe("quantities", () => {
  test.each([
    ["120 mS/cm2", 0.12, "S/cm2"],
    ["0.12 S/cm2", 0.12, "S/cm2"],
    ["-65mV", -65, "mV"],
    ["2 pS/um2", 2e-4, "S/cm2"],
    ["35.4 ohm cm", 35.4, "ohm cm"],
    ["1e-3", 1e-3, "1"],
    ["3 µm", 3, "um"],
  ] as const)("%s", (text, value, unit) => expect(quantityOf(text)).toEqual({ value, unit }));

  test.each(["fifty", "5 miles", "", "mV", "5 mV mV"])("%j is none", (text) =>
    expect(quantityOf(text)).toBe(undefined),
  );

  test("its text reads back as the same", () => {
    expect(quantityOf(quantityText({ value: 0.1 + 0.2, unit: "mM" }))).toEqual({ value: 0.1 + 0.2, unit: "mM" });
  });
});

/** Without what a text does not say: words about parameters, the name's source. */
const bare = (x: unknown): unknown => {
  if (Array.isArray(x)) return x.map(bare);
  if (typeof x !== "object" || x === null || isQuantity(x)) return x;
  return Object.fromEntries(
    Object.entries(x)
      .filter(([key]) => key !== "doc")
      .map(([key, y]) => [key, bare(y)]),
  );
};

describe("files dropped together", () => {
  const of = (name: string): [string, string] => [name, readFileSync(new URL(`../../fixtures/nmodl/${name}`, import.meta.url), "utf8")]; // prettier-ignore

  test("a mechanism has what it includes from the file beside it, wherever its line says that it lies", () => {
    const [name, text] = of("with_include.mod");
    const files = new Map([
      of("boltzmann.inc"),
      [name, text.replace('"boltzmann.inc"', '"lib/boltzmann.inc"')] as const,
    ]);
    const { text: cell, title } = taken(files, squid);
    expect(subject(cell)).toMatchObject({ cell: { insertions: expect.arrayContaining([expect.objectContaining({ as: "winc" })]) as unknown } }); // prettier-ignore
    expect(title).toBe('"with_include.mod" is in the text as the channel "winc".');
  });

  test("without it the line of its INCLUDE is told; a part alone asks for what includes it", () => {
    expect(() => takenAlone(...of("with_include.mod"), squid)).toThrow(/with_include\.mod:3:1: includes boltzmann\.inc, which is not found\. Put it beside/); // prettier-ignore
    expect(() => takenAlone(...of("boltzmann.inc"), squid)).toThrow(/boltzmann\.inc: holds no mechanism.*INCLUDE/);
  });

  test("two mechanisms enter the text one after the other, and what each says stands together", () => {
    const { text, title } = taken(new Map([of("cat_ghk.mod"), of("na_states.mod")]), squid);
    const { cell } = subject(text) as Extract<Subject, { kind: "cell" }>;
    expect(cell.insertions).toHaveLength(5);
    expect(title).toMatch(/^"cat_ghk\.mod" is in .* "na_states\.mod" is in /);
  });
});

/** What may be refused: gap junctions, which belong to a network, values that a script gives, and a file whose INCLUDE was not dropped. */
const REFUSED_FILES = ["bk_surface.mod", "gap_half.mod", "graded.mod", "graded_g_protein.mod", "graded_pulse.mod", "graded_pyloric.mod", "graded_rise.mod", "k_measured.mod", "with_include.mod"]; // prettier-ignore

describe("NMODL files dropped on a cell", () => {
  const folder = new URL("../../fixtures/nmodl/", import.meta.url);
  const textOf = (name: string): string => readFileSync(new URL(name, folder), "utf8");
  const all = readdirSync(folder).filter((name) => name.endsWith(".mod"));
  const refusal = (name: string): string | undefined => {
    try {
      return void nmodl(textOf(name), { file: name, include: () => undefined });
    } catch (error) {
      return (error as Error).message;
    }
  };
  const refused = all.flatMap((name) => (refusal(name) === undefined ? [] : [name])).sort();
  const files = all.filter((name) => !refused.includes(name));

  test("some files are refused, as the importer refuses them", () => {
    expect(refused).toEqual(REFUSED_FILES);
    for (const name of refused) expect(() => takenAlone(name, textOf(name), squid)).toThrow(refusal(name));
  });

  test.each(files)("%s enters the text as the mechanism that the importer makes", (name) => {
    const { mechanism } = nmodl(textOf(name), { file: name });
    const { text } = takenAlone(name, textOf(name), squid);
    const made = subject(text);
    if (made.kind !== "cell") throw new Error("no cell");
    const { insertions = [], receptors = [] } = made.cell;
    const entered = mechanism.kind === "synapse" ? receptors.find((r) => r.name === mechanism.name)?.synapse : insertions.find((m) => m.as === mechanism.name)?.mechanism; // prettier-ignore
    expect(bare(entered)).toEqual(bare(mechanism));
    expect(text).toContain("# One compartment with the currents of the squid axon."); // comments stay
    expect(insertions.length + receptors.length).toBe(4);
    expect(subject(takenAlone(name, textOf(name), text).text)).toEqual(made); // again: in its place
  });

  test("what the cell does not give is NEURON's default, and said; warnings of units with their place", () => {
    const { text, said, title } = takenAlone("cat_ghk.mod", textOf("cat_ghk.mod"), squid);
    expect(title).toBe('"cat_ghk.mod" is in the text as the channel "catg".');
    const { cell } = subject(text) as Extract<Subject, { kind: "cell" }>;
    expect(cell.concentrations).toEqual({ cai: { value: 5e-5, unit: "mM" }, cao: { value: 2, unit: "mM" } });
    expect(said.join()).toContain("NEURON's defaults: cai = 5e-05 mM, cao = 2 mM");
    expect(cell.reversals).toEqual((subject(squid) as Extract<Subject, { kind: "cell" }>).cell.reversals);
    const mixed = textOf("transient_na.mod").replace("gbar = 0.02 (S/cm2)", "gbar = 0.02 (mV)");
    const { warnings } = nmodl(mixed, { file: "mixed.mod" });
    expect(warnings.length).toBeGreaterThan(0);
    expect(takenAlone("mixed.mod", mixed, squid).said.slice(0, warnings.length)).toEqual(
      warnings.map((w) => `Units: ${w}`),
    );
  });

  test("a file with an error says file, line and column; a faulty text and a point neuron say what to do", () => {
    const bad = textOf("transient_na.mod").replace("BREAKPOINT {", "BREAKPOINT {\n\tVERBATIM x(); ENDVERBATIM");
    const line = bad.split("\n").findIndex((l) => l.includes("VERBATIM")) + 1;
    expect(() => takenAlone("bad.mod", bad, squid)).toThrow(new RegExp(`^bad\\.mod:${line}:2: `));
    const file = textOf("transient_na.mod");
    expect(() => takenAlone("na.mod", file, squid.replace("0.12 S/cm2", "0.12 mV"))).toThrow(/has a fault in line \d+/);
    expect(() => takenAlone("na.mod", file, presetText("adex"))).toThrow(/point neuron.*Begin with a cell/s);
  });
});

describe("what the library's mechanisms say as text", () => {
  const all = Object.values(library).filter((m): m is Mechanism => typeof m === "object" && "kind" in m);

  const cell = { sections: { soma: { L: "20 um", diam: "20 um", Ra: "100 ohm cm", cm: "1 uF/cm2" } }, V0: "-65 mV", detector: { section: "soma", threshold: "0 mV" }, celsius: "37 degC", reversals: { na: "50 mV", k: "-77 mV", ca: "120 mV" }, concentrations: { cao: "2 mM" } }; // prettier-ignore

  test.each(all.map((m) => [m.name, m] as const))("%s is the same after reading", (_, m) => {
    const room = { channel: "channels", pool: "pools", synapse: "receptors" }[m.kind];
    const pool = m.kind === "channel" ? { pools: [mechanismText(library.cad)] } : {};
    const made = subject(cellText("A test", cell, { [room]: [mechanismText(m)], ...pool }));
    if (made.kind !== "cell") throw new Error("no cell");
    const mechanisms = [...(made.cell.insertions ?? []).map((i) => i.mechanism), ...(made.cell.receptors ?? []).map((r) => r.synapse)]; // prettier-ignore
    const back = mechanisms.find((x) => x.name === m.name);
    expect(bare(back)).toEqual(bare(m));
  });

  const types = Object.values(neurons).flatMap((n) =>
    typeof n === "function" && "mechanism" in n ? [n.mechanism] : [],
  );
  test.each(types.map((n) => [n.name, n] as const))("%s is the same after reading", (_, n) => {
    const made = subject(neuronText(n));
    expect(made.kind === "neuron" && bare(made.neuron)).toEqual(bare(n));
  });

  test.each(PRESETS.map(([name]) => [name]))("the preset %s compiles", (name) => {
    const { network } = liveExperiment({ A: subject(presetText(name)) }, settings());
    expect(compile(network.describe(), { dt: ms(0.025) }).populations).toHaveLength(1);
  });
});

test("sections of an SWC take the place of a text's own; the rest of it stays", () => {
  const swc = ["1 1 0 0 0 10 -1", "2 1 20 0 0 10 1", "3 3 20 0 0 1 2", "4 3 220 0 0 1 3"].join("\n");
  const cell = swcCell(swc);
  const text = withSections(squid, cell);
  const made = subject(text);
  if (made.kind !== "cell") throw new Error("no cell");
  expect(made.cell.sections).toEqual(cell.sections.map(({ ...s }) => s));
  expect(made.cell.insertions).toEqual((subject(squid) as Extract<Subject, { kind: "cell" }>).cell.insertions?.map((i) => ({ ...i, sections: cell.sections.map((s) => s.name) }))); // prettier-ignore
  expect(text).toContain("# Delayed-rectifier K+");
});

describe("faults", () => {
  test.each([
    [
      "a unit",
      "(V + 40)",
      "(V + g_max)",
      {
        mechanism: "na",
        field: "states.m.alpha",
        problem: /adds "V" \(mV\) and "g_max" \(S\/cm2\)/,
        remedy: /one unit/,
        at: "V + g_max",
      },
    ],
    [
      "the whole unit",
      "alpha: 0.07 * exp(-(V + 65) / 20)",
      "alpha: g_max",
      { mechanism: "na", field: "states.h.alpha", problem: /is in S\/cm2, not 1\/ms/, remedy: /1\/ms/, at: "g_max" },
    ],
    [
      "a name",
      "g_max * n^4",
      "gmax * n^4",
      {
        mechanism: "k",
        field: "currents.k.g",
        problem: /"gmax" is not defined/,
        remedy: /Did you mean "g_max"/,
        at: "gmax",
      },
    ],
    [
      "a bracket",
      "g_max * m^3 * h",
      "g_max * (m^3 * h",
      { mechanism: "na", field: "currents.na.g", problem: /ends too early/, remedy: /Put a "\)"/, at: "h" },
    ],
    [
      "a field",
      "beta: 4",
      "betta: 4",
      { mechanism: "na", field: "states.m", problem: /field "betta"/, remedy: /Did you mean "beta"/, at: "m" },
    ],
    [
      "a number",
      "50 mV",
      "fifty",
      { field: "cell.reversals.na", problem: /"fifty"/, remedy: /number and one of mV/, at: "fifty" },
    ],
    [
      "a length in mV",
      "L: 20 um",
      "L: 20 mV",
      { field: "cell.sections.soma.L", problem: /unit "mV"/, remedy: /"um"/, at: "20 mV" },
    ],
    [
      "a limit",
      "0.12 S/cm2",
      "-0.12 S/cm2",
      { mechanism: "na", field: "params.g_max", problem: /-0.12/, remedy: /limits/, at: "g_max" },
    ],
    [
      "a switch",
      "{ default: 0.12 S/cm2, min: 0 }",
      "{ default: 0.12 S/cm2, live: yes }",
      {
        mechanism: "na",
        field: "params.g_max.live",
        problem: /neither true nor false/,
        remedy: /true or false/,
        at: "yes",
      },
    ],
    [
      "points that are none",
      "L: 20 um",
      "points: 3",
      { field: "cell.sections.soma.points", problem: /no list/, remedy: /x, y, z/, at: "3" },
    ],
    ["a part", "channels:", "chanels:", { field: "chanels", problem: /no part/, remedy: /channels/, at: "chanels" }],
    [
      "a section",
      "section: soma",
      "section: somma",
      { field: "cell.detector", problem: /no section "somma"/, remedy: /Did you mean "soma"/, at: "detector" },
    ],
  ] as const)("%s is told with its place", (_, from, to, wanted) => {
    const text = changed(from, to);
    const found = fault(text);
    expect(found).toMatchObject({ field: wanted.field, problem: expect.stringMatching(wanted.problem) as string, remedy: expect.stringMatching(wanted.remedy) as string }); // prettier-ignore
    expect(found.mechanism).toBe("mechanism" in wanted ? wanted.mechanism : undefined);
    const lines = text.split("\n");
    const at = lines.slice(0, found.line - 1).reduce((sum, l) => sum + l.length + 1, 0) + found.column - 1;
    expect(at).toBe(found.from);
    expect(text.slice(at).startsWith(wanted.at)).toBe(true);
  });

  test.each([
    ["", "text"],
    ["cell:\n  sections:\n soma: 3", "text"],
    ["- 1\n- 2", "text"],
    ["cell: 3", "cell"],
    ["neuron:\n  states:\n    V: 3", "neuron.states.V"],
    ["neuron:\n  spike: V > 0", "neuron"],
    ["x: *y", "text"],
    [`cell:\n${"  ".repeat(3)}${"[".repeat(3000)}`, "text"],
  ])("%j is refused with a place inside the text", (text, field) => {
    const found = fault(text);
    expect(found.field.startsWith(field)).toBe(true);
    expect(found.line).toBeGreaterThanOrEqual(1);
    expect(found.line).toBeLessThanOrEqual(text.split("\n").length);
  });

  test("a place says what it has to be", () => {
    const there = (part: string): string => placeText(read(squid), squid.indexOf(part));
    expect(there("g_max * m^3")).toBe("channels · na · currents · na · g: a conductance density in S/cm2");
    expect(there("4 * exp")).toBe("channels · na · states · m · beta: a rate in 1/ms");
    expect(there("20 um")).toBe("cell · sections · soma · L: a length in um");
  });
});

/** Samples of A's voltage over so many steps, from pieces of 4 ms. */
async function voltages(rig: Rig, pieces: number): Promise<number[]> {
  const rows = new Rows();
  const all: number[] = [];
  for (let k = 0; k < pieces; k++)
    all.push(...(rows.take(rig.experiment.variables, await rig.run(160)).values[0] ?? []));
  return all.filter((x) => !Number.isNaN(x));
}

describe("a swap", () => {
  const versions: Versions = { A: subject(squid) };

  test("to the same network changes nothing: the voltages are those of a run without it, bit for bit", async () => {
    const whole = await voltages(await Rig.make(versions, settings(), undefined), 20);
    const first = await Rig.make(versions, settings(), undefined);
    const begun = await voltages(first, 10);
    const second = await Rig.make(versions, settings(), undefined);
    expect(await second.goOnFrom(first)).toMatchObject({ kept: 4, of: 4 });
    expect(second.time).toBe(40);
    const ended = await voltages(second, 10);
    expect(ended).toEqual(whole.slice(-ended.length));
    expect(begun).toEqual(whole.slice(0, begun.length));
    expect(Math.max(...whole)).toBeGreaterThan(20); // it spikes
  });

  test("keeps states by name when a mechanism comes first or goes", async () => {
    const more = subject(changed("channels:\n", `channels:\n${mechanismText(library.km, {}, "another")}`));
    const [before, after] = [await Rig.make(versions, settings(), undefined), await Rig.make({ A: more }, settings(), undefined)]; // prettier-ignore
    await voltages(before, 10);
    expect(await after.goOnFrom(before)).toMatchObject({ kept: 4, of: expect.any(Number) as number });
    const [last = NaN] = (await voltages(before, 1)).slice(0, 1);
    const [first = NaN] = (await voltages(after, 1)).slice(0, 1);
    // one step of 0.1 ms apart at most 10 nA ... of the new current: the same voltage but for what the new channel adds in 0.1 ms
    expect(Math.abs(first - last)).toBeLessThan(5);
  });

  test("a new version begins where the other is", async () => {
    const one = await Rig.make(versions, settings({ noise: 50 }), undefined);
    await voltages(one, 5);
    const two = await Rig.make({ A: subject(squid), B: subject(squid) }, settings({ noise: 50 }), undefined);
    await two.goOnFrom(one);
    const { variables } = two.experiment;
    const { values } = new Rows().take(variables, await two.run(400));
    const [a, b] = ["A", "B"].map((v) => values[variables.findIndex((x) => x.version === v && x.name === "V")]);
    expect([...(a ?? [])].slice(1)).toEqual([...(b ?? [])].slice(1)); // equal versions stay equal: one noise for both
    expect(new Set(a).size).toBeGreaterThan(50);
  });
});

describe("curves", () => {
  test("the squid axon is silent below its rheobase and fires faster with more current", async () => {
    const { kind, x, series } = await measureCurve({ A: subject(squid) }, settings(), "nA", undefined);
    const rates = series[0]?.y ?? [];
    expect(kind).toBe("rate");
    expect(rates).toHaveLength(x.length);
    expect(rates[0]).toBe(0);
    // Hodgkin and Huxley's equations fire repetitively from 6.2 uA/cm2 on (0.078 nA here) at 50 Hz and more
    const first = rates.findIndex((hz) => hz > 0);
    expect(x[first]).toBeGreaterThan(0.075);
    expect(x[first]).toBeLessThan(0.11);
    expect(rates[first]).toBeGreaterThan(49);
    for (let k = first + 1; k < rates.length; k++) expect(rates[k]).toBeGreaterThanOrEqual(rates[k - 1] ?? NaN);
  });

  test("each point is what a run of that current alone gives", async () => {
    const s = settings();
    const { network, x } = rateCurve({ A: subject(squid) }, s);
    expect(network.describe().variations[0]?.values).toEqual([...x]);
    const { series } = await measureCurve({ A: subject(squid) }, s, "nA", undefined);
    const alone = await Rig.make({ A: subject(squid) }, { ...s, amplitude: 50 }, undefined);
    const chunk = await alone.run(1300 / 0.025);
    expect(series[0]?.y[10]).toBe(chunk.spikes("A").times.filter((t) => t >= 300).length); // 0.15 nA over 1 s
  });

  test("a passive cell under voltage clamp gives Ohm's law", async () => {
    const passive = changed("  na:\n    params", "  na:\n    sections: [soma]\n    params").replace("0.12 S/cm2", "0 S/cm2").replace("0.036 S/cm2", "0 S/cm2"); // prettier-ignore
    const { x, series } = await measureCurve({ A: subject(passive) }, settings({ mode: VOLTAGE }), "nA", undefined);
    const steady = series.find((s) => s.label === "steady")?.y ?? [];
    const area = Math.PI * 20 * 20 * 1e-8; // cm2
    const g = 3e-4 * area * 1e6; // uS; the 0.01 MOhm of the clamp take g * 0.01 = 4e-5 of it
    x.forEach((v, k) => expect(Math.abs((steady[k] ?? NaN) - g * (v + 54.3))).toBeLessThan(1e-4 * g * 150));
  });
});

describe("files and links", () => {
  const saved = { texts: { A: squid, B: changed("n^4", "n^3") }, settings: settings({ amplitude: -12, scale: 3 }) };

  test("a saved file opens as what was saved", () => expect(readSaved(savedText(saved))).toEqual(saved));
  test("a link opens as what was shared", async () => {
    const hash = await packed(saved);
    expect(hash).toMatch(/^1\.[\w-]+$/);
    expect(hash.length).toBeLessThan(2000);
    expect(await unpacked(hash)).toEqual(saved);
  });

  test.each([
    ["{", /no JSON/],
    ["{}", /format/],
    ['{"format":"hillock laboratory","version":7}', /version 7/],
    ['{"format":"hillock laboratory","version":1}', /text "A"/],
  ])("%j is refused", (text, why) => expect(() => readSaved(text)).toThrow(why));

  test.each(["2.abc", "1.", "1.zzzz", "abc"])("the link #%s is refused", async (hash) =>
    expect(unpacked(hash)).rejects.toThrow(/link is/i),
  );

  test("settings that there are not, or out of range, are left out", () => {
    const text = JSON.stringify({ format: "hillock laboratory", version: 1, texts: { A: "x" }, settings: { amplitude: 1e9, mode: 7, nonsense: 1, hold: -70, __proto__: 3 } }); // prettier-ignore
    expect(readSaved(text).settings).toEqual({ hold: -70 });
  });

  test("every preset's scale is one of the control's", () => {
    for (const [name] of PRESETS) expect(SPECS.scale.options.map(([value]) => value)).toContain(presetScale(name));
  });
});
