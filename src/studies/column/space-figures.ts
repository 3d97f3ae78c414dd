import { mat4, vec3, vec4 } from "gl-matrix";
import { DataError } from "../../errors.ts";
import { figure } from "../../plot/figure.ts";
import { element, FONT_FAMILY, num, POINTS_PER_MM, text, textWidth } from "../../plot/svg.ts";
import type { Marker, Panel, Series } from "../../plot/types.ts";

type Xyz = readonly [x: number, y: number, z: number];

/** A cylinder of a cell. */
export interface Tube {
  readonly from: Xyz; // um
  readonly to: Xyz; // um
  readonly diam: number; // um
  readonly colour: string;
}

interface View {
  /** Degrees around the vertical axis, and above the horizon. */
  readonly azimuth?: number;
  readonly elevation?: number;
  /** mm. */
  readonly width?: number;
  readonly height?: number;
  readonly title?: string;
  readonly legend?: readonly { readonly label: string; readonly colour: string }[];
}

/** Cells in space in perspective: far ones first and paler, so that near ones stand out.
 * @throws DataError without a tube */
export function spaceFigure(tubes: readonly Tube[], view: View = {}): string {
  if (tubes.length === 0) throw new DataError("picture of cells", "has nothing to draw", "Give at least one section");
  const { width: w = 120, height: h = 150, title = "", legend = [] } = view;
  const [width, height] = [w * POINTS_PER_MM, h * POINTS_PER_MM];
  const camera = cameraFor(tubes, view, width / height);
  const drawn = tubes
    .map((tube) => ({ tube, a: camera.project(tube.from), b: camera.project(tube.to) }))
    .sort((p, q) => q.a.depth + q.b.depth - p.a.depth - p.b.depth);
  const depths = drawn.map(({ a, b }) => (a.depth + b.depth) / 2);
  const [far, near] = [depths[0] as number, depths.at(-1) as number];
  const paths = drawn.map(({ tube, a, b }, k) => {
    const nearness = far === near ? 1 : (far - (depths[k] as number)) / (far - near);
    const points = [a, b].map((p) => `${num((p.x * 0.5 + 0.5) * width)} ${num((0.5 - p.y * 0.5) * height)}`);
    const stroke = (tube.diam * camera.scale * height) / (a.depth + b.depth);
    return element("path", {
      d: `M${points[0]}L${points[1]}`,
      stroke: tube.colour,
      "stroke-width": Math.max(0.25, stroke),
      "stroke-linecap": "butt",
      opacity: num(0.35 + 0.65 * nearness),
      fill: "none",
    });
  });
  return page(width, height, [...paths, ...captions(title, legend, height)]);
}

function captions(title: string, legend: NonNullable<View["legend"]>, height: number): string[] {
  let x = 6;
  const entries = legend.flatMap(({ label, colour }) => {
    const at = x;
    x += 14 + textWidth(label, 7) + 8;
    const y = height - 6;
    return [
      element("path", { d: `M${num(at)} ${num(y - 2.5)}h10`, stroke: colour, "stroke-width": 2 }),
      text(at + 13, y, label, { size: 7 }),
    ];
  });
  return [...(title === "" ? [] : [text(6, 11, title, { size: 8, bold: true })]), ...entries];
}

const page = (width: number, height: number, content: readonly string[]): string =>
  element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${num(width)} ${num(height)}`, "font-family": FONT_FAMILY },
    content.join("\n"),
  ); // prettier-ignore

interface Camera {
  /** Normalised device coordinates and distance along the line of sight (um). */
  readonly project: (p: Xyz) => { x: number; y: number; depth: number };
  /** Height on the page, as a fraction, of 1 um at a distance of 1 um. */
  readonly scale: number;
}

/** Looks at the middle of everything from far enough to see all of it. */
function cameraFor(tubes: readonly Tube[], { azimuth = 35, elevation = 12 }: View, aspect: number): Camera {
  const ends = tubes.flatMap((t) => [t.from, t.to]);
  const bound = (pick: (...x: number[]) => number): Xyz =>
    [0, 1, 2].map((c) => ends.reduce((b, p) => pick(b, p[c] as number), ends[0]?.[c] as number)) as unknown as Xyz;
  const [low, high] = [bound(Math.min), bound(Math.max)];
  const middle = vec3.scale(vec3.create(), vec3.add(vec3.create(), [...low], [...high]), 0.5);
  const radius = Math.max(1, vec3.distance([...low], [...high]) / 2);
  const fov = 0.5;
  const distance = radius / Math.sin(fov / 2) / Math.min(1, aspect) ** 0.5;
  const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
  const eye = vec3.scaleAndAdd(vec3.create(), middle, [Math.cos(e) * Math.sin(a), -Math.cos(e) * Math.cos(a), Math.sin(e)], distance); // prettier-ignore
  const seen = mat4.lookAt(mat4.create(), eye, middle, [0, 0, 1]);
  const lens = mat4.perspective(mat4.create(), fov, aspect, distance - 1.5 * radius, distance + 1.5 * radius);
  const all = mat4.multiply(mat4.create(), lens, seen);
  const project = (p: Xyz): { x: number; y: number; depth: number } => {
    const [x, y, , depth] = vec4.transformMat4(vec4.create(), [p[0], p[1], p[2], 1], all) as [number, number, number, number]; // prettier-ignore
    return { x: x / depth, y: y / depth, depth };
  };
  return { project, scale: 1 / Math.tan(fov / 2) };
}

interface PlaneCells {
  readonly name: string;
  readonly at: readonly Xyz[];
  readonly colour: string;
}

export interface FanOut {
  readonly title: string;
  /** uS. */
  readonly weights: ArrayLike<number>;
  readonly targets: readonly Xyz[];
  readonly source: Xyz;
}

const MARKERS: readonly Marker[] = ["circle", "square", "triangle", "diamond"];

/** Where cells are in the plane; what one cell sends to its targets, by rule; summed weights between all cells.
 * @param matrix  weights (uS) by source and target gid, row by row from source 0 */
export function connectivityFigure(
  cells: readonly PlaneCells[],
  fans: readonly FanOut[],
  matrix: { readonly n: number; readonly weights: Float64Array },
  width = 180,
): string {
  const axis = (label: "x" | "y") => {
    const along = cells.flatMap(({ at }) => at.map((p) => p[label === "x" ? 0 : 1]));
    const [low, high] = [Math.min(...along), Math.max(...along)];
    const margin = 0.06 * Math.max(1, high - low);
    return { label, unit: "µm", range: [low - margin, high + margin] as const };
  };
  const plane: Panel = {
    title: "Cells in the plane",
    height: 55,
    x: axis("x"),
    y: axis("y"),
    series: cells.map(({ name, at, colour }, k): Series => ({
      type: "scatter",
      x: at.map((p) => p[0]),
      y: at.map((p) => p[1] + 0.12 * (k - 1.5)), // layers lie above each other
      colour,
      marker: MARKERS[k % MARKERS.length] as Marker,
      size: 3,
      label: name,
    })),
  };
  const panels = fans.map(({ title, weights, targets, source }): Panel => ({
    title,
    height: 55,
    x: axis("x"),
    y: axis("y"),
    series: [
      { type: "scatter", x: targets.map((p) => p[0]), y: targets.map((p) => p[1]), size: 5, marker: "square", values: { of: weights, label: "weight (µS)" } },
      { type: "scatter", x: [source[0]], y: [source[1]], size: 3, marker: "diamond", colour: "#a33b20" },
    ],
  })); // prettier-ignore
  const { n, weights } = matrix;
  const z = Float64Array.from(weights, (w) => (w > 0 ? Math.log10(w) : NaN));
  const positive = z.filter((x) => !Number.isNaN(x));
  const high = positive.reduce((a, b) => Math.max(a, b), -Infinity);
  // the heat map draws rows upwards; sources are read downwards
  const flipped = Float64Array.from(
    { length: n * n },
    (_, k) => z[(n - 1 - Math.floor(k / n)) * n + (k % n)] as number,
  );
  const heat: Series = {
    type: "heat", z: flipped, rows: n, columns: n, x: [-0.5, n - 0.5], y: [n - 0.5, -0.5].reverse() as [number, number],
    range: [high - 4, high], valueLabel: "log10 of summed weight (µS)",
  }; // prettier-ignore
  const grid: Panel = {
    title: "Weights between cells",
    height: 55,
    x: { label: "Target gid" },
    y: { label: "Source, gid 0 at the top", ticks: [] },
    series: [heat],
  };
  return figure({ width, columns: 2, panels: [plane, ...panels, grid] });
}
