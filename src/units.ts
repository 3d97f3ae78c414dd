import { tried } from "./clipped.ts";
import { ModelError } from "./errors.ts";

/** Canonical units (NEURON's). A quantity's value is always in its unit; constructors with other names scale. */
export const UNITS = [
  "mV", "ms", "nA", "uS", "nF", "MOhm", "S/cm2", "mA/cm2", "uF/cm2", "um", "ohm cm", "mM", "Hz", "degC", "1/ms", "mV/ms", "1/mV", "1",
] as const; // prettier-ignore
export type Unit = (typeof UNITS)[number];

/** A number with its unit; plain data that survives JSON. */
export interface Quantity<U extends Unit = Unit> {
  readonly value: number;
  readonly unit: U;
}

/** One number per cell (or per link) with their unit; plain data that survives JSON. */
export interface Quantities<U extends Unit = Unit> {
  readonly values: readonly number[];
  readonly unit: U;
}

const quantity =
  <U extends Unit>(unit: U, scale = 1) =>
  (x: number): Quantity<U> => ({ value: x * scale, unit });

export const mV = quantity("mV");
export const ms = quantity("ms");
export const seconds = quantity("ms", 1000);
export const nA = quantity("nA");
export const pA = quantity("nA", 1e-3);
export const uS = quantity("uS");
export const nS = quantity("uS", 1e-3);
export const nF = quantity("nF");
export const MOhm = quantity("MOhm");
export const S_per_cm2 = quantity("S/cm2");
export const mS_per_cm2 = quantity("S/cm2", 1e-3);
/** NEURON mechanisms often give densities in pS/um2; 1 pS/um2 = 1e-4 S/cm2. */
export const pS_per_um2 = quantity("S/cm2", 1e-4);
export const mA_per_cm2 = quantity("mA/cm2");
export const uF_per_cm2 = quantity("uF/cm2");
export const um = quantity("um");
export const ohm_cm = quantity("ohm cm");
export const mM = quantity("mM");
export const Hz = quantity("Hz");
export const degC = quantity("degC");
export const per_ms = quantity("1/ms");
export const mV_per_ms = quantity("mV/ms");
export const per_mV = quantity("1/mV");
export const one = quantity("1");

/** One value for all cells, or one per cell. */
export type Given<U extends Unit = Unit> = Quantity<U> | Quantities<U>;

/** One value per cell: `perCell(mV, thresholds)`. */
export const perCell = <U extends Unit>(of: (x: number) => Quantity<U>, values: ArrayLike<number>): Quantities<U> => ({
  values: Array.from(values, (x) => of(x).value),
  unit: of(0).unit,
});

/** The canonical number of a quantity, or a ModelError that names what was given and what was wanted. */
export function canonical<U extends Unit>(where: string, q: unknown, unit: U): number {
  if (isQuantity(q)) {
    if (q.unit !== unit) {
      throw new ModelError(where, `has unit "${q.unit}"`, `Give it in "${unit}"`);
    }
    if (Number.isFinite(q.value)) return q.value;
    throw new ModelError(where, `is ${q.value} ${q.unit}`, "Give a finite number");
  }
  throw new ModelError(
    where,
    `is ${tried(() => describe(q), "an object that cannot be read")}, not a quantity`,
    `Give a quantity in "${unit}", for example ${example(unit)}`,
  );
}

/** The canonical numbers of one quantity or one per cell. A single value comes back as a number.
 * @throws ModelError when the unit differs, the length is not n, or a value is not finite */
export function canonicalValues<U extends Unit>(where: string, q: unknown, unit: U, n: number): number | Float64Array {
  if (!isQuantities(q)) return canonical(where, q, unit);
  if (q.unit !== unit) throw new ModelError(where, `has unit "${q.unit}"`, `Give it in "${unit}"`);
  if (q.values.length !== n) {
    throw new ModelError(where, `has ${q.values.length} values for ${n} cells`, `Give one value, or ${n}`);
  }
  const bad = q.values.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) throw new ModelError(`${where}[${bad}]`, `is ${q.values[bad]}`, "Give finite numbers");
  return Float64Array.from(q.values);
}

export const isQuantity = (q: unknown): q is Quantity =>
  typeof q === "object" && q !== null && "unit" in q && "value" in q && typeof q.value === "number";
export const isQuantities = (q: unknown): q is Quantities =>
  typeof q === "object" && q !== null && "unit" in q && "values" in q && Array.isArray(q.values);

/** What was given, however large it is or whatever it holds: JSON would throw on a loop, and an array's entries are not listed. */
function describe(q: unknown): string {
  if (typeof q !== "object") return `the bare ${typeof q} ${String(q)}`;
  if (q === null) return "null";
  if (ArrayBuffer.isView(q) || Array.isArray(q)) return part(q);
  const fields = Object.entries(q).slice(0, 4);
  return `an object with ${fields.map(([name, x]) => `${name} ${part(x)}`).join(", ") || "no fields"}`;
}

function part(x: unknown): string {
  if (typeof x === "string") return JSON.stringify(x.slice(0, 60));
  if (ArrayBuffer.isView(x)) return `a ${x.constructor.name}`;
  return Array.isArray(x) ? `a list of ${x.length}` : typeof x === "object" && x !== null ? "an object" : String(x);
}

function example(unit: Unit): string {
  const names: Partial<Record<Unit, string>> = {
    "S/cm2": "S_per_cm2",
    "mA/cm2": "mA_per_cm2",
    "uF/cm2": "uF_per_cm2",
    "ohm cm": "ohm_cm",
    "1/ms": "per_ms",
    "mV/ms": "mV_per_ms",
    "1/mV": "per_mV",
    "1": "one",
  };
  return `${names[unit] ?? unit}(1)`;
}
