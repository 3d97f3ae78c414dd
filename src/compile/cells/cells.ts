import type { Expr, Stmt } from "../../lang/expr.ts";
import { freeNames, substitute } from "../../lang/names.ts";
import { optimise } from "../../lang/optimise.ts";
import type { WholeCell } from "../../network/cell.ts";
import { clampInputs } from "./clamp-inputs.ts";
import { carriedStates, carrying, startValues } from "./carry.ts";
import type { CompiledCells } from "../compiled.ts";
import { type CellProgram, lowOf } from "./step-program.ts";
import { inputsOf, type Phases } from "./resolved-cell.ts";
import { placeName } from "../links/link-places.ts";
import { type CellContext, ResolvedModel, type Trace } from "./resolve.ts";
import { compileTree } from "./trees.ts";
import { noiseRelaxations, tooFast } from "./too-fast.ts";

export type { CellContext } from "./resolve.ts";

/** Turns a cell model into a program with its parameters and initial states, float64.
 * @throws ModelError for unknown sections, parameters or variables, wrong units and sizes, values outside their limits */
export function compileCells(population: string, model: WholeCell, context: CellContext): CompiledCells {
  const resolved = new ResolvedModel(population, model, context);
  for (const line of fastStates(population, resolved, context.dt)) context.warn(line);
  const traces = resolved.traces();
  const { program, columns } = resolved.isTree ? compileTree(resolved, traces) : compileSmall(resolved, traces);
  return {
    kind: "cells",
    name: population,
    n: model.n,
    method: context.method,
    firstSource: context.firstSource,
    program,
    ...resolved.params.table(columns),
    state0: resolved.state0(program.states),
    receptors: resolved.cell.receptors.flatMap((r) =>
      inputsOf(r).map((input, place) => {
        const name = placeName(r.name, place);
        return { name, input, slot: context.slots.get(name) as number };
      }),
    ),
    traces: traces.map((t) => t.compiled),
    exposes: resolved.exposes(),
    gathers: context.gathers.map((g) => g.compiled),
    about: model.about ?? {},
  };
}

/** What a step is too long for. */
function fastStates(population: string, { cell, equations, params, playedStart }: ResolvedModel, dt: number): string[] {
  const starts = startValues(cell, equations); // all draws of initial values are known then
  const given: Record<string, Expr> = { ...playedStart, ...equations.noises.typical() };
  const known: Record<string, Expr> = { ...given };
  for (const [id, value] of Object.entries(starts)) known[id] = substitute(value, given);
  const voltages = new Set(cell.nodes.map((node) => node.V));
  const noises = noiseRelaxations(equations.noises.states, cell.dt, population, voltages);
  const relaxations = [...equations.relaxations(), ...noises];
  const { constants } = params;
  const open = [...new Set(relaxations.flatMap(({ steps }) => [...freeNames(steps)]))].filter((id) => !constants.has(id) && !voltages.has(id) && known[id] === undefined); // prettier-ignore
  // currents and reversal potentials that time constants read
  for (const k of open.length === 0 ? [] : cell.nodes.keys())
    for (const { name: id, value } of equations.beforeCurrents(k)) known[id] = substitute(value, known);
  return tooFast(population, relaxations, known, params, dt, equations.membrane());
}

/** A small cell: every equation written out over scalars. */
function compileSmall(resolved: ResolvedModel, traces: readonly Trace[]) {
  const { params, equations, cell, threshold, detector } = resolved;
  const carried = carriedStates(cell, equations, params);
  const { phases, derived } = optimised(resolved, traces, carried);
  const all = [...phases.receive, ...phases.currents, ...phases.solve, ...phases.advance];
  const read = new Set([
    threshold,
    ...all.flatMap((s) => [...freeNames(s.value)]),
    ...traces.flatMap((t) => [...freeNames(t.compiled.value)]),
  ]);
  const used = [...params.constants, ...derived.keys()].filter((id) => read.has(id));
  const program: CellProgram = {
    kind: "small",
    states: [...equations.initial().map((s) => s.name), ...[...carried].map(lowOf)],
    carried: [...carried],
    voltages: cell.nodes.map((n) => n.V),
    params: used,
    inputs: cell.receptors.flatMap(inputsOf),
    clampInputs: clampInputs(resolved.clamps),
    draws: equations.noises.draws,
    detect: { state: (cell.nodes[detector] as { V: string }).V, threshold },
    ...phases,
  };
  return {
    program,
    columns: used.map((id) => ({ id, perNode: [derived.get(id) ?? { kind: "name" as const, name: id }] })),
  };
}

/** All phases optimised together, so that they share subexpressions. Exponentials are shared when the factors between
 * them stay representable in float32 for every cell. */
function optimised(
  resolved: ResolvedModel,
  traces: readonly Trace[],
  carried: ReadonlySet<string>,
): { phases: Phases; derived: ReadonlyMap<string, Expr> } {
  const { equations, params } = resolved;
  const phases = equations.phases();
  const samples = traces.flatMap((t): Stmt[] => (t.set === undefined ? [] : [t.set]));
  const lists = [phases.receive, [...phases.currents, ...samples], phases.solve, phases.advance].map((stmts) =>
    carrying(stmts, carried),
  );
  const states = new Set([...equations.initial().map((s) => s.name), ...samples.map((s) => s.name)]);
  const base = { constants: params.constants, states, values: params.typical() };
  const program = lists.flat();
  const shared = optimise(program, { ...base, share: true });
  const fits = shared.derived.every((d) => d.bounds === undefined || params.within(d.value, d.bounds));
  const { stmts, derived, origin } = fits ? shared : optimise(program, { ...base, share: false });
  const ends = lists.map((_, k) => lists.slice(0, k + 1).flat().length);
  const part = (k: number): Stmt[] =>
    stmts.filter((_, i) => ends.findIndex((end) => (origin[i] as number) < end) === k);
  return {
    phases: { receive: part(0), currents: part(1), solve: part(2), advance: part(3) },
    derived: new Map(derived.map((d) => [d.name, d.value])),
  };
}
