import { ModelError } from "../../errors.ts";
import type { ColumnCellType, Point } from "./cell-types.ts";

/** Cells of a pyramidal type. */
const MOST_CELLS = 1_000_000;

export interface MeshOptions {
  /** Pyramidal cells per layer along x and y. */
  readonly mesh?: readonly [nx: number, ny: number];
  /** Distance between neighbouring grid points, um. */
  readonly spacing?: number;
  /** Distance between the somata of the pyramidal layers, um. */
  readonly layerSeparation?: number;
}

/** Where every cell is, um; gids count on through the types. */
export interface Layout {
  readonly mesh: readonly [nx: number, ny: number];
  readonly spacing: number;
  readonly positions: Readonly<Record<string, readonly Point[]>>;
  /** The position of every drive cell. */
  readonly origin: Point;
  /** First gid and number of cells of each type, in gid order. */
  readonly gids: Readonly<Record<string, { readonly first: number; readonly n: number }>>;
  readonly nCells: number;
}

/** @throws ModelError for a mesh below 1 x 1, or of too many cells */
export function checkMesh(nx: number, ny: number): void {
  if (nx * ny > MOST_CELLS)
    throw new ModelError("mesh", `is ${nx} x ${ny}`, `Give at most ${MOST_CELLS} cells of a type`);
  for (const n of [nx, ny]) {
    if (!Number.isInteger(n) || n < 1)
      throw new ModelError("mesh", `is ${nx} x ${ny}`, "Give two whole numbers, at least 1");
  }
}

/** Pyramidal cells on every grid point of a layer, x outer and y inner; baskets on every third point of a row, shifted by
 * one in odd rows, between the layers (HNN-core's layout). Only x and y matter to connections.
 * @throws ModelError for a mesh below 1 x 1 or a spacing that is not positive */
export function layOut(types: readonly ColumnCellType[], options: MeshOptions = {}): Layout {
  const { mesh = [10, 10], spacing = 1, layerSeparation = 1307.4 } = options;
  const [nx, ny] = mesh;
  checkMesh(nx, ny);
  for (const [key, x] of Object.entries({ spacing, layerSeparation })) {
    if (!(x > 0 && Number.isFinite(x)))
      throw new ModelError(`mesh ${key}`, `is ${x} um`, "Give a finite length above 0");
  }
  const positions: Record<string, Point[]> = {};
  const gids: Record<string, { first: number; n: number }> = {};
  let nCells = 0;
  for (const type of types) {
    const at = (type.role === "excitatory" ? pyramidalGrid(nx, ny) : basketGrid(nx, ny)).map(([i, j]): Point => [
      i * spacing,
      j * spacing,
      depth(type) * layerSeparation,
    ]);
    positions[type.name] = at;
    gids[type.name] = { first: nCells, n: at.length };
    nCells += at.length;
  }
  const middle = (n: number): number => Math.floor((n - 1) / 2) * spacing;
  const origin: Point = [middle(nx), middle(ny), Math.floor(layerSeparation / 2)];
  return { mesh: [nx, ny], spacing, positions, origin, gids, nCells };
}

/** Height of the somata in units of the layer separation. */
const depth = ({ layer, role }: ColumnCellType): number =>
  role === "excitatory" ? (layer === 5 ? 0 : 1) : layer === 5 ? 0.2 : 0.8;

type GridPoint = readonly [i: number, j: number];

const pyramidalGrid = (nx: number, ny: number): GridPoint[] =>
  Array.from({ length: nx * ny }, (_, k) => [Math.floor(k / ny), k % ny]);

function basketGrid(nx: number, ny: number): GridPoint[] {
  const points: GridPoint[] = [];
  for (let j = 0; j < ny; j++) for (let i = j % 2; i < nx; i += 3) points.push([i, j]);
  return points;
}
