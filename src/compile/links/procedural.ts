import { pickReceptor } from "../../connect/draw.ts";
import { rowOf } from "../../connect/laws.ts";
import { Uint32List } from "../../connect/rows.ts";
import { delaySteps } from "../../steps.ts";
import type { CompiledProcedural } from "../compiled.ts";
import { at, knownMost, type ProceduralLinks } from "./links.ts";
import type { RowInput } from "./rows.ts";

/** A procedural projection as engines draw it again; none where it has no links. */
export function compileProcedural({ projection, firstSource, sources, slotOf }: RowInput, dt: number): CompiledProcedural[] {
  const { procedural: p, axonDelayMs, description, index } = projection;
  if (p === undefined || p.links === 0) return [];
  const { name } = description;
  const steps = (source: number): number => delaySteps(name, p.delayMs + at(axonDelayMs, source), dt);
  const delays = typeof axonDelayMs === "number" ? 1 : sources;
  return [
    {
      projection: index,
      firstSource,
      sources,
      targets: p.sizes.targets,
      noSelf: p.noSelf,
      law: p.law,
      seeds: Uint32Array.from(p.keys, (k) => k.seed),
      stream: p.keys[0]?.stream ?? 0,
      delay: Uint32Array.from({ length: delays }, (_, s) => steps(s)),
      weight: p.weight,
      slotOf: Uint32Array.from(slotOf),
    },
  ];
} // prettier-ignore

/** Adds the most that one step can bring over a projection whose links are not counted one by one: known from the rule, whether they
 * are kept or not, or counted by drawing them. */
export function addKnownLoad({ projection, slotOf, largest }: RowInput, structure: number, load: Float64Array): void {
  const { procedural, description, sizes } = projection;
  const known = knownMost(projection);
  const { weight } = projection.links[structure] ?? {};
  if (typeof weight !== "number" || (known === undefined && procedural === undefined)) return;
  const most = Math.abs(weight) * description.maxScale * largest;
  const picked = new Set(description.receptors.map((_, r) => slotOf[r] as number));
  if (known === undefined) return countLinks(procedural as ProceduralLinks, structure, slotOf, most, load);
  for (const slot of picked) for (let cell = 0; cell < sizes.targets; cell++) load[slot + cell] = (load[slot + cell] as number) + known * most; // prettier-ignore
}

function countLinks(p: ProceduralLinks, structure: number, slotOf: readonly number[], most: number, load: Float64Array): void {
  const key = p.keys[structure];
  if (key === undefined) return;
  const row = rowOf(p.law, p.sizes, p.noSelf, key);
  const targets = new Uint32List();
  for (let source = 0; source < p.sizes.sources; source++) {
    targets.clear();
    row(source, targets);
    for (let k = 0; k < targets.length; k++) {
      const slot = (slotOf[pickReceptor(slotOf.length, source, targets.at(k), key)] as number) + targets.at(k);
      load[slot] = (load[slot] as number) + most;
    }
  }
} // prettier-ignore
