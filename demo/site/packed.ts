/** Of what stands behind the # of an address. */
const VERSION = 1;

/** A text as a part of an address: "1." for the version of this form, then the compressed text in base64url. */
export async function packedText(text: string): Promise<string> {
  const bytes = await through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
  const letters = Array.from(bytes, (b) => String.fromCharCode(b)).join("");
  return `${VERSION}.${btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** @param longest  characters that are read at most
 * @throws Error that says what is wrong with a link */
export async function unpackedText(hash: string, longest: number): Promise<string> {
  const [version, data = ""] = hash.split(".");
  if (version !== String(VERSION)) throw new Error(`The link is of version ${version?.slice(0, 20)}; this page reads version ${VERSION}.`); // prettier-ignore
  try {
    const bytes = Uint8Array.from(atob(data.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const text = new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw"), 4 * longest));
    JSON.parse(text); // a part that is missing is seen here
    return text;
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
    if (length > most) throw new Error("too long");
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
