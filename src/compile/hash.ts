/** Raised whenever compile or the engines change results, so that older checkpoints are told apart. */
export const RESULTS_VERSION = 5;

/** Digest of plain data: 128 bits as hex, equal for equal data whatever the order of properties. Four lanes of FNV-1a's
 * form with different offsets and odd factors over the canonical JSON's UTF-16 units, mixed at the end (murmur3's finaliser). It tells networks
 * apart by accident, not against an attacker; portable, where node:crypto is not. */
export function digest(data: unknown): string {
  const text = canonicalJson(data);
  return digestOf(text.length, (k) => text.charCodeAt(k));
}

/** Digest of plain data that holds typed arrays, which count by their bits; functions do not count. */
export function dataDigest(data: unknown): string {
  return digest(
    plain(data, (array) => {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      return digestOf(bytes.length, (k) => bytes[k] as number);
    }),
  );
}

function plain(data: unknown, of: (array: ArrayBufferView) => string): unknown {
  if (ArrayBuffer.isView(data)) return of(data);
  if (Array.isArray(data)) return data.map((x) => plain(x, of));
  if (typeof data === "function") return undefined;
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, x]) => [name, plain(x, of)]));
}

function digestOf(length: number, unitAt: (k: number) => number): string {
  let [a, b, c, d] = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35];
  for (let i = 0; i < length; i++) {
    const unit = unitAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995);
    c = Math.imul(c ^ unit, 0x27d4eb2f);
    d = Math.imul(d ^ unit, 0x165667b1);
  }
  const words = [a ^ length, b ^ a, c ^ b, d ^ c];
  return words.map((word) => mix(word).toString(16).padStart(8, "0")).join("");
}

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** JSON with sorted property names and without undefined ones. Lists of numbers, which may be long, are printed in one go. */
function canonicalJson(data: unknown): string {
  if (Array.isArray(data)) {
    if (data.every((x) => typeof x === "number")) return JSON.stringify(data);
    return `[${data.map((x) => canonicalJson(x ?? null)).join(",")}]`;
  }
  if (typeof data !== "object" || data === null) return JSON.stringify(data);
  const entries = Object.entries(data).filter(([, value]) => value !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${canonicalJson(value)}`).join(",")}}`;
}
