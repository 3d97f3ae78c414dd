import * as library from "../../src/mechanisms/index.ts";
import type { Mechanism } from "../../src/mechanisms/mechanism.ts";
import * as neurons from "../../src/mechanisms/neurons/index.ts";
import type { NeuronType } from "../../src/mechanisms/neuron.ts";
import { mS_per_cm2, mV, type Quantity, S_per_cm2 } from "../../src/units.ts";
import { cellText, mechanismText, neuronText, roomOf } from "./text.ts";

/** Cells to begin with, printed from hillock's own mechanisms. */

type Given = Readonly<Record<string, Quantity>>;

const soma = (size: string, rest: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  sections: { soma: { L: size, diam: size, Ra: "35.4 ohm cm", cm: "1 uF/cm2" } },
  V0: "-65 mV",
  detector: { section: "soma", threshold: "0 mV" },
  ...rest,
});

const channels = (...of: readonly (readonly [Mechanism, string?, Given?])[]): string[] =>
  of.map(([m, as, given]) => mechanismText(m, given, as));

const SQUID_LEAK = { g: S_per_cm2(3e-4), E: mV(-54.3) };

const CELLS: readonly (readonly [string, string, () => string])[] = [
  ["squid", "Squid axon (Hodgkin and Huxley)", () =>
    cellText("One compartment with the currents of the squid axon.", soma("20 um", { celsius: "6.3 degC", reversals: { na: "50 mV", k: "-77 mV" } }), {
      channels: channels([library.na_hh, "na"], [library.k_hh, "k"], [library.pas, "leak", SQUID_LEAK]),
    })],
  ["interneuron", "Fast-spiking interneuron (Wang and Buzsaki)", () =>
    cellText("One compartment of a hippocampal interneuron.", soma("17.8 um", { celsius: "37 degC" }), {
      channels: channels([library.wang_buzsaki]),
    })],
  ["adapting", "Adapting cell with calcium", () =>
    cellText("Sodium, potassium and leak with a calcium current, its pool, and the potassium currents that slow firing down.", soma("30 um", { celsius: "37 degC", reversals: { na: "50 mV", k: "-77 mV" } }), {
      channels: channels([library.hh2, "hh2", { gnabar: S_per_cm2(0.16), gkbar: S_per_cm2(0.01), gl: mS_per_cm2(0.04), el: mV(-65) }], [library.ca, "ca", { gbar: S_per_cm2(0.006) }], [library.kca, "kca", { gbar: S_per_cm2(2e-8) }], [library.km, "km"]),
      pools: channels([library.cad]),
    })],
]; // prettier-ignore

const POINTS: readonly (readonly [string, string, NeuronType])[] = [
  ["adex", "Adaptive exponential (point neuron)", neurons.adex],
  ["izhikevich", "Izhikevich (point neuron)", neurons.izhikevich],
  ["iaf_cond_exp", "Leaky integrate and fire (point neuron)", neurons.iaf_cond_exp],
];

/** What to choose from: its name in links, and what readers see. */
export const PRESETS: readonly (readonly [string, string])[] = [...CELLS, ...POINTS].map(([name, title]) => [
  name,
  title,
]);

/** Full scale of the current that suits each, nA (or the unit of the neuron's input). */
const SCALES: ReadonlyMap<string, number> = new Map([["squid", 0.3], ["interneuron", 0.1], ["adapting", 1], ["adex", 3], ["izhikevich", 30], ["iaf_cond_exp", 1]]); // prettier-ignore
export const presetScale = (name: string): number => SCALES.get(name) ?? 1;

export function presetText(name: string): string {
  const cell = CELLS.find(([known]) => known === name);
  if (cell !== undefined) return cell[2]();
  return neuronText((POINTS.find(([known]) => known === name) ?? POINTS[0])?.[2].mechanism ?? neurons.adex.mechanism);
}

const MECHANISMS = new Map(
  Object.values(library).flatMap((m): [string, Mechanism][] => (typeof m === "object" && "kind" in m ? [[m.name, m]] : [])), // prettier-ignore
);

/** Library mechanisms by name, with the part of a text that each belongs to. */
export const insertable: readonly (readonly [name: string, room: string])[] = [...MECHANISMS.values()].map((m) => [m.name, roomOf(m)]); // prettier-ignore

/** The lines of a library mechanism, and the part of a text that they belong to. */
export function insertionText(name: string): { room: string; lines: string } | undefined {
  const m = MECHANISMS.get(name);
  return m === undefined ? undefined : { room: roomOf(m), lines: mechanismText(m) };
}
