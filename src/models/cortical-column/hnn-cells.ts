import { DataError } from "../../errors.ts";
import type { ColumnCellType, ColumnSection } from "./cell-types.ts";
import type { Node } from "./hnn-node.ts";
import type { ColumnModel } from "./published.ts";

/** Cells of HNN's network JSON: the column's own, of 2009 or a published variant, with the receptors of the file. */

/** The first of the cells (those of one name in the published models) whose sections are the file's, with its receptors.
 * @throws DataError with the path and both values where none is: it tells of the first */
export function cellOf(types: readonly ColumnCellType[], given: Node | undefined): ColumnCellType {
  const [type] = types as [ColumnCellType];
  if (given === undefined) return type;
  const cell = objectOf(given);
  const faults = types.map((one) => faultOf(one, cell));
  const found = types[faults.indexOf(undefined)];
  if (found === undefined) throw faults[0] as DataError;
  const receptors = Object.fromEntries(
    Object.entries(found.receptors).map(([name, known]) => {
      const node = cell.at("synapses").at(name);
      return [name, { E: node.at("e").number(known.E), tau1: node.at("tau1").number(known.tau1), tau2: node.at("tau2").number(known.tau2) }]; // prettier-ignore
    }),
  );
  return { ...found, receptors };
}

/** Whether a file's cells are all those of a model; what the file leaves out is as there. */
export const areCellsOf = ({ cellTypes }: ColumnModel, given: ReadonlyMap<string, Node>): boolean =>
  cellTypes.every((type) => {
    const node = given.get(type.name);
    return node === undefined || faultOf(type, objectOf(node)) === undefined;
  });

const objectOf = (given: Node): Node => (given.at("cell_object").isThere ? given.at("cell_object") : given);

/** Why a file's cell is not this one. What the file leaves out is as here. */
function faultOf(type: ColumnCellType, cell: Node): DataError | undefined {
  const { sections } = type;
  const given = cell.at("sections").entries();
  const unknown = given.find(([name]) => !sections.some((s) => s.name === name));
  if (unknown !== undefined) return new DataError(unknown[1].path, "is no section of the column's cell", `It has ${sections.map((s) => s.name).join(", ")}`); // prettier-ignore
  for (const section of sections) {
    const node = cell.at("sections").at(section.name);
    const fault = sectionFault(section, node);
    if (fault !== undefined) return fault;
  }
  return treeFault(type, cell);
}

/** Where sections hang (`cell_tree`), and which ones `proximal` and `distal` are (`sect_loc`). */
function treeFault({ sections, locations }: ColumnCellType, cell: Node): DataError | undefined {
  const [tree, groups] = [cell.at("cell_tree"), cell.at("sect_loc")];
  for (const { name, parent, parentEnd = 1 } of tree.isThere ? sections : []) {
    if (parent === undefined) continue;
    const children: unknown = tree.at(`${parent},${parentEnd}`).value;
    if (!Array.isArray(children) || !children.includes(`${name},0`)) return new DataError(tree.path, `does not hang ${name} on the ${parentEnd} end of ${parent}`, REMEDY); // prettier-ignore
  }
  for (const [group, node] of groups.entries()) {
    const [given, own] = [
      node
        .items()
        .map((one) => one.text())
        .sort(),
      [...(locations[group] ?? [])].sort(),
    ];
    if (given.join() !== own.join()) return new DataError(node.path, `is ${given.join(", ") || "empty"}, where the column has ${own.join(", ") || "none"}`, REMEDY); // prettier-ignore
  }
  return undefined;
}

function sectionFault(section: ColumnSection, node: Node): DataError | undefined {
  for (const key of ["L", "diam", "cm", "Ra", "nseg"] as const) {
    const fault = other(node.at(key), section[key]);
    if (fault !== undefined) return fault;
  }
  if (!node.at("mechs").isThere) return undefined;
  const mechs = node.at("mechs").entries(); // none is said too: a passive membrane
  const added = mechs.find(([name]) => !Object.hasOwn(section.mechanisms, name));
  if (added !== undefined) return new DataError(added[1].path, "is a mechanism that the column has not there", REMEDY);
  for (const [name, values] of Object.entries(section.mechanisms)) {
    const mech = node.at("mechs").at(name);
    if (!mech.isThere) return new DataError(mech.path, "is missing, where the column has it", REMEDY);
    const strange = mech.entries().find(([key]) => !key.endsWith(`_${name}`) || !Object.hasOwn(values, key.slice(0, -name.length - 1))); // prettier-ignore
    if (strange !== undefined) return new DataError(strange[1].path, `is no parameter of ${name} in the column`, REMEDY); // prettier-ignore
    for (const [param, want] of Object.entries(values)) {
      const fault = other(mech.at(`${param}_${name}`), want);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

const REMEDY = "Cells are the column's own, or those of law2021() or calcium2022(); change a copy of one in a script";

/** Why a number, or one for each segment (`[[places], [values]]`), is not the column's. */
function other(node: Node, want: number | readonly number[]): DataError | undefined {
  if (!node.isThere) return undefined;
  const wanted = typeof want === "number" ? [want] : want;
  const [, values] = Array.isArray(node.value) ? node.items() : [];
  const given = Array.isArray(node.value) ? (values ?? node.fail("a number, or places and values")).items().map((x) => x.number()) : [node.number()]; // prettier-ignore
  // a number for all segments is one for each
  const length = Math.max(given.length, wanted.length);
  const at = (of: readonly number[], k: number): number => (of.length === 1 ? of[0] : of[k]) as number;
  const k = Array.from({ length }, (_, j) => j).find((j) => !(Math.abs(at(given, j) - at(wanted, j)) <= 1e-6 * Math.abs(at(wanted, j)))); // prettier-ignore
  if (k === undefined) return undefined;
  return new DataError(node.path, `is ${at(given, k)}${length > 1 ? ` in segment ${k}` : ""}, where the column has ${at(wanted, k)}`, REMEDY); // prettier-ignore
}
