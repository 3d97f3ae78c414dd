import { drawLinks, drawReceptors } from "../connect/draw.ts";
import { linkValues, receives, ruleSizes } from "../network/check.ts";
import type { NetworkDescription, PopulationDescription, ProjectionDescription } from "../network/description.ts";
import { delaySteps } from "../steps.ts";
import { canonical, canonicalValues } from "../units.ts";
import type { Ticker } from "./ticker.ts";

/** The links of one projection under one structureSeed, after dropping what exceeds maxDelay. Values that all links share are numbers. */
export interface DrawnLinks {
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  /** index into the projection's receptors. */
  readonly receptor: Uint8Array;
  readonly weight: number | Float64Array; // uS
  readonly delayMs: number | Float64Array; // without the axon's
  readonly dropped: number;
}

export interface DrawnProjection {
  readonly index: number;
  readonly description: ProjectionDescription;
  readonly source: number; // population
  readonly target: number; // population
  /** ms per source cell, or for all. */
  readonly axonDelayMs: number | Float64Array;
  /** per structure: one, or one per entry. */
  readonly links: readonly DrawnLinks[];
}

export const at = (values: number | ArrayLike<number>, i: number): number =>
  typeof values === "number" ? values : (values[i] as number);

/** Draws every projection.
 * @param structureSeeds one, or one per entry */
export function drawProjections(
  d: NetworkDescription,
  structureSeeds: readonly number[],
  ticker: Ticker,
): DrawnProjection[] {
  return d.projections.map((description, index) => {
    const source = d.populations.findIndex((p) => p.name === description.source);
    const axonDelayMs = axonDelay(d.populations[source] as PopulationDescription);
    return {
      index,
      description,
      source,
      target: d.populations.findIndex((p) => p.name === description.target),
      axonDelayMs,
      links: structureSeeds.map((seed, entry) => {
        const varied = structureSeeds.length > 1 ? `, entry ${entry} of a varied structureSeed` : "";
        const { sources } = ruleSizes(description, d.populations);
        const tick = (cell: number): void =>
          ticker.tick(
            () =>
              `drawing "${description.name}" (${index + 1} of ${d.projections.length} projections${varied}), source ${cell} of ${sources}`,
          );
        return draw(description, d.populations, seed, axonDelayMs, varied, tick);
      }),
    };
  });
}

function axonDelay(population: PopulationDescription): number | Float64Array {
  if (!receives(population) || population.model.axonDelay === undefined) return 0;
  return canonicalValues(`${population.name}, axonDelay`, population.model.axonDelay, "ms", population.model.n);
}

function draw(
  p: ProjectionDescription,
  populations: NetworkDescription["populations"],
  structureSeed: number,
  axonDelayMs: number | Float64Array,
  inEntry: string,
  tick: (source: number) => void,
): DrawnLinks {
  const links = drawLinks(p.rule, ruleSizes(p, populations), structureSeed, p.name, tick);
  const count = links.source.length;
  const all: DrawnLinks = {
    ...links,
    receptor: drawReceptors(links, p.receptors.length, structureSeed, p.name),
    weight: linkValues(`${p.name}, weight${inEntry}`, p.weight, p.weight.unit, count),
    delayMs: linkValues(`${p.name}, delay${inEntry}`, p.delay, "ms", count),
    dropped: 0,
  };
  if (p.maxDelay === undefined) return all;
  return dropSlow(all, canonical(`${p.name}, maxDelay`, p.maxDelay, "ms"), axonDelayMs);
}

function dropSlow(links: DrawnLinks, maxDelayMs: number, axonDelayMs: number | Float64Array): DrawnLinks {
  const keeps = (i: number) => at(links.delayMs, i) + at(axonDelayMs, links.source[i] as number) <= maxDelayMs;
  const kept = Uint32Array.from(links.source.keys()).filter((i) => keeps(i));
  const dropped = links.source.length - kept.length;
  if (dropped === 0) return links;
  const pick = (values: number | Float64Array) =>
    typeof values === "number" ? values : Float64Array.from(kept, (i) => values[i] as number);
  return {
    source: kept.map((i) => links.source[i] as number),
    target: kept.map((i) => links.target[i] as number),
    receptor: Uint8Array.from(kept, (i) => links.receptor[i] as number),
    weight: pick(links.weight),
    delayMs: pick(links.delayMs),
    dropped,
  };
}

/** Shortest delay of a projection in steps over all structures; undefined without links. */
export function shortestDelay(p: DrawnProjection, dt: number): number | undefined {
  let shortest = Infinity;
  for (const { source, delayMs } of p.links) {
    for (let i = 0; i < source.length; i++) {
      const total = at(delayMs, i) + at(p.axonDelayMs, source[i] as number);
      if (total < shortest) shortest = total;
    }
  }
  return shortest === Infinity ? undefined : delaySteps(p.description.name, shortest, dt);
}
