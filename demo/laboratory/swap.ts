import type { CompiledCells, CompiledNetwork } from "../../src/compile/compiled.ts";
import type { EngineState } from "../../src/host/engine.ts";

/** What a network takes over from the one that ran before it. */

export interface Kept {
  readonly state: EngineState;
  /** states that go on, and all that there are. */
  readonly kept: number;
  readonly of: number;
}

/** The new engine's own state with every value whose name the old one had too. The old log is left behind: spikes that are under way
 * between cells do not arrive.
 * @param fresh  of the new engine at its start
 * @param likeFirst  what is new begins where the first of the old is, so that only what differs tells them apart */
export function carriedOver(
  from: { readonly network: CompiledNetwork; readonly state: EngineState },
  to: { readonly network: CompiledNetwork; readonly fresh: EngineState },
  likeFirst: boolean,
): Kept {
  const state: Record<string, EngineState[string]> = { ...to.fresh };
  let [kept, of] = [0, 0];
  for (const cells of to.network.populations) {
    if (cells.kind === "renewal") keepEqual(`sources.${cells.name}`, from.state, state);
    if (cells.kind !== "cells") continue;
    const names = stateNames(cells);
    of += names.length;
    const old = from.network.populations.find((p) => p.name === cells.name) ?? (likeFirst ? from.network.populations[0] : undefined); // prettier-ignore
    if (old?.kind !== "cells" || old.n !== cells.n) continue;
    const key = `cells.${cells.name}.state`;
    const rows = new Map(stateNames(old).map((name, row) => [name, row]));
    const [before, values] = [from.state[`cells.${old.name}.state`], to.fresh[key]?.slice()];
    if (before === undefined || values === undefined) continue;
    names.forEach((name, row) => {
      const was = rows.get(name);
      if (was === undefined) return;
      for (let c = 0; c < cells.n; c++) values[row * cells.n + c] = before[was * cells.n + c] as number;
      kept++;
    });
    state[key] = values;
    const armed = `cells.${cells.name}.armed`;
    const wasArmed = from.state[`cells.${old.name}.armed`];
    if (wasArmed !== undefined) state[armed] = wasArmed;
  }
  return { state, kept, of };
}

/** Where drawing of a source's next spike stands: else it would draw again what it drew at the start. */
function keepEqual(key: string, from: EngineState, state: Record<string, EngineState[string]>): void {
  const [before, fresh] = [from[key], state[key]];
  if (before !== undefined && before.length === fresh?.length && before.constructor === fresh.constructor) state[key] = before; // prettier-ignore
}

/** Names of all rows of a population's states, the same for the same thing in any network: without the numbers that the compiler
 * gives places, mechanisms and receptors in their order. */
export function stateNames({ program }: Pick<CompiledCells, "program">): string[] {
  if (program.kind === "small") return program.states.map(plain);
  const names = program.states.map(plain);
  for (const { nodes, states, firstRow, width } of program.regions)
    nodes.forEach((node, j) => states.forEach((s, k) => (names[firstRow + j * width + k] = `${node} ${plain(s)}`)));
  for (const [r, { nodes, states, firstRow }] of program.receptors.entries())
    nodes.forEach((node, j) =>
      states.forEach((s, k) => (names[firstRow + j * states.length + k] = `${r} ${node} ${plain(s)}`)),
    );
  return names;
}

const plain = (id: string): string => id.replace(/^(low_)?[A-Za-z]\d+_/, "$1");
