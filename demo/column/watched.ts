import { cellModel, type CortexColumn } from "../../src/models/cortical-column/index.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import type { Place, WatchedReadings } from "./facts.ts";

/** One place in one cell: its voltage, the currents and the conductances there. */

type Kind = keyof WatchedReadings["of"];

interface Variable {
  readonly name: string;
  readonly label: string;
  readonly kind: Kind;
  /** from the engine's unit to the plot's. */
  readonly factor: number;
}

/** What can be recorded in the middle of a section: V, mV; densities of channels' currents, uA/cm2; conductances of receptors, nS,
 * and their currents, nA. Outward is positive. */
export function variablesAt(column: CortexColumn, { type, section }: Place): Variable[] {
  const own = column.cellTypes.find(({ name }) => name === type);
  if (own === undefined) return [];
  const { insertions, receptors } = cellModel(own, 1);
  const channels = insertions.flatMap(({ sections, mechanism, as }): Variable[] => {
    if (!sections.includes(section) || mechanism.kind !== "channel") return [];
    const called = as ?? mechanism.name;
    return Object.keys(mechanism.currents).map((current) => ({ name: `${section}.${called}.i_${current}`, label: current === called ? called : `${called} ${current}`, kind: "density", factor: 1e3 })); // prettier-ignore
  });
  const here = receptors.filter((r) => r.section === section);
  const kinds = here.map(({ name }) => [name, name.slice(section.length + 1)] as const);
  return [
    { name: `${section}.V`, label: "V", kind: "V", factor: 1 },
    ...channels,
    ...kinds.map(([name, label]): Variable => ({ name: `${name}.g`, label, kind: "conductance", factor: 1e3 })),
    ...kinds.map(([name, label]): Variable => ({ name: `${name}.i`, label, kind: "current", factor: 1 })),
  ];
}

/** Records a place and keeps what comes. */
export class Watched {
  readonly #place: Place;
  readonly #variables: readonly Variable[];
  readonly #t: number[] = [];
  readonly #values: number[][];

  constructor(column: CortexColumn, place: Place) {
    [this.#place, this.#variables] = [place, variablesAt(column, place)];
    this.#values = this.#variables.map(() => []);
  }

  take(chunk: Chunk): void {
    this.#variables.forEach(({ name, factor }, v) => {
      const { times, cells, data } = chunk.trace(this.#place.type, name);
      const [width, at] = [cells.length, cells.indexOf(this.#place.cell)];
      for (let row = 0; row < times.length; row++) {
        if (v === 0) this.#t.push(times[row] as number);
        this.#values[v]?.push(factor * (data[row * width + at] as number));
      }
    });
  }

  get readings(): WatchedReadings {
    const of = (kind: Kind): { label: string; y: number[] }[] =>
      this.#variables.flatMap((v, k) => (v.kind === kind ? [{ label: v.label, y: this.#values[k] ?? [] }] : []));
    return { place: this.#place, t: this.#t, of: { V: of("V"), density: of("density"), conductance: of("conductance"), current: of("current") } }; // prettier-ignore
  }
}
