import type uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { cursorOf, moveCursor, putCursor, takeCursor } from "./cursor.ts";
import { make } from "./element.ts";
import { isBrowsers } from "./keyboard.ts";
import { colour, onColours } from "./theme.ts";
import { inTurn } from "./turns.ts";

/** The library, in a script of its own: evaluating it and making plots are tasks after the page's start. What it does first is to make a
 * format of numbers, for which the browser reads its tables of languages: most of the time that it takes, so in a task of its own. */
let library: typeof uPlot | undefined;
void inTurn(() => void new Intl.NumberFormat(navigator.language).format(0));
void inTurn(async () => {
  library = (await import("uplot")).default;
});

export interface SeriesSpec {
  readonly label: string;
  /** name of a colour in style.css. */
  readonly colour: string;
  readonly scale?: string;
  readonly points?: boolean;
  /** points that are rings. */
  readonly hollow?: boolean;
  /** a value holds from its x to the next. */
  readonly steps?: boolean;
  readonly fill?: boolean;
  readonly width?: number;
  /** tells it from others without colour. */
  readonly dashed?: boolean;
  /** not of the run, and so not of a kept one. */
  readonly beside?: boolean;
  /** one of many: thin, and no value of it is said. */
  readonly quiet?: boolean;
}

export interface PlotSpec {
  readonly series: readonly SeriesSpec[];
  /** `range`: always shown; else from the first value to the last, and `empty` ([0, 1]) while there is none. */
  readonly x: {
    readonly label: string;
    readonly range?: readonly [number, number];
    readonly empty?: readonly [number, number];
  };
  /** left axis, and right axis for series with scale "right". */
  readonly y: {
    readonly label: string;
    readonly min?: number;
    readonly soft?: number;
    /** decades shown at least, as powers of ten */ readonly log?: readonly [number, number];
  };
  readonly right?: { readonly label: string; readonly soft?: number };
  readonly height?: number;
}

/** What a plot showed when a run was kept. */
export interface Overlay {
  readonly name: string;
  readonly data: uPlot.AlignedData;
}

/** Colours of kept runs, by their place in the tray. */
const KEPT = ["kept-1", "kept-2", "kept-3"] as const;

const plots: Plot[] = [];

/** Nothing is drawn off the screen; what comes back to it is drawn at once. */
const onScreen = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) plots.find(({ parent }) => parent === target)?.seen(isIntersecting);
});

/** All plots of the page, in its order. */
export const everyPlot = (): readonly Plot[] => plots;

/** A plot that fills its parent's width and follows the page's colours. Under the pointer, or where arrow keys have brought its cursor, it says
 * its values, and so does every plot with the same x axis. */
export class Plot {
  readonly parent: HTMLElement;
  #spec: PlotSpec;
  readonly #readout = make("div", { className: "readout" });
  #range: readonly [number, number] | undefined;
  #data: uPlot.AlignedData;
  #overlays: readonly Overlay[] = [];
  #plot: uPlot | undefined; // none until its turn
  #made = Promise.resolve();
  #waiting = false;
  #away = false; // off the screen
  #stale = false; // to be made anew when it comes back to it
  #drawn: uPlot.AlignedData | undefined;
  #picked: ((x: number) => void) | undefined;

  constructor(parent: HTMLElement, spec: PlotSpec) {
    this.parent = parent;
    this.#spec = spec;
    this.#range = spec.x.range;
    this.#data = [[], ...spec.series.map(() => [])];
    parent.style.minHeight = `${this.#height}px`; // nothing moves when it comes
    this.#repaint();
    new ResizeObserver(() => {
      const width = parent.clientWidth;
      if (width > 0 && width !== this.#plot?.width) this.#plot?.setSize({ width, height: this.#height });
    }).observe(parent);
    this.#readout.id = `${parent.id}-values`;
    parent.after(this.#readout);
    parent.tabIndex = 0;
    parent.setAttribute("aria-describedby", this.#readout.id);
    parent.addEventListener("keydown", (event) => this.#key(event));
    parent.addEventListener("focus", () => parent.matches(":focus-visible") && this.#hint());
    parent.addEventListener("blur", () => this.#leave());
    onColours(() => this.#repaint());
    plots.push(this);
    onScreen.observe(parent);
  }

  get spec(): PlotSpec {
    return this.#spec;
  }

  /** x, then a row per series; null where there is nothing. */
  get data(): uPlot.AlignedData {
    return this.#data;
  }

  set(data: uPlot.AlignedData): void {
    if (same(this.#data, data)) return;
    this.#data = data;
    if (!this.#away) this.#draw();
  }

  /** It came on the screen or went off it. */
  seen(is: boolean): void {
    this.#away = !is;
    if (is && this.#stale) this.#repaint();
    else if (is) this.#draw();
  }

  /** Unless it is about to be made anew. */
  #draw(): void {
    if (this.#waiting || this.#drawn === this.#data) return;
    this.#drawn = this.#data;
    this.#plot?.setData(this.#shown);
  }

  /** Tells the x that is nearest to where the plot is clicked. */
  onPick(picked: (x: number) => void): void {
    this.#picked = picked;
    this.parent.classList.add("picks");
    this.parent.addEventListener("click", () => this.#pick());
  }

  #pick(): void {
    const x = this.#plot && cursorOf(this.#plot);
    if (x !== undefined) this.#picked?.(x);
  }

  /** Moves the cursor, picks what is under it, or takes it away. */
  #key(event: KeyboardEvent): void {
    if (this.#plot === undefined || isBrowsers(event)) return;
    if (event.key === "Escape" && cursorOf(this.#plot) !== undefined) this.#leave();
    else if ((event.key === "Enter" || event.key === " ") && this.#picked !== undefined) this.#pick();
    else if (moveCursor(this.#plot, event)) this.#readout.setAttribute("aria-live", "polite");
    else return;
    event.preventDefault();
  }

  #hint(): void {
    if (this.#readout.textContent === "")
      this.#readout.textContent = `Arrow keys: values${this.#picked === undefined ? "" : ", Enter: choose"}`;
  }

  /** What the pointer shows is not said aloud. */
  #leave(): void {
    this.#readout.removeAttribute("aria-live");
    if (this.#plot !== undefined) takeCursor(this.#plot);
    this.#readout.textContent = "";
  }

  /** Other series and axes in its place, without data. */
  reshape(spec: PlotSpec): void {
    [this.#spec, this.#range] = [spec, spec.x.range];
    this.#data = [[], ...spec.series.map(() => [])];
    this.#repaint();
  }

  /** Lays what kept runs showed under the data. */
  overlay(overlays: readonly Overlay[]): void {
    this.#overlays = overlays;
    this.#repaint();
  }

  /** Data and overlays over one x axis, with names for a table. */
  get table(): { names: string[]; columns: readonly ArrayLike<number | null | undefined>[] } {
    const { x, series } = this.spec;
    const label = (s: SeriesSpec): string =>
      `${s.label} (${(s.scale === "right" ? this.spec.right : this.spec.y)?.label})`;
    const names = [x.label, ...series.map(label), ...this.#overlays.flatMap(({ name }) => this.#own.map((s) => `${name}: ${label(s)}`))]; // prettier-ignore
    return { names, columns: this.#shown as unknown as ArrayLike<number | null | undefined>[] };
  }

  /** As it stands on the page, on the page's ground. */
  async png(): Promise<Blob | null> {
    if (this.#stale) this.#remake(); // it is off the screen
    await this.#made;
    this.#draw();
    const drawn = this.#plot?.ctx.canvas;
    if (drawn === undefined) return null;
    const copy = make("canvas", { width: drawn.width, height: drawn.height });
    const to = copy.getContext("2d");
    if (to !== null) {
      to.fillStyle = colour("panel");
      to.fillRect(0, 0, copy.width, copy.height);
      to.drawImage(drawn, 0, 0);
    }
    return new Promise((resolve) => copy.toBlob(resolve));
  }

  /** Takes everything off but kept runs. */
  clear(): void {
    this.set([[], ...this.spec.series.map(() => [])]);
  }

  /** Ends of the x axis, from the next data on. */
  reach(from: number, to: number): void {
    this.#range = [from, to];
    this.#repaint();
  }

  /** The range of x that is always shown. */
  get range(): readonly [number, number] | undefined {
    return this.#range;
  }

  get #shown(): uPlot.AlignedData {
    return this.#overlays.length === 0 || library === undefined
      ? this.#data
      : library.join([this.#data, ...this.#overlays.map(({ data: [x, ...rows] }) => [x, ...this.#own.map((_, k) => rows[k] ?? [])] as uPlot.AlignedData)]); // prettier-ignore
  }

  /** Series of the run itself, which stand before those beside it. */
  get #own(): readonly SeriesSpec[] {
    return this.#spec.series.filter(({ beside }) => beside !== true);
  }

  /** After its colours, axes or series changed; off the screen when it comes back to it. */
  #repaint(): void {
    this.parent.dataset["axis"] = this.#spec.x.label;
    this.#stale = this.#away;
    if (!this.#away) this.#remake();
  }

  /** Makes the plot; until then the old one stands as it is. */
  #remake(): void {
    this.#stale = false;
    if (this.#waiting) return;
    this.#waiting = true;
    this.#made = inTurn(() => {
      this.#waiting = false;
      const at = document.activeElement === this.parent && this.#plot ? cursorOf(this.#plot) : undefined;
      this.#plot?.destroy();
      this.#plot = library && this.#make(library);
      this.#drawn = this.#data;
      if (at !== undefined && this.#plot !== undefined) putCursor(this.#plot, at);
    });
  }

  #read(plot: uPlot): void {
    const [at, x] = [plot.cursor.idx ?? -1, cursorOf(plot)];
    if (x === undefined) return void (this.#readout.textContent = "");
    const values = plot.series.slice(1).flatMap((s, k) => {
      const y = plot.data[k + 1]?.[at];
      return y === null || y === undefined || Number.isNaN(y) || this.#spec.series[k]?.quiet === true
        ? []
        : [`${String(s.label)} ${rounded(y)}`];
    });
    this.#readout.textContent = `${this.spec.x.label} ${rounded(x)}${values.length > 0 ? `: ${values.join(", ")}` : ""}`;
  }

  get #height(): number {
    return this.spec.height ?? 190;
  }

  #make(Library: typeof uPlot): uPlot {
    const { x, y, right, series } = this.spec;
    const [text, grid, font] = [colour("muted"), colour("grid"), "12px system-ui, sans-serif"];
    const axis = (label: string): uPlot.Axis => ({
      label, labelFont: font, font, labelSize: 18, stroke: text, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 },
    }); // prettier-ignore
    const range =
      (spec: { min?: number; soft?: number }): uPlot.Scale.Range =>
      (_, low, high) => {
        const top = Math.max(high ?? 0, spec.soft ?? 0);
        const bottom = spec.min ?? Math.min(low ?? 0, 0);
        return [bottom, top > bottom ? top + 0.05 * (top - bottom) : bottom + 1];
      };
    const scales: uPlot.Scales = {
      x: { time: false, range: this.#range === undefined ? reaching(x.empty) : [this.#range[0], this.#range[1]] },
      y: y.log === undefined ? { range: range(y) } : { distr: 3, range: decades(y.log) },
    };
    const decade = (_: uPlot, splits: number[]): (number | null)[] =>
      splits.map((v) => (powerOfTen(v) === "" ? null : v));
    const left: uPlot.Axis = y.log === undefined ? {} : {
      values: (_, splits) => splits.map(powerOfTen),
      grid: { stroke: grid, width: 1, filter: decade },
      ticks: { show: false },
    }; // prettier-ignore
    const axes: uPlot.Axis[] = [
      { ...axis(x.label), size: 34 },
      { ...axis(y.label), size: wide, ...left },
    ];
    if (right !== undefined) {
      scales["right"] = { range: range({ min: 0, ...right }) };
      axes.push({ ...axis(right.label), scale: "right", side: 1, size: wide, grid: { show: false } });
    }
    const options: uPlot.Options = {
      width: Math.max(120, this.parent.clientWidth),
      height: this.#height,
      scales,
      axes,
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        sync: { key: x.label, scales: ["x", null] },
      },
      hooks: { setCursor: [(plot) => this.#read(plot)] },
      padding: [8, right === undefined ? 18 : 0, 0, 0],
      series: [{}, ...series.map((s) => seriesOptions(s)), ...this.#kept()],
    };
    return new Library(options, this.#shown, this.parent);
  }

  /** Series of kept runs: thin, each in a colour of its own. */
  #kept(): uPlot.Series[] {
    return this.#overlays.flatMap(({ name }, k) =>
      this.#own.map((s) =>
        seriesOptions({
          ...s,
          label: `${name}: ${s.label}`,
          colour: KEPT[k % KEPT.length] as string,
          width: 1,
          fill: false,
        }),
      ),
    );
  }
}

const same = (a: uPlot.AlignedData, b: uPlot.AlignedData): boolean =>
  a.length === b.length && a.every((row, k) => row.length === b[k]?.length && Array.prototype.every.call(row, (x, i) => Object.is(x, b[k]?.[i]))); // prettier-ignore

/** From the first to the last value; a plot without data has its axis too, or its lowest number is cut off. */
const reaching =
  (empty: readonly [number, number] = [0, 1]): uPlot.Scale.Range =>
  (_, low: number | null, high: number | null) =>
    low === null || high === null ? [empty[0], empty[1]] : [low, high];

/** Room for an axis' numbers and its label, CSS pixels: 12 px numbers are 7 px a character wide at most. */
const wide = (_: uPlot, values: readonly (string | null)[] | null): number =>
  Math.max(46, 22 + 7 * Math.max(0, ...(values ?? []).map((text) => text?.length ?? 0)));

/** Five digits at most. */
const rounded = (x: number): string => String(Number(x.toPrecision(5)));

/** Names the decades of a logarithmic axis, and nothing between. */
function powerOfTen(value: number | null): string {
  const power = value === null ? NaN : Math.log10(value);
  return Math.abs(power - Math.round(power)) < 1e-6 ? `10${superscript(Math.round(power))}` : "";
}

const superscript = (n: number): string =>
  String(n).replace(/./g, (c) => (c === "-" ? "⁻" : ("⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)] ?? c)));

/** Whole decades around the data, and at least the given ones. */
const decades =
  ([least, most]: readonly [number, number]): uPlot.Scale.Range =>
  (_, low, high) => {
    const power = (value: number | null, otherwise: number): number =>
      value !== null && value > 0 ? Math.log10(value) : otherwise;
    return [10 ** Math.min(least, Math.floor(power(low, least))), 10 ** Math.max(most, Math.ceil(power(high, most)))];
  };

function seriesOptions(s: SeriesSpec): uPlot.Series {
  const stroke = colour(s.colour);
  const points = s.points === true;
  return {
    label: s.label,
    stroke,
    scale: s.scale ?? "y",
    width: s.width ?? 1.5,
    ...(s.dashed === true ? { dash: [6, 4] } : {}),
    ...(s.fill === true ? { fill: stroke.replace(/^rgb\((.*)\)$/, "rgba($1, 0.15)") } : {}),
    ...(points
      ? { paths: () => null }
      : s.steps === true && library !== undefined
        ? { paths: library.paths.stepped?.({ align: 1 }) as uPlot.Series.PathBuilder }
        : {}),
    points:
      s.hollow === true
        ? { show: true, size: 6, stroke, fill: "transparent", width: 1 }
        : { show: points, size: 4, stroke, fill: stroke, width: 0 },
  };
}
