import type { Traced } from "../compile/compiled.ts";
import { didYouMean, ModelError } from "../errors.ts";
import { isPlain, shown } from "../shapes.ts";

/** A handle of a network's part, or its name. */
export type Named = string | { readonly name: string };

export const nameOf = (named: Named): string => {
  const name: unknown = isPlain(named) ? named["name"] : named;
  return typeof name === "string" ? name : shown(name);
};

/** The index of a name, or a ModelError that lists what there is. */
export function indexOf(
  kind: string,
  named: Named,
  parts: readonly { readonly name: string; readonly hidden?: boolean }[],
): number {
  const wanted = nameOf(named);
  const index = parts.findIndex((part) => part.name === wanted && part.hidden !== true);
  if (index < 0) {
    const known = parts.flatMap((part) => (part.hidden === true ? [] : [part.name]));
    throw new ModelError(wanted, `is not a ${kind} of this network`, didYouMean(wanted, known));
  }
  return index;
}

/** Names of a population's traces: the variable, and "V#2" for the second recording of "V". */
export function traceNames(cells: Pick<Traced, "traces">): string[] {
  const seen = new Map<string, number>();
  return cells.traces.map(({ variable }) => {
    const count = (seen.get(variable) ?? 0) + 1;
    seen.set(variable, count);
    return count === 1 ? variable : `${variable}#${count}`;
  });
}

export function traceIndex(cells: Traced, variable: string): number {
  const names = traceNames(cells);
  const index = names.indexOf(variable);
  if (index < 0) {
    throw new ModelError(
      `${cells.name} ${shown(variable)}`,
      "was not recorded",
      `Record it before the run. ${didYouMean(variable, names)}`,
    );
  }
  return index;
}

export function checkEntry({ entries }: { readonly entries: number }, entry: number): void {
  if (!Number.isInteger(entry) || entry < 0 || entry >= entries) {
    throw new ModelError(
      `entry ${entry}`,
      `is not in a batch of ${entries}`,
      `Give an integer from 0 to ${entries - 1}`,
    );
  }
}
