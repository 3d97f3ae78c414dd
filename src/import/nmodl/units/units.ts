import { FARADAY } from "../../../constants.ts";
import { type Unit, UNITS } from "../../../units.ts";

/** Exponents of metre, kilogram, second, coulomb and kelvin, and how many of the SI unit it is. */
export interface Measure {
  readonly factor: number;
  readonly powers: readonly number[];
}

const base = (factor: number, ...powers: number[]): Measure => ({
  factor,
  powers: [0, 1, 2, 3, 4].map((k) => powers[k] ?? 0),
});

/** In the order metre, kilogram, second, coulomb, kelvin. */
const KNOWN: ReadonlyMap<string, Measure> = new Map([
  ...names("meter metre m", base(1, 1)),
  ...names("micron", base(1e-6, 1)),
  ...names("angstrom", base(1e-10, 1)),
  ...names("gram g gm", base(1e-3, 0, 1)),
  ...names("second sec s", base(1, 0, 0, 1)),
  ...names("minute min", base(60, 0, 0, 1)),
  ...names("hour hr", base(3600, 0, 0, 1)),
  ...names("coulomb coul C", base(1, 0, 0, 0, 1)),
  ...names("degC K kelvin degree degK", base(1, 0, 0, 0, 0, 1)),
  ...names("amp ampere A", base(1, 0, 0, -1, 1)),
  ...names("newton N", base(1, 1, 1, -2)),
  ...names("joule J", base(1, 2, 1, -2)),
  ...names("watt W", base(1, 2, 1, -3)),
  ...names("volt V", base(1, 2, 1, -2, -1)),
  ...names("ohm", base(1, 2, 1, -1, -2)),
  ...names("megohm", base(1e6, 2, 1, -1, -2)),
  ...names("mho siemens siemen S", base(1, -2, -1, 1, 2)),
  ...names("farad F", base(1, -2, -1, 2, 2)),
  ...names("hertz Hz", base(1, 0, 0, -1)),
  ...names("liter litre l L", base(1e-3, 3)),
  ...names("mole mol", base(6.02214076e23)),
  ...names("molar M", base(6.02214076e26, -3)),
  ...names("radian rad", base(1)),
  ...names("pi", base(Math.PI)),
  ...names("percent", base(0.01)),
  ...names("e", base(1.602176634e-19, 0, 0, 0, 1)),
  ...names("k", base(1.380649e-23, 2, 1, -2, 0, -1)),
  ...names("faraday", base(FARADAY, 0, 0, 0, 1)),
  ...names("inch", base(0.0254, 1)),
]);

function names(words: string, measure: Measure): [string, Measure][] {
  return words.split(" ").map((word) => [word, measure]);
}

const PREFIXES: readonly [string, number][] = [
  ["milli", 1e-3], ["micro", 1e-6], ["nano", 1e-9], ["pico", 1e-12], ["femto", 1e-15], ["kilo", 1e3], ["mega", 1e6], ["giga", 1e9], ["centi", 1e-2], ["deci", 0.1],
  ["m", 1e-3], ["u", 1e-6], ["n", 1e-9], ["p", 1e-12], ["f", 1e-15], ["k", 1e3], ["c", 1e-2], ["d", 0.1], ["M", 1e6], ["G", 1e9],
]; // prettier-ignore

/** Words that `read` takes and NEURON's library of units has not, unless a file defines them. */
const NOT_IN_LIBRARY = new Set("degK A J W siemen S l L mol molar M".split(" "));
/** Words of the library beside KNOWN: it puts long prefixes before words, but short ones before a few. */
const IN_LIBRARY = new Set("kg mg km cm mm nm ms us ns ml day angstrom tesla weber henry pascal lumen bit candela R".split(" ")); // prettier-ignore

const TOKEN = /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+|[+-]\d+)?)|(?<name>[A-Za-z_%]+)(?:\^?(?<power>\d+))?|(?<mark>[-*/]))\s*/y; // prettier-ignore

/** Units as a file defines them beside those that everybody knows. */
export class UnitTable {
  readonly #own = new Map<string, Measure>();

  /** What `(name) = (means)` says. @returns whether both are understood */
  define(name: string, means: string): boolean {
    const measure = this.read(means);
    if (measure === undefined || !/^[A-Za-z_%]+$/.test(name)) return false;
    this.#own.set(name, measure);
    return true;
  }

  /** A unit such as "mA/cm2", "/ms", "mM-s" or "1+8 um5/ms"; everything behind the stroke divides. */
  read(text: string): Measure | undefined {
    let factor = 1;
    const powers = [0, 0, 0, 0, 0];
    let sign = 1;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const found = TOKEN.exec(text)?.groups;
      if (found === undefined) return undefined;
      if (found["mark"] === "/") sign = -1;
      if (found["number"] !== undefined) factor *= numberOf(found["number"]) ** sign;
      if (found["name"] === undefined) continue;
      const unit = this.#named(found["name"]);
      if (unit === undefined) return undefined;
      const power = sign * Number(found["power"] ?? 1);
      factor *= unit.factor ** power;
      unit.powers.forEach((p, k) => (powers[k] = (powers[k] as number) + p * power));
    }
    return { factor, powers };
  }

  /** The first word of a unit that neither the file defines nor NEURON's library has. */
  misses(text: string): string | undefined {
    return text.match(/[A-Za-z_%]+/g)?.find((word) => !this.#isKnown(word));
  }

  #isKnown(word: string): boolean {
    const plain = (of: string): boolean =>
      this.#own.has(of) || IN_LIBRARY.has(of) || (KNOWN.has(of) && !NOT_IN_LIBRARY.has(of));
    const single = (of: string): boolean => plain(of) || (of.endsWith("s") && plain(of.slice(0, -1)));
    return single(word) || PREFIXES.some(([prefix]) => prefix.length > 1 && word.startsWith(prefix) && (word === prefix || single(word.slice(prefix.length)))); // prettier-ignore
  }

  #named(name: string): Measure | undefined {
    const found = this.#plain(name);
    if (found !== undefined) return found;
    for (const [prefix, scale] of PREFIXES) {
      if (!name.startsWith(prefix)) continue;
      const rest = name === prefix ? { factor: 1, powers: [0, 0, 0, 0, 0] } : this.#plain(name.slice(prefix.length));
      if (rest !== undefined) return { factor: scale * rest.factor, powers: rest.powers };
    }
    return undefined;
  }

  #plain(name: string): Measure | undefined {
    return (
      this.#own.get(name) ??
      KNOWN.get(name) ??
      (name.length > 3 && name.endsWith("s") ? KNOWN.get(name.slice(0, -1)) : undefined)
    );
  }
}

/** 1+8 is 1e8, as NMODL writes it. */
const numberOf = (text: string): number => Number(text.replace(/(\d|\.)([+-]\d+)$/, "$1e$2"));

const OURS: ReadonlyMap<Unit, Measure> = new Map(
  UNITS.map((unit) => [unit, new UnitTable().read(unit === "ohm cm" ? "ohm-cm" : unit === "MOhm" ? "megaohm" : unit) as Measure]), // prettier-ignore
);

/** The unit of hillock's that measures the same, and what a value in the file's unit is multiplied by to be in it. Counts of molecules and
 * moles are told apart by nothing but 6e23. */
export function unitOf(measure: Measure | undefined): { unit: Unit; factor: number } | undefined {
  if (measure === undefined) return undefined;
  for (const unit of UNITS) {
    const ours = OURS.get(unit) as Measure;
    if (unit === "Hz" || !ours.powers.every((p, k) => p === measure.powers[k])) continue;
    if (unit === "1") return { unit, factor: 1 };
    const ratio = measure.factor / ours.factor;
    const factor = unit === "mM" && ratio < 1e-15 ? ratio * 6.02214076e23 : ratio;
    return { unit, factor: tidy(factor) };
  }
  return undefined;
}

/** A power of ten that rounding has blurred, made sharp. */
const tidy = (x: number): number => {
  const ten = Number(`1e${Math.round(Math.log10(x))}`);
  return Math.abs(x / ten - 1) < 1e-12 ? ten : x;
};
