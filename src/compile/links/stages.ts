import { ModelError } from "../../errors.ts";

/** A projection between populations of cells, with the shortest of its delays. */
export interface Edge {
  readonly name: string;
  readonly from: number; // population
  readonly to: number; // population
  readonly delaySteps: number;
}

interface StagePlan {
  /** populations that advance together, in running order. */
  readonly stages: readonly (readonly number[])[];
  /** the shortest delay inside any loop, in steps; undefined without a loop. */
  readonly loopSteps: number | undefined;
}

/** Orders populations of cells so that each runs after all that feed it, within one block. Populations that reach each
 * other (strongly connected components) share a stage, and so do components at the same distance from the first.
 * @throws ModelError for a delay of 0 steps inside a component: such a spike would have to act in its own step */
export function planStages(cells: readonly number[], edges: readonly Edge[]): StagePlan {
  const component = components(cells, edges);
  const inside = edges.filter((e) => component.get(e.from) === component.get(e.to));
  const instant = inside.find((e) => e.delaySteps === 0);
  if (instant !== undefined) {
    throw new ModelError(
      instant.name,
      "a delay of 0 steps lies on a loop, where the limit is 1 step",
      "Lengthen the delay to at least one step, or shorten dt",
    );
  }
  const level = levels(cells, edges, component);
  const stages: number[][] = [];
  for (const p of cells) (stages[level.get(component.get(p) as number) as number] ??= []).push(p);
  return { stages, loopSteps: inside.length === 0 ? undefined : Math.min(...inside.map((e) => e.delaySteps)) };
}

/** Tarjan (1972), SIAM J. Comput. 1:146. Components are numbered so that each comes after all that it feeds. */
function components(cells: readonly number[], edges: readonly Edge[]): Map<number, number> {
  const next = successors(cells, edges);
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const component = new Map<number, number>();
  const stack: number[] = [];
  let found = 0;
  const visit = (p: number): void => {
    const own = index.size;
    index.set(p, own);
    low.set(p, own);
    stack.push(p);
    for (const q of next.get(p) ?? []) {
      if (!index.has(q)) visit(q);
      if (!component.has(q)) low.set(p, Math.min(low.get(p) as number, low.get(q) as number));
    }
    if (low.get(p) !== own) return;
    for (let q = stack.pop(); q !== undefined; q = stack.pop()) {
      component.set(q, found);
      if (q === p) break;
    }
    found++;
  };
  for (const p of cells) if (!index.has(p)) visit(p);
  return component;
}

/** Longest path from a component that nothing feeds. */
function levels(
  cells: readonly number[],
  edges: readonly Edge[],
  component: ReadonlyMap<number, number>,
): Map<number, number> {
  const level = new Map<number, number>();
  const order = [...new Set(component.values())].sort((a, b) => b - a); // feeding ones first
  for (const c of order) {
    const feeding = edges.filter((e) => component.get(e.to) === c && component.get(e.from) !== c);
    level.set(c, Math.max(0, ...feeding.map((e) => 1 + (level.get(component.get(e.from) as number) as number))));
  }
  return level;
}

function successors(cells: readonly number[], edges: readonly Edge[]): Map<number, number[]> {
  const next = new Map<number, number[]>(cells.map((p) => [p, []]));
  for (const e of edges) next.get(e.from)?.push(e.to);
  return next;
}
