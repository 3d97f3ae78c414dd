import { Plot, type PlotSpec } from "../site/plots.ts";
import { element } from "../site/element.ts";
import type { Curve, Recorded } from "./protocol.ts";
import type { Panel } from "../../src/plot/types.ts";
import { currentOf, VERSIONS } from "./clamping.ts";
import { COMMANDS, drawnPotential, VOLTAGE, type LabSettings } from "./settings.ts";
import type { Traces } from "./traces.ts";

const COLOURS = { A: "accent", B: "warm" } as const;
const pair = (label: string) => VERSIONS.map((version) => ({ label: `${version} ${label}`, colour: COLOURS[version], dashed: version === "B" })); // prettier-ignore

type PlotName = "voltage" | "injected" | "inside" | "curve";

/** The plots of the page, and what each shows as data of a figure. */
export class Views {
  readonly #traces: Traces;
  #settings: LabSettings;
  #chosen: string | undefined;
  #curve: Curve | undefined;
  #plots: Record<PlotName, Plot>;

  constructor(traces: Traces, settings: LabSettings) {
    [this.#traces, this.#settings] = [traces, settings];
    this.#plots = this.#make();
  }

  get curve(): Curve | undefined {
    return this.#curve;
  }

  set settings(settings: LabSettings) {
    const { window, scale } = this.#settings;
    const other = settings.mode !== this.#settings.mode || (this.#curve === undefined && settings.scale !== scale);
    this.#settings = settings;
    if (settings.window !== window) for (const name of TIMED) this.#plots[name].reach(-settings.window, 0);
    if (other) this.forget();
    this.named();
  }

  /** The variable of the third plot, "soma.na.m". */
  set chosen(name: string) {
    this.#chosen = name;
    this.#remake("inside");
  }

  /** Tasks that draw what came, one plot each. */
  tasks(): readonly (() => void)[] {
    return TIMED.map((name) => () => this.#timed(name));
  }

  measured(curve: Curve): void {
    this.#curve = curve;
    this.#remake("curve");
    this.#showCurve();
  }

  /** Takes the curve away. */
  forget(): void {
    this.#curve = undefined;
    this.#remake("curve");
  }

  clear(): void {
    for (const plot of Object.values(this.#plots)) plot.clear();
    this.#curve = undefined;
  }

  /** What a plot shows, for a file. */
  panel(name: PlotName): Panel {
    if (name === "curve") return this.#curvePanel();
    const { window } = this.#settings;
    const times = this.#traces.times(window);
    const of = this.#of(name);
    const variables = VERSIONS.flatMap((version) => of.find((v) => v.version === version) ?? []);
    const series = variables.map((v) => ({ type: "line" as const, label: v.version, x: times, y: drawn(this.#values(of, v.version) ?? [], v), ...(v.version === "B" ? { dash: "4 2" } : {}) })); // prettier-ignore
    return { x: { label: "time", unit: "ms" }, y: { label: labelOf(name, variables[0]), unit: variables[0]?.unit ?? "" }, series }; // prettier-ignore
  }

  #curvePanel(): Panel {
    const curve = this.#curve;
    const rate = curve?.kind !== "voltage";
    const series = (curve?.series ?? []).map((s) => ({ type: "line" as const, label: rate ? s.version : `${s.version} ${s.label}`, x: curve?.x ?? [], y: s.y, ...(s.version === "B" ? { dash: "4 2" } : {}) })); // prettier-ignore
    return { x: { label: rate ? "current" : "command", unit: curve?.xUnit ?? "nA" }, y: rate ? { label: "rate", unit: "Hz" } : { label: "current", unit: "nA" }, series }; // prettier-ignore
  }

  #make(): Record<PlotName, Plot> {
    const plot = (name: PlotName): Plot => new Plot(element(name), this.#spec(name));
    return { voltage: plot("voltage"), injected: plot("injected"), inside: plot("inside"), curve: plot("curve") };
  }

  #remake(name: PlotName): void {
    this.#plots[name].reshape(this.#spec(name));
  }

  #spec(name: PlotName): PlotSpec {
    if (name === "curve") return this.#curveSpec();
    const [first] = this.#of(name);
    const label = name === "voltage" ? "mV" : (first?.unit ?? "");
    const soft = name === "voltage" ? 40 : name === "inside" && first?.unit === "1" ? 1 : undefined;
    return {
      series: pair(name),
      x: { label: "ms before now", range: [-this.#settings.window, 0] },
      y: { label: label === "1" ? "" : label, ...(soft === undefined ? {} : { soft }) },
      height: name === "voltage" ? 220 : 150,
    };
  }

  #curveSpec(): PlotSpec {
    const curve = this.#curve;
    const rate = this.#settings.mode !== VOLTAGE;
    const series = (curve?.series ?? []).map((s) => ({ label: s.label, colour: s.label === "peak" && s.version === "A" ? "violet" : COLOURS[s.version], dashed: s.version === "B" })); // prettier-ignore
    return {
      series: series.length === 0 ? pair("rate") : series,
      x: rate
        ? { label: `current, ${curve?.xUnit ?? "nA"}`, empty: [0, this.#settings.scale] }
        : { label: "command, mV", empty: COMMANDS },
      y: rate ? { label: "Hz", min: 0, soft: 10 } : { label: "nA" },
      height: 170,
    };
  }

  #timed(name: Exclude<PlotName, "curve">): void {
    const { window } = this.#settings;
    const times = this.#traces.times(window);
    const now = this.#traces.now;
    const of = this.#of(name);
    const ys = VERSIONS.map((version) => {
      const v = of.find((one) => one.version === version);
      const values = this.#values(of, version);
      return v === undefined || values === undefined ? Array<null>(times.length).fill(null) : Array.from(drawn(values, v), (x) => (Number.isNaN(x) ? null : x)); // prettier-ignore
    });
    this.#plots[name].set([Array.from(times, (t) => t - now), ...ys]);
  }

  /** What a version has of these variables in the window: their sum, for a current has parts. */
  #values(of: readonly Recorded[], version: string): Float32Array | undefined {
    const parts = of.filter((v) => v.version === version).flatMap((v) => this.#traces.values(v, this.#settings.window) ?? []); // prettier-ignore
    const [first, ...more] = parts;
    if (first === undefined || more.length === 0) return first;
    return first.map((x, k) => more.reduce((sum, part) => sum + (part[k] as number), x));
  }

  #showCurve(): void {
    if (this.#curve !== undefined)
      this.#plots.curve.set([[...this.#curve.x], ...this.#curve.series.map((s) => [...s.y])]);
  }

  #of(name: PlotName): Recorded[] {
    const { variables } = this.#traces;
    if (name === "voltage") return variables.filter((v) => v.role === "voltage");
    if (name === "injected") return variables.filter((v) => v.role === "injected" || v.role === "clamp");
    return variables.filter((v) => v.role === "inside" && v.name === this.#chosen);
  }

  /** After another network runs: units and the form of the plots. */
  running(): void {
    for (const name of TIMED) this.#remake(name);
    this.named();
  }

  /** Names of what the clamp does. */
  named(): void {
    const inVoltage = this.#settings.mode === VOLTAGE;
    element("injected-name").textContent = inVoltage ? "Current of the clamp" : "Injected current";
    element("curve-name").textContent = inVoltage ? "Current against voltage" : "Rate against current";
    element("current").textContent = inVoltage
      ? "measured"
      : `${Number(currentOf(this.#settings).toPrecision(3))} ${this.unit}`;
  }

  /** of the injected current. */
  unit = "nA";
}

const TIMED = ["voltage", "injected", "inside"] as const;

/** What a plot can show of a potential. */
const drawn = (values: ArrayLike<number>, v: Recorded): Float32Array =>
  Float32Array.from(values, (x) => (v.role === "voltage" ? drawnPotential(x) : x));

const labelOf = (name: PlotName, v: Recorded | undefined): string =>
  name === "voltage" ? "voltage" : name === "injected" ? "current" : (v?.name ?? "");
