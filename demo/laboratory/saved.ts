import type { Texts } from "./protocol.ts";
import { type Key, type LabSettings, SPECS } from "./settings.ts";

/** What a file or a link holds: the texts and the settings, with the version of this form. */
export interface Saved {
  readonly texts: Texts;
  readonly settings: Partial<LabSettings>;
}

const FORMAT = "hillock laboratory";
const VERSION = 1;
const LONGEST = 400_000;

export const savedText = ({ texts, settings }: Saved): string =>
  `${JSON.stringify({ format: FORMAT, version: VERSION, settings, texts }, null, 2)}\n`;

/** @throws Error that says what is wrong with a file */
export function readSaved(text: string): Saved {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Error("It is no JSON. Open a file that this page saved.");
  }
  const { format, version, settings, texts } = (typeof data === "object" && data !== null ? data : {}) as Record<string, unknown>; // prettier-ignore
  if (format !== FORMAT) throw new Error('It has no "format": "hillock laboratory". Open a file that this page saved.');
  if (version !== VERSION) throw new Error(`It is of version ${JSON.stringify(version)?.slice(0, 20)}; this page reads version ${VERSION}.`); // prettier-ignore
  const { A, B } = (typeof texts === "object" && texts !== null ? texts : {}) as Record<string, unknown>;
  if (typeof A !== "string" || !(B === undefined || typeof B === "string")) throw new Error('It has no text "A".');
  if (A.length + (B?.length ?? 0) > LONGEST) throw new Error(`Its texts have more than ${LONGEST} characters.`);
  return { texts: B === undefined ? { A } : { A, B }, settings: knownSettings(settings) };
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

/** The part of an address behind #: "1." for the version, then the compressed file in base64url. */
export async function packed(saved: Saved): Promise<string> {
  const bytes = await through(new TextEncoder().encode(JSON.stringify(saved)), new CompressionStream("deflate-raw"));
  const letters = Array.from(bytes, (b) => String.fromCharCode(b)).join("");
  return `${VERSION}.${btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** @throws Error that says what is wrong with a link */
export async function unpacked(hash: string): Promise<Saved> {
  const [version, data = ""] = hash.split(".");
  if (version !== String(VERSION)) throw new Error(`The link is of version ${version?.slice(0, 20)}; this page reads version ${VERSION}.`); // prettier-ignore
  try {
    const bytes = Uint8Array.from(atob(data.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const text = new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw"), LONGEST));
    return readSaved(JSON.stringify({ format: FORMAT, version: VERSION, ...(JSON.parse(text) as object) }));
  } catch (error) {
    throw new Error("The link is damaged: a part of it is missing. Ask for the saved file instead.", { cause: error });
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: GenericTransformStream,
  most = Infinity,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = (new Blob([bytes]).stream().pipeThrough(stream as ReadableWritablePair<Uint8Array, Uint8Array>)).getReader(); // prettier-ignore
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > 4 * most) throw new Error("too long");
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
