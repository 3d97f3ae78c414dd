import { DataError, didYouMean, ModelError } from "../../errors.ts";
import { shown } from "../../shapes.ts";
import { perCell, type Quantity, type Unit, type Given } from "../../units.ts";
import { axonDelays, count, spread, type Axon, type Generation, type Ranges, type Recruitment } from "./ranges.ts";

/** Where a cell's field is found in a configuration: section and key. */
export type Fields<F extends string> = Readonly<Record<F, readonly [section: string, key: string]>>;
/** The parameters of one cell, under the names of the reference files. Absent ones are unknown (gamma, rt) or optional. */
export type CellParameters<F extends string> = Readonly<Record<F, number>> & About;
export interface About {
  readonly axon_delay_ms?: number;
  readonly rt?: number;
  readonly gamma?: number;
}
/** Values that replace the configuration's: one for all cells, or one per cell. */
export type Explicit<F extends string> = Partial<Readonly<Record<F, number | ArrayLike<number>>>>;

/** Every field of every cell; explicit values win over the configuration's ranges.
 * @throws ModelError for an unknown field, a wrong number of values or one that is not finite */
export function buildCells<F extends string>(
  label: string,
  fields: Fields<F>,
  ranges: Ranges,
  axon: Axon,
  who: Recruitment,
  options: { generation: Generation; middle: (curvature: number) => number; explicit: Explicit<string> },
): CellParameters<F>[] {
  const n = count(who);
  const names = Object.keys(fields) as F[];
  for (const name of Object.keys(options.explicit)) {
    if (!Object.hasOwn(fields, name))
      throw new ModelError(`${label} parameters`, `have no "${name}"`, didYouMean(name, names));
  }
  const columns = names.map((name) => {
    const given = options.explicit[name];
    if (given !== undefined) return explicitValues(`${label} ${name}`, given, n);
    const [section, key] = fields[name];
    const range = ranges[section]?.[key];
    if (range === undefined) throw new ModelError(`${label} ${section}.${key}`, "is missing", "Give a range for it");
    return spread(`${label} ${section}.${key}`, range, who, options.generation, options.middle(range[2]));
  });
  const delays = axonDelays(n, axon);
  return Array.from({ length: n }, (_, i): CellParameters<F> => {
    const cell: Record<string, number> = {};
    for (const [k, name] of names.entries()) cell[name] = columns[k]?.[i] as number;
    return Object.assign(cell, about(delays[i], "thresholds" in who ? who.thresholds[i] : undefined)) as CellParameters<F>; // prettier-ignore
  });
}

const about = (delay: number | undefined, rt: number | undefined): About => ({
  ...(delay === undefined ? {} : { axon_delay_ms: delay }),
  ...(rt === undefined ? {} : { rt }),
});

function explicitValues(where: string, given: number | ArrayLike<number>, n: number): ArrayLike<number> {
  const values = typeof given === "number" ? new Float64Array(n).fill(given) : given;
  if (values.length !== n)
    throw new ModelError(where, `has ${values.length} values for ${n} cells`, `Give one, or ${n}`);
  const bad = Array.from(values).findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) throw new ModelError(`${where}[${bad}]`, `is ${values[bad]}`, "Give finite numbers");
  return values;
}

/** Refuses cells that lack a field, with the field's name: for lists that come from files. */
export function checkCells<F extends string>(
  label: string,
  fields: Fields<F>,
  cells: readonly Partial<CellParameters<F>>[],
): readonly CellParameters<F>[] {
  if (cells.length === 0) throw new DataError(label, "no cell is given", "Give at least one");
  cells.forEach((cell, i) => {
    for (const name of Object.keys(fields) as F[]) {
      if (Number.isFinite(cell[name])) continue;
      throw new DataError(
        `${label}, cell ${i}`,
        `${name} is ${shown(cell[name])}`,
        `Give a number for each of ${Object.keys(fields).join(", ")}`,
      );
    }
  });
  return cells as readonly CellParameters<F>[];
}

/** A field of all cells as a quantity: a single one when they agree. */
export function given<U extends Unit, C>(
  of: (x: number) => Quantity<U>,
  cells: readonly C[],
  pick: (cell: C) => number,
): Given<U> {
  const values = cells.map(pick);
  const first = values[0] as number;
  return values.every((x) => x === first) ? of(first) : perCell(of, values);
}
