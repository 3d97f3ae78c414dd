import { Option } from "commander";
import { clipped } from "../clipped.ts";
import { DataError } from "../errors.ts";
import { decimal, settingsOf, shown, type Setting } from "../studies/schema.ts";
import type { Study } from "../studies/study.ts";

/** What `hillock run` itself takes; a study's own options come from its settings. */
export interface RunOptions {
  readonly duration?: string;
  readonly seed?: string;
  readonly batch?: string;
  readonly engine: string;
  readonly adapter?: string;
  readonly threads?: string;
  readonly out?: string;
  readonly chunk?: string;
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly set: readonly string[];
  readonly settings?: boolean;
  readonly figures: boolean;
  readonly converge?: boolean;
  readonly convergeSeeds?: string;
}

/** A setting or a file as an option: asIntended is --as-intended, N is --N. */
const longName = (path: string): string => path.replace(/([a-z0-9])([A-Z])/g, (_, a: string, b: string) => `${a}-${b.toLowerCase()}`); // prettier-ignore

/** Options for a study's files, and for its settings that have no dot; the others are set by --set alone.
 * @param taken  long names that mean one thing for all studies */
export function studyOptions(study: Study, taken: ReadonlySet<string>): Option[] {
  const settings = [...settingsOf(study.settings).values()].filter(
    ({ path }) => !path.includes(".") && !taken.has(path),
  );
  const files = [...(study.files ?? [])].map(([name, meaning]) => new Option(`--${longName(name)} <file>`, meaning));
  return [...settings.map(optionOf), ...files];
}

function optionOf(setting: Setting): Option {
  const { path, kind, value } = setting;
  const name = longName(path);
  if (kind !== "boolean") return new Option(`--${name} <${kind}>`, described(setting));
  return value === true
    ? new Option(`--no-${name}`, `not: ${setting.meaning}`)
    : new Option(`--${name}`, setting.meaning);
}

function described({ meaning, unit, wanted, value }: Setting): string {
  const facts = [unit, wanted, value === undefined ? "" : `default ${shown(value)}`].filter(Boolean);
  return `${meaning} (${facts.join("; ")})`;
}

/** What the command line changes of a study's settings, in order: options of its own, --duration and --chunk, --set.
 * @param given  the value of an option that the user gave, by setting */
export function changesOf(study: Study, options: RunOptions, given: (path: string) => unknown): [string, string][] {
  const known = settingsOf(study.settings);
  const own = [...known.keys()].filter((path) => path !== "duration" && path !== "chunk" && given(path) !== undefined);
  const times = (["duration", "chunk"] as const).flatMap((name): [string, string][] => {
    const text = options[name];
    if (text === undefined) return [];
    const setting = known.get(name);
    if (setting === undefined) throw new DataError(`${study.name} --${name}`, "does not apply: the study has no such time of its own", "See --settings for what may be set"); // prettier-ignore
    return [
      [
        name,
        String(setting.unit === "ms" ? Number((1000 * secondsOf(name, text)).toPrecision(15)) : secondsOf(name, text)),
      ],
    ];
  });
  return [...own.map((path): [string, string] => [path, String(given(path))]), ...times, ...options.set.map(pair)];
}

/** A time on the command line, s. */
export function secondsOf(option: string, text: string): number {
  const value = decimal(text);
  if (value !== undefined && value > 0) return value;
  throw new DataError(`--${option} ${clipped(text)}`, "is not a time above 0", "Give a number of seconds");
}

/** "path=value" */
export function pair(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new DataError(`--set ${clipped(text)}`, 'has no "="', "Write it as path=value, for example record.every=0.025");
}

export function seedOf(text: string | undefined, fallback: number, option = "seed"): number {
  if (text === undefined) return fallback;
  const seed = decimal(text) ?? NaN;
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  throw new DataError(`--${option} ${clipped(text)}`, "is not a whole number from 0 to 4294967295", "Give another");
}

/** Most copies of one run. */
const MOST = 100_000;

/** "path=v1,v2" or a number of copies, which differ in their seed. */
export function batchOf(text: string, seed: number): { path: string; values: number[] } {
  const copies = decimal(text);
  const at = text.indexOf("=");
  const values =
    at > 0
      ? text
          .slice(at + 1)
          .split(",")
          .map(decimal)
      : [];
  const n = copies ?? values.length;
  if (n > MOST)
    throw new DataError(`--batch ${clipped(text)}`, `asks for ${n} copies`, `Give at most ${MOST}, in several runs`);
  if (copies !== undefined && Number.isInteger(copies) && copies > 0)
    return { path: "seed", values: Array.from({ length: copies }, (_, k) => (seed + k) >>> 0) };
  const numbers = values.filter((value) => value !== undefined);
  if (n > 0 && numbers.length === n) return { path: text.slice(0, at), values: numbers };
  const what = "is neither a number of copies nor path=v1,v2,…";
  throw new DataError(`--batch ${clipped(text)}`, what, "For example --batch 4, or --batch drive.dc=56,58,60");
}

/** A setting by its dotted path. */
export const valueAt = (settings: Readonly<Record<string, unknown>>, path: string): unknown =>
  path.split(".").reduce<unknown>((x, name) => (x as Record<string, unknown> | undefined)?.[name], settings);

/** What --settings prints: every setting with its value, unit, meaning and limits. */
export function settingsTable(study: Study, settings: Readonly<Record<string, unknown>>): string {
  const rows = [...settingsOf(study.settings).values()].map((s) => [
    s.path,
    shown(valueAt(settings, s.path)),
    s.unit,
    s.meaning,
    s.wanted,
  ]);
  const table = [["setting", "value", "unit", "meaning", "limits"], ...rows];
  const widths = [0, 1, 2, 3].map((k) => Math.max(...table.map((row) => (row[k] as string).length)) + 2);
  return [
    `${study.name}: ${study.title}`,
    "",
    ...table.map((row) =>
      row
        .map((cell, k) => cell.padEnd(widths[k] ?? 0))
        .join("")
        .trimEnd(),
    ),
    "",
    `Change them by --set path=value${study.presets === undefined ? "" : `, or start from a preset: ${[...study.presets.keys()].join(", ")}`}.`,
    ...[...(study.files ?? [])].map(([file, meaning]) => `--${longName(file)} <file>: ${meaning}`),
  ].join("\n");
}

export function countOf(option: string, text: string, most: number, least = 1): number {
  const n = Number(text);
  if (/^\d+$/.test(text) && n >= least && n <= most) return n;
  throw new DataError(`--${option} ${clipped(text)}`, `is not a whole number from ${least} to ${most}`, "Give another");
}
