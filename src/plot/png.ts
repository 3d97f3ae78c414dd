import { Resvg } from "@resvg/resvg-js";
import { DataError } from "../errors.ts";
import { strokeText } from "./strokes.ts";
import { element, FONT_FAMILY, text } from "./svg.ts";

export interface PngOptions {
  /** Pixels per inch of the page. */
  readonly dpi?: number;
  /** "font" uses the machine's fonts; "strokes" draws text with the built-in stroke font; "auto" does so only where no font is found. */
  readonly text?: "auto" | "font" | "strokes";
}

/** A figure as PNG bytes. Node only: imports a native module.
 * @throws DataError when the SVG does not parse */
export function toPng(svg: string, options: PngOptions = {}): Uint8Array {
  const { dpi = 300, text: mode = "auto" } = options;
  const strokes = mode === "strokes" || (mode === "auto" && !hasFont());
  const width = Number(/viewBox="0 0 ([\d.]+) /.exec(svg)?.[1]);
  if (!(width > 0)) throw new DataError("figure as PNG", "has no viewBox of its own", "Make it with figure()");
  try {
    const picture = new Resvg(strokes ? strokeText(svg) : svg, {
      fitTo: { mode: "width", value: Math.round((width * dpi) / 72) },
      font: { loadSystemFonts: !strokes },
      background: "#ffffff",
    });
    return picture.render().asPng();
  } catch (error) {
    throw new DataError("figure as PNG", `does not render: ${String(error)}`, "Check the SVG text");
  }
}

let font: boolean | undefined; // the machine's: asked for once, as the renderer reads every font file to answer

/** Whether the renderer finds any font: it draws a letter and looks for ink. */
const hasFont = (): boolean => (font ??= drawsLetter());

function drawsLetter(): boolean {
  const probe = element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width: 20, height: 20, "font-family": FONT_FAMILY },
    text(2, 15, "H", { size: 14 }),
  );
  return new Resvg(probe).render().pixels.some((byte) => byte !== 0);
}
