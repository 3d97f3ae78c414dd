/** Figures as plain data. Positions of data are in the axes' own units; sizes on the page in points, widths and heights in mm. */

export interface Axis {
  /** What is drawn, without its unit. */
  readonly label?: string;
  readonly unit?: string;
  readonly scale?: "linear" | "log";
  /** Ends of the axis; from the data where left out. */
  readonly range?: readonly [number | undefined, number | undefined];
  /** Own ticks instead of round numbers. */
  readonly ticks?: readonly { readonly at: number; readonly label: string }[];
}

interface Drawn {
  /** Name in the legend; unnamed series have no entry. */
  readonly label?: string;
  readonly colour?: string;
}

export interface LineSeries extends Drawn {
  readonly type: "line";
  readonly x: ArrayLike<number>;
  /** NaN breaks the line. */
  readonly y: ArrayLike<number>;
  readonly width?: number;
  /** SVG dash pattern, for example "3 2". */
  readonly dash?: string;
}

/** A value held over each bin. */
export interface StepSeries extends Drawn {
  readonly type: "step";
  /** Bin edges, one more than y. */
  readonly edges: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Fill down to 0. */
  readonly filled?: boolean;
  readonly width?: number;
}

/** A tick per spike. */
export interface RasterSeries extends Drawn {
  readonly type: "raster";
  readonly x: ArrayLike<number>;
  /** Row of each spike. */
  readonly rows: ArrayLike<number>;
  /** Rows of the panel; sets the axis, so that silent rows keep their place. */
  readonly rowCount: number;
  /** Colour of a row instead of one for all; call it with few distinct results, each is one path. */
  readonly colourOf?: (row: number) => string;
  /** Height of a tick in rows, at least 0.5 points on the page. */
  readonly tick?: number;
}

export type Marker = "circle" | "square" | "triangle" | "diamond";

export interface ScatterSeries extends Drawn {
  readonly type: "scatter";
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly marker?: Marker;
  /** Diameter in points. */
  readonly size?: number;
  /** Colours the points by a value, with a colour bar. */
  readonly values?: {
    readonly of: ArrayLike<number>;
    readonly label: string;
    readonly range?: readonly [number, number];
  };
}

/** A grid of values as colours, with a colour bar. */
export interface HeatSeries {
  readonly type: "heat";
  /** rows x columns, row by row, first row at the bottom. */
  readonly z: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  /** Outer edges of the grid. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Values of the first and last colour; beyond them the colours stay. */
  readonly range: readonly [number, number];
  /** Of the colour bar, with its unit. */
  readonly valueLabel: string;
}

export interface ImageSeries {
  readonly type: "image";
  /** A data URI. */
  readonly href: string;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** A straight line across the panel. */
export interface RuleSeries extends Drawn {
  readonly type: "rule";
  readonly x?: number;
  readonly y?: number;
  readonly dash?: string;
}

export type Series = LineSeries | StepSeries | RasterSeries | ScatterSeries | HeatSeries | ImageSeries | RuleSeries;

/** A shaded part of the x axis. */
export interface ShadedSpan {
  readonly from: number;
  readonly to: number;
  readonly colour?: string;
  /** Written above the panel. */
  readonly label?: string;
}

export interface Panel {
  readonly title?: string;
  /** Height of the plotting area, mm. */
  readonly height?: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly spans?: readonly ShadedSpan[];
  /** Shown when a series has a label, unless false. */
  readonly legend?: boolean;
}

export interface Figure {
  /** mm: 85 for one column of a page, 180 for two. */
  readonly width?: number;
  readonly title?: string;
  readonly panels: readonly Panel[];
  /** Panels side by side; filled row by row. */
  readonly columns?: number;
  /** All panels of a column have one x range, and only the lowest shows its numbers. */
  readonly shareX?: boolean;
  /** Points; 7 where left out. */
  readonly fontSize?: number;
}
