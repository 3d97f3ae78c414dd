import { decimal as written } from "../decimal.ts";
import { z } from "zod";
import { clipped } from "../clipped.ts";
import { DataError, didYouMean } from "../errors.ts";

/** Limits of a number; none where left out. */
interface Limits {
  readonly min?: number;
  readonly max?: number;
  /** Excluded itself. */
  readonly above?: number;
}

const limited = (number: z.ZodNumber, { min, max, above }: Limits): z.ZodNumber => {
  let limited = number;
  if (min !== undefined) limited = limited.min(min);
  if (max !== undefined) limited = limited.max(max);
  if (above !== undefined) limited = limited.gt(above);
  return limited;
};

/** A setting that is a number. @param unit  "" for none */
export const real = (value: number, unit: string, description: string, limits: Limits = {}) =>
  limited(z.number(), limits).default(value).meta({ unit, description });
/** One that may be left out. */
export const optional = (unit: string, description: string, limits: Limits = {}) =>
  limited(z.number(), limits).optional().meta({ unit, description });
/** A whole number, from 0 where no limit is said. */
export const whole = (value: number, description: string, limits: Limits = { min: 0 }) =>
  limited(z.int(), limits).default(value).meta({ unit: "", description });
/** How a run is cut into chunk files. */
export const chunkLength = (value: number, unit: "s" | "ms") =>
  real(value, unit, "length of a chunk file; results do not depend on it", { above: 0 }).meta({ free: true });
export const yesOrNo = (value: boolean, description: string) =>
  z.boolean().default(value).meta({ unit: "", description });
export const oneOf = <const T extends readonly [string, ...string[]]>(names: T, description: string, value: T[number] = names[0]) =>
  z.enum(names).default(value as never).meta({ unit: "", description }); // prettier-ignore
export const list = (values: readonly number[], description: string, number: z.ZodNumber = z.number()) =>
  z.array(number).min(1).default([...values]).meta({ unit: "", description }); // prettier-ignore
/** Settings below a name: `drive.constant`. */
export const group = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).prefault({} as never);

/** What zod's JSON schema says of a setting. */
interface Described {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly default?: unknown;
  readonly description?: string;
  readonly unit?: string;
  readonly free?: boolean;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly items?: Described | false;
  readonly prefixItems?: readonly Described[];
}

/** A setting by its dotted path. */
export interface Setting {
  readonly path: string;
  /** "" for none. */
  readonly unit: string;
  readonly meaning: string;
  /** Undefined where it may be left out. */
  readonly value: unknown;
  /** "a number from 0 to 1": what may be given. */
  readonly wanted: string;
  readonly kind: "number" | "boolean" | "text" | "list";
  /** A whole number. */
  readonly whole: boolean;
  /** Results do not depend on it. */
  readonly free: boolean;
}

/** All settings of a schema by dotted path, in its order. */
export function settingsOf(schema: z.ZodObject): ReadonlyMap<string, Setting> {
  const found = new Map<string, Setting>();
  const walk = (node: Described, prefix: string): void => {
    for (const [name, child] of Object.entries(node.properties ?? {})) {
      const path = `${prefix}${name}`;
      if (child.type === "object") walk(child, `${path}.`);
      else found.set(path, { path, unit: child.unit ?? "", meaning: child.description ?? "", value: child.default, wanted: wanted(child), kind: kindOf(child), whole: child.type === "integer", free: child.free === true }); // prettier-ignore
    }
  };
  walk(z.toJSONSchema(schema, { io: "input" }) as Described, "");
  return found;
}

const kindOf = ({ type = "" }: Described): Setting["kind"] =>
  ({ number: "number", integer: "number", boolean: "boolean", array: "list" } as const)[type] ?? "text"; // prettier-ignore

function wanted({ type, enum: names, minimum, maximum, exclusiveMinimum, items, prefixItems }: Described): string {
  if (names !== undefined) return names.join(", ").replace(/, ([^,]*)$/, " or $1");
  if (type === "boolean") return "true or false";
  if (prefixItems !== undefined) return `${prefixItems.length} numbers separated by commas`;
  if (type === "array") return `one or more, separated by commas, each ${wanted(items || {})}`;
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const what = type === "integer" ? "a whole number" : "a number";
  if (least !== undefined)
    return most === undefined ? `${what} of ${least} or more` : `${what} from ${least} to ${most}`;
  const above = exclusiveMinimum === undefined ? what : `${what} above ${exclusiveMinimum}`;
  return most === undefined ? above : `${above}, at most ${most}`;
}

/** A value as it is written on a command line. */
export const shown = (value: unknown): string =>
  value === undefined ? "" : Array.isArray(value) ? value.join(",") : String(value);

/** A finite number from text, undefined for any other text. */
export function decimal(text: string): number | undefined {
  const value = written(text.trim());
  return Number.isFinite(value) ? value : undefined;
}

/** Defaults, then a preset, then changes in their order: values as text, which the schema decides how to read.
 * @throws DataError naming the path, the value and what is wanted */
export function chosenSettings<S extends z.ZodObject>(
  where: string,
  schema: S,
  changes: readonly (readonly [path: string, text: string])[],
  preset: Readonly<Record<string, unknown>> = {},
): z.output<S> {
  const known = settingsOf(schema);
  const chosen = structuredClone(preset) as Record<string, unknown>;
  for (const [path, text] of changes) {
    const setting = known.get(path);
    if (setting === undefined) {
      const name = clipped(path);
      throw new DataError(`${where} ${name}`, "names no setting", didYouMean(name, known.keys()));
    }
    put(chosen, path.split("."), read(where, setting, text));
  }
  const parsed = schema.safeParse(chosen);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.filter((part) => typeof part === "string").join(".") ?? "";
  const setting = known.get(path);
  if (setting === undefined)
    throw new DataError(`${where} ${path}`, issue?.message ?? "does not fit", "See --settings");
  throw unfit(where, setting, clipped(shown(at(chosen, path.split(".")))));
}

const unfit = (where: string, { path, wanted: want, unit }: Setting, text: string): DataError =>
  new DataError(
    `${where} ${path}`,
    `is ${text === "" ? "empty" : `"${text}"`}`,
    `Give ${want}${unit === "" ? "" : ` (${unit})`}`,
  );

function put(into: Record<string, unknown>, [name = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) into[name] = value;
  else put((into[name] ??= {}) as Record<string, unknown>, rest, value);
}

const at = (from: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], from);

/** Text as the kind of value that a setting has; the schema checks the value itself. An optional one may be "". */
function read(where: string, setting: Setting, text: string): unknown {
  const { kind } = setting;
  if (kind === "text") return text;
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  if (text === "" && setting.value === undefined) return undefined;
  const numbers = kind === "boolean" ? [undefined] : kind === "list" ? text.split(",").map(decimal) : [decimal(text)];
  if (numbers.includes(undefined)) throw unfit(where, setting, clipped(text));
  return kind === "list" ? numbers : numbers[0];
}
