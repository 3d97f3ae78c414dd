/** Writing SVG text. The unit everywhere in src/plot is the point, 1/72 inch, so font sizes are those of the page. */
export const POINTS_PER_MM = 72 / 25.4;

export const FONT_FAMILY = "Arial, Helvetica, Liberation Sans, DejaVu Sans, sans-serif";
export const INK = "#222222";

/** A coordinate with 2 decimals (0.0035 mm), without trailing zeros. */
export const num = (x: number): string => String(Math.round(x * 100) / 100);

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escape = (s: string): string => s.replace(/[&<>"]/g, (c) => ENTITIES[c] as string);
export const unescape = (s: string): string =>
  Object.entries(ENTITIES).reduceRight((text, [c, entity]) => text.replaceAll(entity, c), s);

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element; numbers are rounded, undefined attributes left out. */
export function element(name: string, attributes: Attributes, content?: string): string {
  const list = Object.entries(attributes)
    .filter(([, v]) => v !== undefined)
    .map(([k, v]) => ` ${k}="${typeof v === "number" ? num(v) : escape(String(v))}"`)
    .join("");
  return content === undefined ? `<${name}${list}/>` : `<${name}${list}>${content}</${name}>`;
}

interface TextStyle {
  readonly size: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly bold?: boolean;
  readonly fill?: string;
  /** Degrees about (x, y); -90 reads upwards. */
  readonly rotate?: number;
}

/** Text on its baseline. `strokeText` (strokes.ts) reads exactly these attributes back. */
export function text(x: number, y: number, content: string, style: TextStyle): string {
  const { size, anchor = "start", bold, fill = INK, rotate } = style;
  const attributes = {
    x,
    y,
    "font-size": size,
    "text-anchor": anchor === "start" ? undefined : anchor,
    "font-weight": bold ? "bold" : undefined,
    fill,
    transform: rotate === undefined ? undefined : `rotate(${num(rotate)} ${num(x)} ${num(y)})`,
  };
  return element("text", attributes, escape(content));
}

/** Width of a text in points, on the wide side (DejaVu Sans) so that nothing reserved by it clips. */
export function textWidth(s: string, size: number): number {
  let em = 0;
  for (const c of s)
    em += /[ijlI.,:;|!'()[\] ]/.test(c) ? 0.36 : /[mwMW%@\u2014]/.test(c) ? 0.95 : /[A-Z]/.test(c) ? 0.7 : 0.62;
  return em * size;
}

/** Breaks a text at spaces so that no line is wider than `width` points; a longer word keeps a line of its own. */
export function wrap(s: string, size: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of s.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && textWidth(`${line} ${word}`, size) <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
