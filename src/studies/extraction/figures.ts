import { seriesColour } from "../../plot/colours.ts";
import { figure } from "../../plot/figure.ts";
import type { Panel } from "../../plot/types.ts";

/** Extracted parameters, one value per cell; NaN where the extraction failed. */
interface ExtractedParameters {
  /** nA. */
  readonly rheobase: ArrayLike<number>;
  /** MOhm. */
  readonly inputResistance: ArrayLike<number>;
  /** ms. */
  readonly tau: ArrayLike<number>;
  /** ms. */
  readonly ahpDuration: ArrayLike<number>;
  /** Hz/nA. */
  readonly gain: ArrayLike<number>;
}

/** Rheobase, input resistance, AHP duration and gain against motor unit number (index + 1). */
export function neuronParametersFigure(p: ExtractedParameters, width = 180): string {
  const number = Array.from({ length: p.rheobase.length }, (_, k) => k + 1);
  const panel = (title: string, unit: string, y: ArrayLike<number>): Panel => ({
    title,
    height: 38,
    x: { label: "motor unit number" },
    y: { label: title.toLowerCase().replace("ahp", "AHP").replace("f\u2013i", "F\u2013I"), unit },
    series: [
      { type: "line", x: number, y, width: 0.5, colour: "#999999" },
      { type: "scatter", x: number, y, colour: seriesColour(0), size: number.length > 40 ? 2.4 : 4 },
    ],
  });
  return figure({
    width,
    columns: 2,
    panels: [
      panel("Rheobase", "nA", p.rheobase),
      panel("Input resistance", "M\u03a9", p.inputResistance),
      panel("AHP duration", "ms", p.ahpDuration),
      panel("F\u2013I gain", "Hz/nA", p.gain),
    ],
  });
}

/** Time constant against input resistance, coloured by motor unit number. */
export function rinTauFigure(p: ExtractedParameters, width = 85): string {
  const of = Array.from({ length: p.tau.length }, (_, k) => k + 1);
  return figure({
    width,
    panels: [
      {
        title: "Membrane time constant and input resistance",
        height: 50,
        x: { label: "input resistance", unit: "M\u03a9" },
        y: { label: "time constant", unit: "ms" },
        series: [
          { type: "scatter", x: p.inputResistance, y: p.tau, values: { of, label: "motor unit number" }, size: 4.5 },
        ],
      },
    ],
  });
}
