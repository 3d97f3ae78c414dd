import { drawLinks, drawReceptors, type Links } from "../../connect/draw.ts";
import { Uint32List } from "../../connect/rows.ts";
import { DrawnValues, isDrawn } from "../../connect/values.ts";
import type { ProceduralLaw } from "../../connect/laws.ts";
import type { Key } from "../../connect/rule.ts";
import { expectedLinks, leavesOutSelf, mostInto, proceduralLaw, type Sizes } from "../../connect/rules.ts";
import { stream } from "../../random/philox.ts";
import { receives } from "../../network/check.ts";
import { linkValues, ruleSizes } from "../../network/check-projection.ts";
import type { NetworkDescription, PopulationDescription, ProjectionDescription } from "../../network/description.ts";
import { delaySteps } from "../../steps.ts";
import { canonical, canonicalValues, isQuantity } from "../../units.ts";
import type { Ticker } from "../ticker.ts";

/** The links of one projection under one structureSeed, after dropping what exceeds maxDelay. */
export interface DrawnLinks extends Links {
  /** index into the projection's receptors; undefined where all links end on the first. */
  readonly receptor: Uint8Array | undefined;
  /** in the unit of what they end on: one for all, one per link in the rule's own order (`order`), or what draws them. */
  readonly weight: number | Float64Array | DrawnValues;
  /** ms, without the axon's: one for all, or one per link in the rule's own order. */
  readonly delayMs: number | Float64Array;
  readonly dropped: number;
}

/** A projection whose links are drawn again for each spike: what they follow from. `links` then holds none. */
export interface ProceduralLinks {
  readonly law: ProceduralLaw;
  readonly sizes: Sizes;
  readonly noSelf: boolean;
  /** in the unit of what they end on. */
  readonly weight: number;
  /** ms, without the axon's. */
  readonly delayMs: number;
  /** expected. */
  readonly links: number;
  /** per structure. */
  readonly keys: readonly Key[];
}

export interface DrawnProjection {
  readonly index: number;
  readonly description: ProjectionDescription;
  readonly source: number; // population
  readonly target: number; // population
  readonly sizes: Sizes;
  /** ms per source cell, or for all. */
  readonly axonDelayMs: number | Float64Array;
  /** per structure: one, or one per entry. */
  readonly links: readonly DrawnLinks[];
  readonly procedural?: ProceduralLinks;
}

/** The most links that end on one target where the rule says so, and all of them weigh the same. */
export const knownMost = ({ description: p, sizes }: DrawnProjection): number | undefined =>
  isQuantity(p.weight) ? mostInto(p.rule, sizes) : undefined;

/** Whether a projection has links, as far as is known. */
export const hasLinks = ({ links, procedural }: DrawnProjection): boolean =>
  (procedural?.links ?? 0) > 0 || links.some((l) => l.target.length > 0);

export const at = (values: number | ArrayLike<number>, i: number): number =>
  typeof values === "number" ? values : (values[i] as number);

/** One weight for all links, or one per link in the rule's own order. */
export const keptWeights = ({ weight }: DrawnLinks): number | Float64Array =>
  weight instanceof DrawnValues ? weight.all() : weight;

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
    const procedural =
      description.procedural === true ? proceduralLinks(description, d.populations, structureSeeds) : undefined;
    return {
      index,
      ...(procedural === undefined ? {} : { procedural }),
      description,
      source,
      target: d.populations.findIndex((p) => p.name === description.target),
      axonDelayMs,
      sizes: ruleSizes(description, d.populations),
      links: structureSeeds.map((seed, entry) => {
        const varied = structureSeeds.length > 1 ? `, entry ${entry} of a varied structureSeed` : "";
        const { sources } = ruleSizes(description, d.populations);
        const tick = (cell: number): void =>
          ticker.tick(
            () =>
              `drawing "${description.name}" (${index + 1} of ${d.projections.length} projections${varied}), source ${cell} of ${sources}`,
          );
        if (procedural !== undefined) return noLinks(procedural);
        return draw(description, d.populations, seed, axonDelayMs, varied, tick);
      }),
    };
  });
}

function proceduralLinks(
  p: ProjectionDescription,
  populations: NetworkDescription["populations"],
  structureSeeds: readonly number[],
): ProceduralLinks {
  const sizes = ruleSizes(p, populations);
  return {
    law: proceduralLaw(p.name, p.rule, sizes),
    sizes,
    noSelf: leavesOutSelf(p.rule, sizes),
    weight: linkValues(`${p.name}, weight`, p.weight, p.weight.unit) as number,
    delayMs: linkValues(`${p.name}, delay`, p.delay, "ms") as number,
    links: expectedLinks(p.rule, sizes).mean,
    keys: structureSeeds.map((seed) => ({ seed, stream: stream("projection", p.name) })),
  };
}

const noLinks = ({ weight, delayMs, sizes }: ProceduralLinks): DrawnLinks => ({
  start: new Uint32Array(sizes.sources + 1),
  target: new Uint32Array(0),
  receptor: undefined,
  weight,
  delayMs,
  dropped: 0,
});

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
  const count = links.target.length;
  const key = { seed: structureSeed, name: p.name };
  const all: DrawnLinks = {
    ...links,
    receptor: drawReceptors(links, p.receptors.length, structureSeed, p.name),
    weight: isDrawn(p.weight)
      ? new DrawnValues(`${p.name}, weight`, p.weight, p.weight.unit, links, { ...key, use: "weight" })
      : linkValues(`${p.name}, weight${inEntry}`, p.weight, p.weight.unit, count),
    delayMs: isDrawn(p.delay)
      ? new DrawnValues(`${p.name}, delay`, p.delay, "ms", links, { ...key, use: "delay" }).all()
      : linkValues(`${p.name}, delay${inEntry}`, p.delay, "ms", count),
    dropped: 0,
  };
  if (p.maxDelay === undefined) return all;
  return dropSlow(all, canonical(`${p.name}, maxDelay`, p.maxDelay, "ms"), axonDelayMs);
}

function dropSlow(links: DrawnLinks, maxDelayMs: number, axonDelayMs: number | Float64Array): DrawnLinks {
  const [kept, start] = [new Uint32List(), new Uint32Array(links.start.length)];
  for (let source = 0; source + 1 < start.length; source++) {
    const axon = at(axonDelayMs, source);
    for (let k = links.start[source] as number; k < (links.start[source + 1] as number); k++) {
      if (at(links.delayMs, links.order?.[k] ?? k) + axon <= maxDelayMs) kept.push(k);
    }
    start[source + 1] = kept.length;
  }
  const dropped = links.target.length - kept.length;
  if (dropped === 0) return links;
  const places = kept.take();
  return {
    ...links,
    weight: keptWeights(links),
    start,
    target: places.map((k) => links.target[k] as number),
    order: places.map((k) => links.order?.[k] ?? k),
    receptor: links.receptor && Uint8Array.from(places, (k) => links.receptor?.[k] as number),
    dropped,
  };
}

/** Shortest delay of a projection in steps over all structures; undefined without links. */
export function shortestDelay(p: DrawnProjection, dt: number): number | undefined {
  let shortest = Infinity;
  const { procedural } = p;
  if (procedural !== undefined && procedural.links > 0) {
    for (let s = 0; s < procedural.sizes.sources; s++)
      shortest = Math.min(shortest, procedural.delayMs + at(p.axonDelayMs, s));
  }
  for (const links of p.links) {
    for (let source = 0; source + 1 < links.start.length; source++) {
      const least = shortestOf(links, source) + at(p.axonDelayMs, source);
      if (least < shortest) shortest = least;
    }
  }
  return shortest === Infinity ? undefined : delaySteps(p.description.name, shortest, dt);
}

/** ms; infinite for a source without links. (Adding the axon's afterwards gives the same least sum: rounding keeps order.) */
function shortestOf({ start, order, delayMs }: DrawnLinks, source: number): number {
  const [from, to] = [start[source] as number, start[source + 1] as number];
  if (from === to) return Infinity;
  if (typeof delayMs === "number") return delayMs;
  let least = Infinity;
  for (let k = from; k < to; k++) least = Math.min(least, delayMs[order?.[k] ?? k] as number);
  return least;
}
