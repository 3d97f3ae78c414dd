import { DataError } from "../errors.ts";

/** An element of an XML text, without what stands inside it. */
export interface XmlElement {
  /** without its prefix. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** of its first character, from 1. */
  readonly line: number;
}

const LONGEST = 20_000_000;
const MOST = 200_000;
const TAG = /<([\w.:-]{1,200})((?:\s+[\w.:-]{1,200}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
/** What is read over, by how it begins and ends. */
const SKIPPED = [["<!--", "-->"], ["<![CDATA[", "]]>"], ["<?", "?>"]] as const; // prettier-ignore

/** Elements in their order. Texts between them and comments are read over; entities stay as they are written.
 * @throws DataError with the line, for what is not well formed, for a document type (its entities may stand for anything) and for more than 20
 * million characters or 200,000 elements */
export function elementsOf(file: string, text: string): XmlElement[] {
  if (text.length > LONGEST) throw new DataError(file, `has ${text.length} characters`, `Give at most ${LONGEST}`);
  const [found, open]: [XmlElement[], XmlElement[]] = [[], []];
  let [line, seen] = [1, 0];
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at)) {
    for (; seen < at; seen++) if (text.charCodeAt(seen) === 10) line++;
    const where = `${file}, line ${line}`;
    const skipped = SKIPPED.find(([start]) => text.startsWith(start, at));
    if (skipped !== undefined) {
      const end = text.indexOf(skipped[1], at);
      if (end < 0) throw new DataError(where, `begins ${skipped[0]}, which nothing ends`, "Restore the file");
      at = end + skipped[1].length;
    } else if (text.startsWith("</", at)) {
      const end = text.indexOf(">", at);
      const name = text.slice(at + 2, end < 0 ? at + 60 : end).trim();
      if (end < 0 || plain(name) !== open.pop()?.name) throw new DataError(where, `ends ${name.slice(0, 60)}, which is not what is open`, "Restore the file"); // prettier-ignore
      at = end + 1;
    } else {
      TAG.lastIndex = at;
      const [whole = "", name = "", given = "", closed] = TAG.exec(text) ?? [];
      if (whole === "") throw new DataError(where, `is "${text.slice(at, at + 40).replaceAll(/\s+/g, " ")}", no element`, "Give XML without a document type"); // prettier-ignore
      const attributes = new Map(Array.from(given.matchAll(ATTRIBUTE), (m) => [plain(m[1] as string), m[2] ?? m[3] ?? ""])); // prettier-ignore
      const element = { name: plain(name), attributes, line };
      if (found.push(element) > MOST) throw new DataError(where, `is element ${MOST + 1}`, `Give at most ${MOST}`);
      if (closed === "") open.push(element);
      at += whole.length;
    }
  }
  const last = open.at(-1);
  if (last !== undefined || found.length === 0) throw new DataError(file, last === undefined ? "has no element" : `ends inside ${last.name} of line ${last.line}`, "Restore the file"); // prettier-ignore
  return found;
}

const plain = (name: string): string => name.replace(/^.*:/, "");
