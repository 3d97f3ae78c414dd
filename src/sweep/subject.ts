import { digest } from "../compile/hash.ts";
import { clipped } from "../clipped.ts";
import { DataError, didYouMean } from "../errors.ts";
import { Network } from "../network/network.ts";
import { textOf } from "../shapes.ts";
import { chosenSettings, decimal, settingsOf } from "../studies/schema.ts";
import { seconds } from "../units.ts";
import { presetOf, type Study } from "../studies/study.ts";
import type { Choice, Kind } from "./axes.ts";

/** What a sweep runs at every point: a study, or a network of one's own. */
export interface Subject {
  readonly kind: "study" | "network";
  /** Of the study, or of the network's file. */
  readonly name: string;
  readonly preset: string | undefined;
  /** How a setting's values are written. @throws DataError, ModelError when there is no such setting */
  kindOf(path: string): Kind;
  /** Makes every check that can be made without running. @returns what the point's numbers follow from, beside its seed
   * @throws DataError, ModelError */
  check(choice: Choice, seed: number): Promise<unknown>;
}

const NUMBER: Kind = { list: false, whole: false };

/** @param files  contents by option name
 * @throws DataError when there is no such preset */
export function studySubject(study: Study, preset: string | undefined, files: ReadonlyMap<string, string>): Subject {
  const known = settingsOf(study.settings);
  const base = presetOf(study, preset);
  const digests = Object.fromEntries([...files].map(([name, text]) => [name, digest(text)]));
  const free = [...known.values()].filter((s) => s.free).map((s) => s.path);
  return {
    kind: "study",
    name: study.name,
    preset,
    kindOf: (path) => {
      const setting = known.get(path);
      if (setting === undefined) throw new DataError(`${study.name} ${clipped(path)}`, "names no setting", didYouMean(clipped(path), known.keys())); // prettier-ignore
      return { list: setting.kind === "list", whole: setting.whole };
    },
    check: async (choice, seed) => {
      const settings = chosenSettings(study.name, study.settings, Object.entries(choice), base);
      const given = { seed, files };
      if ("build" in study) await study.build(settings, given);
      else await study.check(settings, given);
      const facts = Object.fromEntries(Object.entries(settings).filter(([name]) => !free.includes(name)));
      return { study: study.name, settings: facts, files: digests };
    },
  };
}

/** What a network's file holds. @throws DataError when it is no JSON */
export function parsedNetwork(name: string, text: string): unknown {
  const content = textOf(clipped(name), text);
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new DataError(clipped(name), `is no JSON (${(error as Error).message.slice(0, 100)})`, "Write it by JSON.stringify(network)"); // prettier-ignore
  }
}

/** The settings of a network from JSON: how long it runs, and what a batch may vary.
 * @param text  the file's content */
export function networkSubject(name: string, text: string): Subject {
  const network = Network.fromJSON(parsedNetwork(name, text) as Parameters<typeof Network.fromJSON>[0]);
  const json = network.toJSON();
  const { entries } = json;
  const content = digest(json);
  return {
    kind: "network",
    name,
    preset: undefined,
    kindOf: () => NUMBER,
    check: async (choice, seed) => {
      const own = Network.fromJSON({ ...json, seed });
      for (const [path, value] of Object.entries(choice)) {
        const number = decimal(value);
        if (number === undefined) throw new DataError(`${name} ${clipped(path)}`, `is "${clipped(value)}"`, "Give a number"); // prettier-ignore
        if (path === "duration") checkDuration(name, number);
        else
          own.vary(
            path,
            Array.from({ length: entries }, () => number),
          );
      }
      if (choice["duration"] === undefined) throw new DataError(name, "gives no duration", "Add --set duration=<s>, or an axis of it"); // prettier-ignore
      return { network: content, set: choice };
    },
  };
}

function checkDuration(name: string, value: number): void {
  if (!(value > 0)) throw new DataError(`${name} duration`, `is ${value}`, "Give a number of seconds above 0");
  seconds(value);
}
