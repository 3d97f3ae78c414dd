import type { SonataGroup } from "../../../src/import/index.ts";

/** HDF5 in memory: objects are groups, lists columns, of numbers or texts; `column` gives one attributes. */
export interface Tree {
  readonly [key: string]: Tree | Column | readonly number[] | readonly string[];
}

class Column {
  readonly values: readonly number[] | readonly string[];
  readonly width: number;
  readonly attrs: SonataGroup["attrs"];

  constructor(values: readonly number[] | readonly string[], attrs: Readonly<Record<string, unknown>>, width = 1) {
    [this.values, this.width] = [values, width];
    this.attrs = Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, { value }]));
  }
}

/** A table of so many numbers a row. */
export const wide = (values: readonly number[], width: number): Column => new Column(values, {}, width);
export const column = (values: readonly number[] | readonly string[], attrs: Readonly<Record<string, unknown>>): Column => new Column(values, attrs); // prettier-ignore

export function group(tree: Tree): SonataGroup {
  return {
    attrs: {},
    keys: () => Object.keys(tree),
    get: (path) => {
      const found = path.split("/").reduce<Tree[string] | undefined>((at, key) => (at === undefined || at instanceof Column || Array.isArray(at) ? undefined : (at as Tree)[key]), tree); // prettier-ignore
      if (found === undefined) return null; // as h5wasm does
      if (!(found instanceof Column) && !Array.isArray(found)) return group(found as Tree);
      const { values, attrs, width } = found instanceof Column ? found : column(found as readonly number[], {});
      const shape = width === 1 ? [values.length] : [values.length / width, width];
      const isText = typeof values[0] === "string";
      return { shape, value: isText ? values : Float64Array.from(values as readonly number[]), attrs };
    },
  };
}

/** A population of nodes: their types, columns of their group, and what else. */
export const nodes = (types: readonly number[], columns: Tree = {}, more: Tree = {}): Tree => ({
  node_type_id: types,
  node_group_id: types.map(() => 0),
  node_group_index: types.map((_, k) => k),
  0: columns,
  ...more,
});

/** A population of edges between two. */
export const edges = (from: string, to: string, pairs: readonly (readonly [number, number])[], types: readonly number[], columns: Tree = {}): Tree => ({
  source_node_id: column(pairs.map(([s]) => s), { node_population: from }),
  target_node_id: column(pairs.map(([, t]) => t), { node_population: to }),
  edge_type_id: types,
  edge_group_id: types.map(() => 0),
  edge_group_index: types.map((_, k) => k),
  0: columns,
}); // prettier-ignore
