import {
  endPoints,
  morphologyOf,
  type ColumnCellType,
  type CortexColumn,
  type Point,
} from "../../src/models/cortical-column/index.ts";

import { DEPTHS } from "./facts.ts";

/** Width of the drawing, and the largest distance of neighbours, um. The model's own spacing of 1 um would put all into one line. */
const WIDTH = 1500;
const SPACING = 300;
const FLOATS = 8;

/** One cell type as the drawing needs it. */
export interface TypeShape {
  readonly name: string;
  readonly cells: number;
  readonly pieces: number; // segments of a cell
  /** of each segment. */
  readonly sections: readonly string[];
  /** per segment: x, y, z (um) of its 0 end, radius, x, y, z of its 1 end, node whose voltage colours it. */
  readonly segments: Float32Array<ArrayBuffer>;
  /** per cell: x, y, z (um) of its soma's 0 end, and the angle by which it is turned about its axis. */
  readonly places: Float32Array<ArrayBuffer>;
}

/** Shapes of all types, and the box they fill: z is depth, um. */
export interface ColumnShape {
  readonly types: readonly TypeShape[];
  readonly centre: Point;
  readonly height: number;
}

export function columnShape({ cellTypes, layout }: CortexColumn): ColumnShape {
  const [nx, ny] = layout.mesh;
  const spacing = Math.min(SPACING, WIDTH / Math.max(1, nx - 1));
  const types = cellTypes.map((type) => {
    const positions = layout.positions[type.name] ?? [];
    const places = new Float32Array(4 * positions.length);
    positions.forEach(([x, y, z], k) => {
      const [i, j] = [x / layout.spacing - (nx - 1) / 2, y / layout.spacing - (ny - 1) / 2];
      places.set([spacing * i, spacing * j, z, turn(k)], 4 * k);
    });
    const segments = segmentsOf(type);
    const sections = morphologyOf(type).nodes.flatMap(({ section, kind }) => (kind === "segment" ? [section] : []));
    return { name: type.name, cells: positions.length, pieces: segments.length / FLOATS, sections, segments, places };
  });
  const [low, high] = DEPTHS;
  return { types, centre: [0, 0, (low + high) / 2], height: high - low };
}

/** The golden angle apart: the published cells all lie in one plane, which would hide most of them. */
const turn = (k: number): number => (k * 2.399963) % (2 * Math.PI);

function segmentsOf(type: ColumnCellType): Float32Array<ArrayBuffer> {
  const ends = endPoints(type);
  const rows = morphologyOf(type).nodes.flatMap(({ section, kind, index }, node) => {
    const shape = type.sections.find((s) => s.name === section);
    const place = ends.get(section);
    if (kind !== "segment" || shape === undefined || place === undefined) return [];
    const at = (part: number): number[] => place.start.map((x, axis) => x + part * ((place.end[axis] as number) - x));
    return [[...at(index / shape.nseg), shape.diam / 2, ...at((index + 1) / shape.nseg), node]];
  });
  return Float32Array.from(rows.flat());
}
