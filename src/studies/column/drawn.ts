import { edgeOf } from "../../analysis/grid.ts";
import { morletSpectrogram } from "../../analysis/morlet.ts";
import { welch } from "../../analysis/spectrum.ts";
import {
  endPoints,
  ratesByType,
  spikeHistogram,
  type ColumnSpike,
  type CortexColumn,
  type Dipole,
  type RuleLinks,
} from "../../models/cortical-column/index.ts";
import {
  CELL_COLOURS,
  columnRasterFigure,
  dipoleFigure,
  dipoleSpectrumFigure,
  fieldFigure,
  histogramFigure,
  ratesFigure,
  spectrogramFigure,
  type RasterData,
} from "./figures.ts";
import { connectivityFigure, spaceFigure, type FanOut, type Tube } from "./space-figures.ts";
import { displayed, meanDipole, type Field } from "./results.ts";
import type { Figure } from "../study.ts";
import type { ColumnSettings } from "./settings.ts";

export interface ColumnData {
  readonly column: CortexColumn;
  /** Cells and drives, one list per trial. */
  readonly spikes: readonly (readonly ColumnSpike[])[];
  /** Corrected, not smoothed; one per trial. */
  readonly dipoles: readonly Dipole[];
  /** Of the first trial. */
  readonly field: Field | undefined;
}

/** Every figure of a run. */
export function columnFigures(data: ColumnData, s: ColumnSettings): Figure[] {
  const { column, dipoles, field, spikes } = data;
  const dipole = (): string => {
    const shown = dipoles.map((d) => displayed(d, s));
    const mean = meanDipole(shown);
    return dipoleFigure(shown, mean, mean.scale);
  };
  const list: Figure[] = [
    { name: "dipole", svg: dipole },
    ...rhythms(dipoles, s),
    { name: "raster", svg: () => columnRasterFigure([rasterData(column, spikes[0] ?? [], "Raster Plot")], s.duration) },
    { name: "histogram", svg: () => histogram(data, s) },
    { name: "rates", svg: () => ratesFigure(ratesByType(spikes, column.layout.gids, [0, s.duration], "trial")) },
    { name: "connectivity", svg: () => connectivity(column) },
    { name: "cells", svg: () => cellsInSpace(column) },
  ];
  if (field !== undefined) list.push({ name: "csd", svg: () => csd(field) });
  return list;
}

/** One spectrum per trial and their mean, and the Morlet spectrogram averaged over trials; of the part after the cells have settled. */
function rhythms(dipoles: readonly Dipole[], s: ColumnSettings): Figure[] {
  const settled = dipoles.map((d) => after(d, Math.min(20, s.duration / 4)));
  const [first] = settled;
  if (first === undefined || first.agg.length < 64) return [];
  return [
    { name: "spectrum", svg: () => spectrum(settled, first) },
    { name: "spectrogram", svg: () => spectrogram(settled, first) },
  ];
}

const interval = ({ tMs }: Dipole): number => (tMs[1] as number) - (tMs[0] as number);

function spectrum(settled: readonly Dipole[], first: Dipole): string {
  const dtMs = interval(first);
  const spectra = settled.map((d) => welch(d.agg, { fs: 1000 / dtMs, segment: d.agg.length, window: "hamming" }));
  const density = Float64Array.from(spectra[0]?.f ?? [], (_, k) => meanOf(spectra.map((x) => x.density[k] as number)));
  const all = spectra.length > 1 ? [{ f: spectra[0]?.f ?? [], density }, ...spectra] : spectra;
  return dipoleSpectrumFigure(all, first.agg.length * dtMs);
}

function spectrogram(settled: readonly Dipole[], first: Dipole): string {
  const dtMs = interval(first);
  const every = Math.max(1, Math.round(0.5 / dtMs));
  const thin = (x: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length: Math.floor(x.length / every) }, (_, k) => {
      let sum = 0; // averaged, so that nothing above the new rate folds down
      for (let j = 0; j < every; j++) sum += x[k * every + j] as number;
      return sum / every;
    });
  const frequencies = Float64Array.from({ length: 39 }, (_, k) => 5 + 2.5 * k);
  const power = settled.map((d) => morletSpectrogram(thin(d.agg), dtMs * every, frequencies).power);
  const rows = Array.from(frequencies, (_, f) =>
    Float64Array.from(power[0]?.[f] ?? [], (_x, n) => meanOf(power.map((p) => p[f]?.[n] ?? 0))),
  );
  return spectrogramFigure(meanDipole(settled), { rows, tMs: thin(first.tMs), y: [3.75, 101.25] });
}

const meanOf = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / Math.max(1, x.length);

function after(d: Dipole, fromMs: number): Dipole {
  const k = Math.max(0, d.tMs.findIndex((t) => t >= edgeOf(fromMs))); // prettier-ignore
  return { ...d, tMs: d.tMs.slice(k), agg: d.agg.slice(k), L2: d.L2.slice(k), L5: d.L5.slice(k) };
}

/** Spikes of the real cells of one trial, by type. */
export function rasterData(column: CortexColumn, spikes: readonly ColumnSpike[], title: string): RasterData {
  const byType = Object.fromEntries(
    Object.keys(column.layout.gids).map((type) => {
      const own = spikes.filter((x) => x.type === type);
      return [type, { timesMs: own.map((x) => x.timeMs), gids: own.map((x) => x.gid) }];
    }),
  );
  return { title, spikes: byType, nCells: column.layout.nCells };
}

function histogram({ column, spikes }: ColumnData, s: ColumnSettings): string {
  const all = spikes.flat();
  const counts = (names: readonly string[]) => spikeHistogram(all, s.duration, names);
  const drives = counts(column.drives.map((d) => d.name));
  return histogramFigure(drives.edgesMs, drives.counts, counts(Object.keys(column.layout.gids)).counts);
}

function csd({ tMs, depths, potentials, csd: rows }: Field): string {
  const step = ((depths.at(-1) ?? 0) - (depths[0] ?? 0)) / Math.max(1, depths.length - 1);
  const y = [(depths[0] ?? 0) - step / 2, (depths.at(-1) ?? 0) + step / 2] as const;
  return fieldFigure({ rows: potentials, tMs, y }, { rows, tMs, y });
}

/** The middle cell's links by the rules that say most, and all weights between cells. */
function connectivity(column: CortexColumn): string {
  const { layout } = column;
  const cells = Object.entries(layout.positions).map(([name, at]) => ({
    name,
    at,
    colour: CELL_COLOURS[name] ?? "#555555",
  }));
  const fans = [1, 9].flatMap((rule) => fanOf(column, column.links[rule]) ?? []);
  const n = layout.nCells;
  const weights = new Float64Array(n * n);
  for (const { source, target, weightUs, sections, rule } of column.links) {
    if (rule >= column.rules.length) continue;
    source.forEach((from, k) => {
      const at = from * n + (target[k] as number);
      weights[at] = (weights[at] as number) + (weightUs[k] as number) * sections.length;
    });
  }
  return connectivityFigure(cells, fans, { n, weights });
}

function fanOf(column: CortexColumn, links: RuleLinks | undefined): FanOut | undefined {
  const rule = links === undefined ? undefined : column.rules[links.rule];
  if (links === undefined || rule === undefined) return undefined;
  const [from, to] = [column.layout.gids[rule.source], column.layout.gids[rule.target]];
  const [origins, targets] = [column.layout.positions[rule.source], column.layout.positions[rule.target]];
  if (from === undefined || to === undefined || origins === undefined || targets === undefined) return undefined;
  const [ox, oy] = column.layout.origin;
  const middle = Math.max(0, origins.findIndex((p) => p[0] === ox && p[1] === oy)); // prettier-ignore
  const own = Array.from(links.source.keys()).filter((k) => links.source[k] === from.first + middle);
  if (own.length === 0) return undefined;
  return {
    title: `One ${rule.source} to ${rule.target}, ${rule.location} ${rule.receptor}`,
    weights: own.map((k) => links.weightUs[k] as number),
    targets: own.map((k) => targets[(links.target[k] as number) - to.first] as (typeof targets)[number]),
    source: origins[middle] as (typeof origins)[number],
  };
}

/** Cells are a few micrometres apart in the published column and hundreds of micrometres tall: drawn apart. */
const APART = 60;

function cellsInSpace(column: CortexColumn): string {
  const tubes = column.cellTypes.flatMap((type): Tube[] => {
    const ends = endPoints(type);
    return (column.layout.positions[type.name] ?? []).flatMap(([x, y, z]) =>
      type.sections.map((section): Tube => {
        const { start, end } = ends.get(section.name) as { start: readonly number[]; end: readonly number[] };
        const place = (p: readonly number[]): [number, number, number] => [
          x * APART + (p[0] as number),
          y * APART + (p[1] as number),
          z + (p[2] as number),
        ];
        return { from: place(start), to: place(end), diam: section.diam, colour: CELL_COLOURS[type.name] ?? "#555555" };
      }),
    );
  });
  const legend = column.cellTypes.map(({ name }) => ({ label: name, colour: CELL_COLOURS[name] ?? "#555555" }));
  return spaceFigure(tubes, { title: `The column (in-plane distances x ${APART})`, legend });
}
