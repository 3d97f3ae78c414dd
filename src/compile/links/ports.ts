import { countTables } from "../../random/poisson-count.ts";
import { stream } from "../../random/philox.ts";
import { isPerCell } from "../../network/check.ts";
import type { PortSources } from "../../network/description.ts";
import { delaySteps } from "../../steps.ts";
import { canonical, canonicalValues } from "../../units.ts";
import { eachLink } from "../../connect/draw.ts";
import type { CompiledPort, PortLinks } from "../compiled.ts";
import { at, type DrawnProjection, keptWeights } from "./links.ts";

/** @param rates  of each entry, where they vary
 * @throws ModelError for more events in a step than are possible */
export function compilePort(
  name: string,
  n: number,
  { sources, rate, maxRate }: PortSources,
  { dt, entries, rates }: { readonly dt: number; readonly entries: number; readonly rates: readonly PortSources["rate"][] | undefined },
): CompiledPort {
  const hz = new Float64Array(entries * n);
  const each = rates ?? [rate];
  for (let e = 0; e < entries; e++) {
    const given = each[each.length === 1 ? 0 : e] as PortSources["rate"];
    const of = canonicalValues(`${name}, rate`, given, "Hz", isPerCell(given) ? n : 1);
    for (let c = 0; c < n; c++) hz[e * n + c] = at(of, c);
  }
  const port = { kind: "port" as const, name, n, stream: stream("port", name), ...countTables(name, hz, sources, dt) };
  if (maxRate === undefined) return port;
  const maxHz = canonical(`${name}, maxRate`, maxRate, "Hz");
  const [largest] = countTables(`${name}, maxRate`, Float64Array.of(maxHz), sources, dt).tables;
  const longest = Math.max(largest?.length ?? 0, longestOf(port));
  return { ...port, live: { rate: hz, maxHz, sources, dt, longest } };
} // prettier-ignore

const longestOf = ({ tables }: Pick<CompiledPort, "tables">): number =>
  tables.reduce((a, t) => Math.max(a, t.length), 0);

/** Links of a port's projection under each structure. */
export function portLinks(p: DrawnProjection, slotOf: readonly number[], dt: number): PortLinks {
  const links = p.links.map((l) => {
    const count = l.target.length;
    const out = { source: new Uint32Array(count), slot: new Uint32Array(count), delay: new Uint32Array(count), weight: new Float64Array(count) }; // prettier-ignore
    const weight = keptWeights(l);
    let k = 0;
    eachLink(l, (source, target, place) => {
      out.source[k] = source;
      out.slot[k] = (slotOf[l.receptor?.[k] ?? 0] as number) + target;
      out.delay[k] = delaySteps(p.description.name, at(l.delayMs, place), dt);
      out.weight[k] = at(weight, place);
      k++;
    });
    return out;
  });
  return { projection: p.index, population: p.source, links };
}

/** Adds to `load` the most that one step can bring to each slot. */
export function addPortLoad(port: CompiledPort, { links }: PortLinks, structure: number, maxScale: number, load: Float64Array): void {
  const most = port.live?.longest ?? longestOf(port);
  const { slot, weight } = links[structure] as PortLinks["links"][number];
  slot.forEach((s, k) => (load[s] = (load[s] as number) + most * maxScale * Math.abs(weight[k] as number)));
} // prettier-ignore
