import { DataError, didYouMean, ModelError } from "../errors.ts";
import { signalAt, type Signal } from "../network/signal.ts";
import type { Method } from "../network/cell.ts";
import type { Network } from "../network/network.ts";
import type { StoredRun } from "../storage/load-run.ts";
import type { Quantity } from "../units.ts";

/** Settings of an experiment: plain values by path. Units are in each experiment's documentation of its defaults. */
export interface Settings {
  readonly [name: string]: number | string | boolean | Settings;
}

export interface BuildOptions {
  readonly seed: number;
  /** Contents of the experiment's files that were given. */
  readonly files: Readonly<Record<string, string>>;
}

/** A published run: how to build it, and what to say and draw of its result. Built on the public interface alone. */
export interface Experiment<S extends Settings = Settings> {
  readonly name: string;
  readonly title: string;
  readonly defaults: S;
  /** Named sets of settings that differ from the defaults. */
  readonly presets?: Readonly<Record<string, Settings>>;
  /** Files it takes, by option name, with a line of help. */
  readonly files?: Readonly<Record<string, string>>;
  readonly defaultSeed: number;
  build(settings: S, options: BuildOptions): Built;
}

export interface Built {
  readonly network: Network;
  readonly dt: Quantity<"ms">;
  /** instead of what the models state. */
  readonly method?: Method | undefined;
  readonly duration: Quantity<"ms">;
  readonly chunk: Quantity<"ms">;
  /** Lines to show before the run. */
  readonly notes: readonly string[];
  /** What to print of one entry of a finished, or truncated, run. */
  summary(run: StoredRun, entry: number): Promise<string>;
  figures(run: StoredRun, entry: number): Promise<readonly FigureFile[]>;
}

export interface FigureFile {
  readonly name: string; // without ending
  readonly svg: string;
}

/** Defaults with some paths replaced: `withSettings(defaults, [["record.every", "0.025"]])`. Values are parsed as what they replace.
 * @throws DataError for a path that does not exist or a value of another kind */
export function withSettings<S extends Settings>(
  where: string,
  defaults: S,
  changes: readonly (readonly [path: string, value: string])[],
): S {
  return changes.reduce((settings, [path, value]) => {
    const known = paths(defaults);
    const old = known.get(path);
    if (old === undefined)
      throw new DataError(`${where} --set ${path}`, "names no setting", didYouMean(path, known.keys()));
    return replaced(settings, path.split("."), parseAs(`${where} --set ${path}`, value, old)) as S;
  }, defaults);
}

/** All settings by dotted path. */
export function paths(settings: Settings, prefix = ""): Map<string, number | string | boolean> {
  return new Map(
    Object.entries(settings).flatMap(([name, value]) =>
      typeof value === "object" ? [...paths(value, `${prefix}${name}.`)] : [[`${prefix}${name}`, value] as const],
    ),
  );
}

function replaced(
  settings: Settings,
  [name = "", ...rest]: readonly string[],
  value: number | string | boolean,
): Settings {
  const inner = settings[name];
  return { ...settings, [name]: rest.length > 0 && typeof inner === "object" ? replaced(inner, rest, value) : value };
}

function parseAs(where: string, text: string, like: number | string | boolean): number | string | boolean {
  if (typeof like === "string") return text;
  if (typeof like === "boolean") {
    if (text === "true" || text === "false") return text === "true";
    throw new DataError(where, `is "${text}"`, "Give true or false");
  }
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new DataError(where, `is "${text}"`, `Give a finite number, for example ${like}`);
}

/** Makes a batch: entry i has values[i] at `path`, which is a path of the network ("seed", "DD->aMN.excitatory.scale", a cell
 * parameter in canonical units) or a setting of the experiment that changes nothing but rates and clamp signals.
 * @throws ModelError when the path is neither, or changes more than a batch may */
export function applyBatch<S extends Settings>(
  experiment: Experiment<S>,
  settings: S,
  options: BuildOptions,
  path: string,
  values: readonly number[],
): Built {
  const built = experiment.build(settings, options);
  if (!paths(settings).has(path)) {
    built.network.vary(path, values);
    return built;
  }
  const all = values.map((value) =>
    experiment.build(withSettings(experiment.name, settings, [[path, String(value)]]), options),
  );
  const variants = all.map(({ network }) => network.describe());
  const base = built.network.describe();
  const rest = (d: typeof base): string =>
    JSON.stringify({
      ...d,
      populations: d.populations.map((p) =>
        p.model.kind === "renewal" ? { ...p, model: { ...p.model, rate: null } } : p,
      ),
      clamps: d.clamps.map((c) => ({ ...c, signal: null })),
    });
  const how = ({ dt, method, duration }: Built): string => JSON.stringify([dt, method, duration]);
  if (variants.some((variant) => rest(variant) !== rest(base)) || all.some((variant) => how(variant) !== how(built))) {
    throw new ModelError(
      `--batch ${path}`,
      "changes more than rates and currents between entries",
      "Make one run for each value with --set",
    );
  }
  base.populations.forEach((p, k) => {
    const rates = variants.map((variant) => {
      const model = variant.populations[k]?.model;
      return model?.kind === "renewal" ? model.rate : undefined;
    });
    if (rates.some((rate) => JSON.stringify(rate) !== JSON.stringify(rates[0])))
      built.network.vary(`${p.name}.rate`, rates);
  });
  base.clamps.forEach((c, k) => {
    const signals = variants.map((variant) => variant.clamps[k]?.signal);
    if (signals.some((s) => JSON.stringify(s) !== JSON.stringify(signals[0])))
      built.network.vary(`${c.name}.signal`, signals);
  });
  built.network.batch(values.length); // also when the setting changes nothing
  return built;
}

/** A signal of one population's drive every `everyMs`, for figures; below zero no spikes are drawn, so it shows as zero. */
export function sampledRate(
  signal: Signal<"Hz">,
  at: { owner: string; seed: number; dt: number; untilMs: number; everyMs: number },
): { t: Float64Array; value: Float64Array } {
  const value = signalAt(signal, at);
  const stride = Math.max(1, Math.round(at.everyMs / at.dt));
  const n = Math.floor(at.untilMs / at.dt / stride);
  const t = Float64Array.from({ length: n }, (_, k) => k * stride * at.dt);
  return { t, value: t.map((_, k) => Math.max(0, value(k * stride))) };
}
