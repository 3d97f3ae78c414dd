import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { clipped, isOf, saidBy, stackOf } from "../clipped.ts";
import { DataError, HillockError } from "../errors.ts";
import { Network } from "../network/network.ts";
import type { Built } from "../studies/study.ts";
import { parsedNetwork } from "../sweep/subject.ts";
import { ms, seconds } from "../units.ts";
import { decimal } from "../studies/schema.ts";
import { readText } from "./read-text.ts";
import { fromSonata, isSonata } from "./sonata.ts";
import { batchOf, pair, secondsOf, seedOf, type RunOptions } from "./options.ts";

/** A network as `toJSON` gives it, or a SONATA config. */
async function fromJson(path: string): Promise<Record<string, unknown>> {
  const data = parsedNetwork(path, readText(path));
  if (isSonata(data)) return { ...(await fromSonata(path)) };
  return { default: Network.fromJSON(data as Parameters<typeof Network.fromJSON>[0]) };
}

/** A user's module: its default export is a Network, or a function that returns one (or { network, dt, method, duration,
 * chunk, summary }). `dt` and `duration` may also be exports of their own. */
export async function fromModule(path: string, options: RunOptions): Promise<Built> {
  if (!existsSync(path)) throw new DataError(path, "does not exist", "Check the path");
  const data = path.endsWith(".json");
  const unfit = options.set.length > 0 && !data ? "--set" : options.settings ? "--settings" : undefined;
  if (unfit !== undefined)
    throw new DataError(`${path} ${unfit}`, "works with the built-in studies", "Change the module instead");
  const module = data ? await fromJson(path) : await usersOwn(path, "", () => import(pathToFileURL(resolve(path)).href) as Promise<Record<string, unknown>>); // prettier-ignore
  const exported = module["default"] ?? module["network"];
  const seed = options.seed === undefined ? undefined : seedOf(options.seed, 0);
  const parts = await usersOwn(path, "", async (): Promise<Partial<Built>> => {
    const made: unknown = typeof exported === "function" ? await (exported as (o: object) => unknown)({ seed }) : exported; // prettier-ignore
    const given = { ...module, ...(isNetwork(made) ? { network: made } : (made as object)) };
    return data ? given : plainParts(given);
  });
  const more = ownParts(path, parts);
  const { network } = parts;
  if (network === undefined)
    throw new DataError(path, "exports no network", "Export one as default: `export default network`");
  const asked = options.duration === undefined ? undefined : seconds(secondsOf("duration", options.duration));
  const duration = asked ?? parts.duration;
  if (duration === undefined) throw new DataError(path, "gives no duration", "Export one, `export const duration = seconds(2)`, or give --duration"); // prettier-ignore
  const asGiven = seed === undefined || typeof exported === "function";
  const own = asGiven ? network : Network.fromJSON({ ...network.toJSON(), seed });
  if (options.batch !== undefined) {
    const { path: what, values } = batchOf(options.batch, own.seed);
    own.vary(what, values);
  }
  vary(own, path, options.set);
  return {
    network: own,
    dt: parts.dt ?? stepOf(own),
    method: parts.method,
    duration,
    chunk: options.chunk === undefined ? (parts.chunk ?? seconds(1)) : seconds(secondsOf("chunk", options.chunk)),
    notes: [],
    summary,
    figures: async () => [],
    ...more,
  };
}

/** What a module's own code gives.
 * @throws DataError with its message and line, for whatever it throws */
async function usersOwn<T>(path: string, part: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isOf(error, HillockError)) throw error;
    const [first = "", ...stack] = stackOf(error).split("\n");
    const at = stack.map((line) => /[^/\\]*\.[mc]?[jt]s:\d+:\d+/.exec(line)?.[0]).find((place) => place !== undefined);
    const message = isOf(error, SyntaxError) ? saidBy(error) : first;
    throw new DataError(`${path}${part}`, `fails (${clipped(message)}${at === undefined ? "" : `, at ${at}`})`, "Mend the module, or try it with node alone"); // prettier-ignore
  }
}

/** Trained networks have a tenth of their time constant, as published. */
function stepOf(network: Network): Built["dt"] {
  const { trained } = network.describe();
  return ms(trained === undefined ? 0.025 : trained.tau_m.value / 10);
}

const FUNCTIONS = ["summary", "figures", "outputs"] as const;
const VALUES = ["dt", "method", "duration", "chunk", "notes"] as const;

/** What is read of what a module gives: each part once, and copied, since code of its own may stand behind any of them. The network is of
 * this copy of hillock, whichever the module imports; undefined where there is none. */
function plainParts(given: Readonly<Record<string, unknown>>): Partial<Built> {
  const { network } = given;
  return {
    ...given,
    ...Object.fromEntries(VALUES.map((name) => [name, plain(given[name])])),
    network: isNetwork(network) ? Network.fromJSON(structuredClone(network.toJSON())) : undefined,
  } as Partial<Built>;
}

const plain = (x: unknown): unknown => (typeof x === "object" ? structuredClone(x) : x);

/** What a module says beside its network, where it does: checked, and with its errors named. */
function ownParts(path: string, parts: Partial<Built>): Partial<Built> {
  const given = parts as Readonly<Record<string, unknown>>;
  const { notes } = given;
  if (notes !== undefined && !(Array.isArray(notes) && notes.every((note) => typeof note === "string")))
    throw new DataError(`${path} notes`, "is no list of texts", "Export lines to show before the run, or nothing");
  const found: Record<string, unknown> = notes === undefined ? {} : { notes };
  for (const name of FUNCTIONS) {
    const of = given[name];
    if (of === undefined) continue;
    if (typeof of !== "function") throw new DataError(`${path} ${name}`, `is a ${typeof of}`, "Export a function of the finished run, or nothing"); // prettier-ignore
    found[name] = (...args: unknown[]) =>
      usersOwn(path, ` ${name}`, async () => {
        const made: unknown = await Reflect.apply(of, parts, args);
        if (name !== "summary" || typeof made === "string") return made;
        throw new DataError(`${path} summary`, `gives a ${typeof made}`, "Have it give a text");
      });
  }
  return found;
}

/** --set of a network's JSON: a value of what a batch may vary, the same in every entry. */
function vary(network: Network, where: string, set: readonly string[]): void {
  const { entries } = network.describe();
  for (const [path, text] of set.map(pair)) {
    const value = decimal(text);
    if (value === undefined) throw new DataError(`${where} ${clipped(path)}`, `is "${clipped(text)}"`, "Give a number");
    network.vary(
      path,
      Array.from({ length: entries }, () => value),
    );
  }
}

const summary: Built["summary"] = async (run, entry) => {
  const { activitySummary, activityTable } = await import("../analysis/summary.ts");
  const all: Record<string, ReturnType<typeof activitySummary>> = {};
  for (const { name } of run.run.populations) all[name] = activitySummary(await run.spikes(name, entry));
  return activityTable(all);
};

const isNetwork = (x: unknown): x is Network =>
  typeof x === "object" && x !== null && "describe" in x && "toJSON" in x && typeof x.toJSON === "function";
