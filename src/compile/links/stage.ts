import type {
  CompiledLearning,
  CompiledPlasticity,
  CompiledPopulation,
  CompiledPort,
  PortLinks,
  CompiledStage,
} from "../compiled.ts";
import { addGivenLoad, givenEvents, givenFans, interleave, type GivenInput } from "./given.ts";
import type { DrawnProjection } from "./links.ts";
import { changesLinks } from "../../mechanisms/plasticity.ts";
import { addLearningLoad, learningBounds } from "./learning.ts";
import { addPortLoad, portLinks } from "./ports.ts";
import { addKnownLoad, compileProcedural } from "./procedural.ts";
import { buildRows, type RowInput } from "./rows.ts";
import type { Slots } from "./slots.ts";
import { scaleFor } from "./scaling.ts";

interface StageContext {
  readonly dt: number;
  readonly entries: number;
  readonly nSources: number;
  readonly steps: number | undefined;
  readonly populations: readonly CompiledPopulation[];
  readonly plasticity: readonly CompiledPlasticity[];
  readonly learning: readonly CompiledLearning[];
}

/** Everything delivered to the populations of one stage. */
export function buildStage(
  cells: readonly number[],
  slots: Slots,
  drawn: readonly DrawnProjection[],
  context: StageContext,
): CompiledStage {
  const { dt, entries, nSources, steps = 2 ** 32 - 1, populations } = context;
  const into = drawn.filter((p) => cells.includes(p.target));
  const { rows: rowInputs, given: givenInputs, ports } = inputsOf(into, slots, context);
  const structures = drawn[0]?.links.length ?? 1;
  const rowLoads = Array.from({ length: structures }, () => new Float64Array(slots.count));
  const rows = rowLoads.map((load, s) => buildRows(rowInputs, s, nSources, dt, load));
  for (const l of context.learning.filter((x) => cells.includes(x.target))) {
    const bounds = learningBounds(drawn[l.projection] as DrawnProjection, l);
    rowLoads.forEach((load, s) => addLearningLoad(l, bounds, s, load));
  }
  for (const port of ports) {
    const { maxScale } = (drawn[port.projection] as DrawnProjection).description;
    rowLoads.forEach((load, s) => addPortLoad(populations[port.population] as CompiledPort, port, s, maxScale, load));
  }
  for (const input of rowInputs) rowLoads.forEach((load, s) => addKnownLoad(input, s, load));
  const fans = rowLoads.map((_, s) => givenFans(givenInputs, s));
  const ownTrains = givenInputs.some(({ trains }) => trains.entry !== undefined);
  const structureOf = (variant: number): number => (structures === 1 ? 0 : variant);
  const variants = Array.from({ length: ownTrains ? entries : structures }, (_, v) => v);
  const given = variants.map((v) => givenEvents(givenInputs, fans[structureOf(v)] ?? [], dt, steps, v));
  const maxScale = drawn.map((p) => p.description.maxScale);
  const loads = given.map((events, v) => {
    const load = Float64Array.from(rowLoads[structureOf(v)] as Float64Array);
    addGivenLoad(events, maxScale, load);
    return load;
  });
  const q = new Map(cells.map((p) => [p, scales(slots, p, populations, loads, entries)]));
  const ofProjection = new Float64Array(drawn.length * entries);
  for (const p of into) ofProjection.set(q.get(p.target) as Float64Array, p.index * entries);
  return {
    cells,
    slots: slots.count,
    rows,
    ports,
    procedural: rowInputs.flatMap((input) => compileProcedural(input, dt)),
    given: interleave(given, entries, slots.count),
    q: ofProjection,
    inputScale: cells.flatMap((p) => inputScales(p, populations, q.get(p) as Float64Array)),
  };
}

function inputsOf(
  into: readonly DrawnProjection[],
  slots: Slots,
  { dt, populations, plasticity }: StageContext,
): { rows: RowInput[]; given: GivenInput[]; ports: PortLinks[] } {
  const rows: RowInput[] = [];
  const given: GivenInput[] = [];
  const ports: PortLinks[] = [];
  for (const projection of into) {
    if (changesLinks(projection.description.plasticity)) continue;
    const slotOf = projection.description.receptors.map((r) => slots.of.get(projection.target)?.get(r) ?? 0);
    const source = populations[projection.source] as CompiledPopulation;
    const plastic = plasticity.find((p) => p.projection === projection.index);
    if (source.kind === "port") ports.push(portLinks(projection, slotOf, dt));
    else if (source.kind === "trains") given.push({ projection, trains: source, slotOf, releases: plastic?.given });
    else
      rows.push({
        projection,
        firstSource: source.firstSource,
        sources: source.n,
        slotOf,
        largest: plastic?.largest ?? 1,
      });
  }
  return { rows, given, ports };
}

/** q of one target population per entry, from that entry's links and trains alone. */
function scales(
  slots: Slots,
  population: number,
  populations: readonly CompiledPopulation[],
  loads: readonly Float64Array[],
  entries: number,
): Float64Array {
  const n = (populations[population] as CompiledPopulation).n;
  const perVariant = loads.map((load) => {
    let most = 0;
    for (const slot of slots.of.get(population)?.values() ?? []) {
      for (let cell = 0; cell < n; cell++) most = Math.max(most, load[slot + cell] as number);
    }
    return scaleFor(most);
  });
  return Float64Array.from({ length: entries }, (_, e) => perVariant[perVariant.length === 1 ? 0 : e] as number);
}

function inputScales(
  population: number,
  populations: readonly CompiledPopulation[],
  q: Float64Array,
): CompiledStage["inputScale"] {
  const cells = populations[population];
  if (cells?.kind !== "cells") return [];
  return cells.receptors.map(({ input }) => ({ population, input: cells.program.inputs.indexOf(input), q }));
}

/** Over all links of all stages, in steps. */
export function longestDelay(
  stages: readonly Pick<CompiledStage, "rows" | "procedural">[],
  learning: readonly CompiledLearning[],
): number {
  let longest = 0;
  for (const { tables, hearsTarget, dendriticSteps } of learning) {
    if (hearsTarget) longest = Math.max(longest, dendriticSteps);
    for (const { segmentDelay } of tables) for (const d of segmentDelay) longest = Math.max(longest, d);
  }
  for (const { rows, procedural } of stages) {
    for (const { delay } of procedural) for (const d of delay) longest = Math.max(longest, d);
    for (const { segmentDelay } of rows) for (const d of segmentDelay) longest = Math.max(longest, d);
  }
  return longest;
}
