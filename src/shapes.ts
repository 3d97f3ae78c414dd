import { tried } from "./clipped.ts";
import { DataError, didYouMean, ModelError } from "./errors.ts";
import { own } from "./own.ts";
import { canonicalValues, isQuantity, type Quantity, type Unit, UNITS } from "./units.ts";

/** Checks of plain data from outside (JSON, untyped callers): each throws a ModelError whose place is the path within the data.
 * What numbers mean is checked by those who use them; here it is types, fields and that numbers are finite. */
export type Check = (where: string, x: unknown) => void;
type Fields = Readonly<Record<string, Check>>;
export type Plain = Readonly<Record<string, unknown>>;

/** A value as it is shown in an error: at most 60 characters of it. */
export function shown(x: unknown): string {
  if (typeof x === "string") return JSON.stringify(short(x));
  if (typeof x === "function") return "a function";
  return tried(() => {
    if (Array.isArray(x)) return `a list of ${x.length}`;
    if (typeof x === "object" && x !== null) return `an object with ${short(Object.keys(x).join(", ")) || "no fields"}`;
    return short(String(x));
  }, "an object that cannot be read");
}
const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text);

export function refuse(where: string, x: unknown, wanted: string): never {
  throw new ModelError(where, x === undefined ? "is missing" : `is ${shown(x)}`, `Give ${wanted}`);
}

/** Whether a value is an object with fields: no list, no null, no class of the language's own. */
export const isPlain = (x: unknown): x is Plain =>
  typeof x === "object" && x !== null && !Array.isArray(x) && !ArrayBuffer.isView(x);

/** A quantity of any unit. @throws ModelError when it is none */
export const anyQuantity = <U extends Unit>(where: string, q: Quantity<U>): Quantity<U> =>
  isQuantity(q) ? q : refuse(where, q, "a quantity, for example Hz(1)");

/** As `canonicalValues`, none outside of [min, max]. */
export function canonicalWithin<U extends Unit>(
  where: string,
  q: unknown,
  { unit, min = -Infinity, max = Infinity }: { readonly unit: U; readonly min?: number; readonly max?: number },
  n: number,
): number | Float64Array {
  const values = canonicalValues(where, q, unit, n);
  refuseOutside(where, values, unit, min, max);
  return values;
}

/** @throws ModelError for a value outside [min, max] */
export function refuseOutside(
  where: string,
  values: number | Float64Array,
  unit: string,
  min = -Infinity,
  max = Infinity,
): void {
  const outside = (x: number): boolean => !(x >= min && x <= max);
  const bad = typeof values === "number" ? (outside(values) ? values : undefined) : values.find(outside);
  if (bad !== undefined) throw new ModelError(where, `is ${bad} ${unit}`, `Give a value from ${min} to ${max} ${unit}`);
}

/** The text of a file, without a byte order mark.
 * @throws DataError when it is none: it was read as bytes, is not there, or is not in UTF-8 */
export function textOf(file: string, text: string): string {
  if (typeof text === "string") {
    const foreign = foreignEncoding(text);
    if (foreign !== undefined) throw new DataError(file, `is in ${foreign}, not in UTF-8`, `Save it in UTF-8, for example with iconv -f ${foreign} -t UTF-8`); // prettier-ignore
    const nul = text.indexOf("\0");
    if (nul >= 0) throw new DataError(file, `holds the character NUL (its number ${nul + 1}): it is no text, or damaged`, "Give a text in UTF-8"); // prettier-ignore
    return text.startsWith("\ufeff") ? text.slice(1) : text;
  }
  throw new DataError(
    file,
    text === undefined ? "is missing" : `is ${shown(text)}, not a text`,
    "Give the file's text",
  );
}

/** The encoding that a text was in before it was read as UTF-8: its mark became two characters that stand for none, or, without a mark, its
 * first letters have NUL at every other place. */
function foreignEncoding(text: string): string | undefined {
  const start = text.slice(0, 8);
  if (/^\0\0\ufffd\ufffd|^\ufffd\ufffd\0\0/.test(start)) return "UTF-32";
  if (start.startsWith("\ufffd\ufffd")) return "UTF-16";
  if (/^(\0\0\0[^\0])+$/.test(start)) return "UTF-32BE";
  if (/^([^\0]\0\0\0)+$/.test(start)) return "UTF-32LE";
  if (/^(\0[^\0])+$/.test(start)) return "UTF-16BE";
  return /^([^\0]\0)+$/.test(start) ? "UTF-16LE" : undefined;
}

/** Lines of a file's text, whatever ends them. @throws DataError when it is no text */
export const linesOf = (file: string, text: string): string[] => textOf(file, text).split(/\r\n|\n|\r/);

/** The options of a call. @throws ModelError when there are none */
export const optionsOf = <T extends object>(where: string, options: T): T =>
  typeof options === "object" && options !== null
    ? options
    : refuse(where, options, "its options as an object: { ... }");

/** An object with these fields and no others. A field that is undefined counts as left out. */
export const object =
  (required: Fields, optional: Fields = {}): Check =>
  (where, x) => {
    if (!isPlain(x)) refuse(where, x, `an object with ${Object.keys(required).join(", ") || "fields"}`);
    const known = [...Object.keys(required), ...Object.keys(optional)];
    for (const key of Object.keys(x)) {
      if (!known.includes(key) && x[key] !== undefined)
        throw new ModelError(
          where,
          `has a field ${shown(key)}, which nothing reads`,
          didYouMean(key.slice(0, 60), known),
        );
    }
    for (const [key, check] of Object.entries(required)) check(`${where}.${key}`, own(x, key));
    for (const [key, check] of Object.entries(optional)) {
      const value = own(x, key);
      if (value !== undefined) check(`${where}.${key}`, value);
    }
  };

export const list =
  (of: Check, { least = 0, most = Infinity }: { least?: number; most?: number } = {}): Check =>
  (where, x) => {
    if (!Array.isArray(x)) refuse(where, x, "a list");
    if (x.length < least || x.length > most) refuse(where, x, least > 0 ? `a list of ${least} or more` : `a list of at most ${most}`); // prettier-ignore
    for (let i = 0; i < x.length; i++) of(`${where}[${i}]`, x[i]);
  };

/** An object from names to values of one kind. */
export const record =
  (of: Check, name: Check = () => {}): Check =>
  (where, x) => {
    if (!isPlain(x)) refuse(where, x, "an object");
    for (const key of Object.keys(x)) {
      name(where, key);
      of(`${where}.${key.slice(0, 60)}`, x[key]);
    }
  };

export const text: Check = (where, x) => void (typeof x === "string" || refuse(where, x, "a text"));
export const number: Check = (where, x) => void (typeof x === "number" || refuse(where, x, "a number"));
export const bool: Check = (where, x) => void (typeof x === "boolean" || refuse(where, x, "true or false"));
export const finite: Check = (where, x) => void (Number.isFinite(x) || refuse(where, x, "a finite number"));

export const whole =
  (least: number, most = 2 ** 32 - 1): Check =>
  (where, x) =>
    void (
      (Number.isInteger(x) && (x as number) >= least && (x as number) <= most) ||
      refuse(where, x, `a whole number from ${least} to ${most}`)
    );

/** A list of finite numbers; quick for long ones. */
export const numbers: Check = (where, x) => {
  if (!Array.isArray(x) && (!ArrayBuffer.isView(x) || x instanceof DataView)) refuse(where, x, "a list of numbers");
  const all = x as ArrayLike<unknown>;
  for (let i = 0; i < all.length; i++)
    if (!Number.isFinite(all[i])) refuse(`${where}[${i}]`, all[i], "a finite number");
};

export const oneOf =
  (...values: readonly (string | number)[]): Check =>
  (where, x) => {
    if (values.includes(x as string)) return;
    const remedy =
      typeof x === "string" ? didYouMean(x.slice(0, 60), values.map(String)) : `Give ${values.join(" or ")}`;
    throw new ModelError(where, x === undefined ? "is missing" : `is ${shown(x)}`, remedy);
  };

export const unit: Check = oneOf(...UNITS);

/** One value with its unit, or one per cell or link. */
export const given: Check = (where, x) =>
  isPlain(x) && "values" in x
    ? object({ values: numbers, unit })(where, x)
    : isPlain(x)
      ? object({ value: finite, unit })(where, x)
      : refuse(where, x, "a quantity, for example mV(-65)");

export const quantity =
  (of?: Unit): Check =>
  (where, x) => {
    if (!isPlain(x)) refuse(where, x, `a quantity${of === undefined ? "" : ` in "${of}"`}`);
    object({ value: finite, unit: of === undefined ? unit : oneOf(of) })(where, x);
  };
