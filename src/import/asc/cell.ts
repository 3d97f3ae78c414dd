import type { CellModel } from "../../network/cell.ts";
import { cellOf, type SwcCellOptions } from "../swc/cell.ts";
import { asc } from "./sections.ts";

/** A cell for `net.cells` from a Neurolucida text (ASC); options as of swcCell.
 * @throws DataError with the line, for a file that cannot be read; ModelError for values that make no cell */
export const ascCell = (text: string, options: SwcCellOptions = {}): CellModel =>
  cellOf(asc(text, options.where ?? "ASC"), { where: "ASC", ...options });
