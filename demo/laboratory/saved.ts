import { packedText, unpackedText } from "../site/packed.ts";
import { readCircuit, type Circuit } from "./circuit/circuit.ts";
import type { Texts } from "./protocol.ts";
import { type Key, type LabSettings, SPECS } from "./settings.ts";

/** What a file or a link holds: the texts, the settings and the network of such cells if there is one, with the version of this form. */
export interface Saved {
  readonly texts: Texts;
  readonly settings: Partial<LabSettings>;
  readonly circuit?: Circuit | undefined;
}

const FORMAT = "hillock laboratory";
/** Version 1 had no network. */
const VERSIONS = [1, 2];
const VERSION = 2;
const LONGEST = 400_000;

export const savedText = ({ texts, settings, circuit }: Saved): string =>
  `${JSON.stringify({ format: FORMAT, version: VERSION, settings, texts, circuit }, null, 2)}\n`;

/** @throws Error that says what is wrong with a file */
export function readSaved(text: string): Saved {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Error("It is no JSON. Open a file that this page saved.");
  }
  return savedOf(data);
}

function savedOf(data: unknown): Saved {
  const { format, version, settings, texts, circuit } = (typeof data === "object" && data !== null ? data : {}) as Record<string, unknown>; // prettier-ignore
  if (format !== FORMAT) throw new Error('It has no "format": "hillock laboratory". Open a file that this page saved.');
  if (!VERSIONS.includes(version as number)) throw new Error(`It is of version ${JSON.stringify(version)?.slice(0, 20)}; this page reads version ${VERSIONS.join(" and ")}.`); // prettier-ignore
  const { A, B } = (typeof texts === "object" && texts !== null ? texts : {}) as Record<string, unknown>;
  if (typeof A !== "string" || !(B === undefined || typeof B === "string")) throw new Error('It has no text "A".');
  if (A.length + (B?.length ?? 0) > LONGEST) throw new Error(`Its texts have more than ${LONGEST} characters.`);
  const made = circuit === undefined ? {} : { circuit: readCircuit(circuit) };
  return { texts: B === undefined ? { A } : { A, B }, settings: knownSettings(settings), ...made };
}

/** Numbers of settings that there are; each is moved into its limits where it is put. */
function knownSettings(given: unknown): Partial<LabSettings> {
  if (typeof given !== "object" || given === null) return {};
  const known = Object.entries(given).filter(([key, x]) => Object.hasOwn(SPECS, key) && Number.isFinite(x) && allowed(key as Key, x as number)); // prettier-ignore
  return Object.fromEntries(known);
}

function allowed(key: Key, x: number): boolean {
  const spec = SPECS[key];
  return spec.kind === "range" ? x >= spec.min && x <= spec.max : spec.options.some(([value]) => value === x);
}

/** The part of an address behind #. */
export const packed = (saved: Saved): Promise<string> => packedText(JSON.stringify(saved));

/** @throws Error that says what is wrong with a link */
export async function unpacked(hash: string): Promise<Saved> {
  const text = await unpackedText(hash, LONGEST);
  return savedOf({ format: FORMAT, version: VERSION, ...(JSON.parse(text) as object) });
}
