import { type Quantity, type Unit, UNITS } from "../../src/units.ts";

/** Other names of units: the canonical one and the factor to it. */
const OTHERS: ReadonlyMap<string, readonly [Unit, number]> = new Map([
  ["V", ["mV", 1e3]], ["uV", ["mV", 1e-3]],
  ["s", ["ms", 1e3]], ["us", ["ms", 1e-3]],
  ["uA", ["nA", 1e3]], ["pA", ["nA", 1e-3]],
  ["nS", ["uS", 1e-3]], ["pS", ["uS", 1e-6]], ["mS", ["uS", 1e3]],
  ["uF", ["nF", 1e3]], ["pF", ["nF", 1e-3]],
  ["GOhm", ["MOhm", 1e3]], ["kOhm", ["MOhm", 1e-3]],
  ["mS/cm2", ["S/cm2", 1e-3]], ["uS/cm2", ["S/cm2", 1e-6]], ["pS/um2", ["S/cm2", 1e-4]],
  ["uA/cm2", ["mA/cm2", 1e-3]], ["A/cm2", ["mA/cm2", 1e3]],
  ["mm", ["um", 1e3]], ["Ohm cm", ["ohm cm", 1]],
  ["uM", ["mM", 1e-3]], ["nM", ["mM", 1e-6]],
  ["kHz", ["Hz", 1e3]], ["1/s", ["1/ms", 1e-3]], ["V/s", ["mV/ms", 1]],
]); // prettier-ignore

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/;

/** "120 mS/cm2" as a canonical quantity; a number alone has the unit "1". Undefined for what is none. */
export function quantityOf(text: string): Quantity | undefined {
  const number = NUMBER.exec(text.trim())?.[0];
  if (number === undefined) return undefined;
  const name = text.trim().slice(number.length).trim().replace(/\s+/g, " ").replaceAll("µ", "u");
  if (name === "") return { value: Number(number), unit: "1" };
  if ((UNITS as readonly string[]).includes(name)) return { value: Number(number), unit: name as Unit };
  const [unit, factor] = OTHERS.get(name) ?? [];
  return unit === undefined || factor === undefined ? undefined : { value: tidy(Number(number) * factor), unit };
}

/** Takes off what a change of unit adds behind the digits that were given: 120 mS/cm2 is 0.12 S/cm2. */
const tidy = (x: number): number => Number(x.toPrecision(15));

/** "0.12 S/cm2". */
export const quantityText = ({ value, unit }: Quantity): string => (unit === "1" ? String(value) : `${value} ${unit}`);

export const unitNames: readonly string[] = [...UNITS, ...OTHERS.keys()];
