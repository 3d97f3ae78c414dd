import type { Drive, EventDrive, TonicBias } from "../../src/models/cortical-column/drives.ts";
import { element, make } from "../site/element.ts";
import { button, choiceField, numberField, textField } from "../site/fields.ts";
import { isBrowsers, keepingFocus, refill } from "../site/keyboard.ts";

/** Cell types in the column's order. */
const TYPES = ["L2_basket", "L2_pyramidal", "L5_basket", "L5_pyramidal"] as const;
const LOCATIONS = ["proximal", "distal"] as const;
const KINDS = ["evoked", "poisson", "bursty", "tonic"] as const;
type Kind = (typeof KINDS)[number];
type Weights = Readonly<Record<string, number>>;
type Editable = Exclude<Drive, { kind: "spikeTrain" }>;

/** What the editor needs of the page. */
export interface Edited {
  /** Other drives: the network starts anew. */
  drives(drives: readonly Drive[]): void;
  /** Factors by drive act at once. */
  strengths(strengths: Readonly<Record<string, number>>): void;
}

/** Drives on a time line, and each with its numbers. */
export class DrivesEditor {
  readonly #edited: Edited;
  #drives: readonly Drive[] = [];
  #strengths: Record<string, number> = {};
  #tstop = 170;
  readonly #open = new Set<string>();

  constructor(edited: Edited) {
    this.#edited = edited;
    const add = KINDS.map((kind) => button(`Add ${kind}`, () => this.#add(kind)));
    element("drives-add").append(...add);
  }

  get strengths(): Readonly<Record<string, number>> {
    return this.#strengths;
  }

  /** Shows what runs. */
  show(drives: readonly Drive[], tstop: number): void {
    const same = tstop === this.#tstop && JSON.stringify(drives) === JSON.stringify(this.#drives);
    [this.#drives, this.#tstop] = [drives, tstop];
    if (!same || element("drives-list").childElementCount !== drives.length) this.#render();
  }

  /** Forgets factors: the weights have them. */
  forget(): void {
    this.#strengths = {};
    this.#render();
  }

  /** Moves a drive's events and multiplies its weights. */
  changed(name: string, factor: number, shift: number): readonly Drive[] {
    const strength = factor * (this.#strengths[name] ?? 1);
    delete this.#strengths[name];
    this.#drives = this.#drives.map((d) => (d.kind !== "tonic" && d.name === name ? moved(withFactor(d, strength), shift) : d)); // prettier-ignore
    return this.#drives;
  }

  #add(kind: Kind): void {
    const names = this.#drives.map(nameOf);
    const free = [...Array(100).keys()].map((k) => `${kind}${k + 1}`).find((name) => !names.includes(name)) ?? kind;
    const drive = fresh(kind, free);
    this.#open.add(nameOf(drive, this.#drives.length));
    this.#put([...this.#drives, drive], true);
  }

  #put(drives: readonly Drive[], anew = false): void {
    this.#drives = drives;
    if (anew) this.#render();
    else this.#lanes();
    for (const [k, summary] of element("drives-list").querySelectorAll("summary").entries()) summary.textContent = summaryOf(drives[k], k); // prettier-ignore
    this.#edited.drives(drives);
  }

  /** Another drive instead of the k-th as it is now. */
  #change<D extends Drive>(k: number, change: (now: D) => object): void {
    this.#put(this.#drives.map((d, at) => (at === k ? (cleaned(change(d as D)) as Drive) : d)));
  }

  #render(): void {
    this.#lanes();
    const rows = this.#drives.map((drive, k) => this.#row(drive, k));
    refill(element("drives-list"), rows);
  }

  /** The next drive's heading has the focus then, or the first button that adds one. */
  #delete(k: number): void {
    const [list, left] = [element("drives-list"), this.#drives.filter((_, at) => at !== k)];
    const row = list.children[k];
    const next = row?.nextElementSibling ?? row?.previousElementSibling;
    keepingFocus(() => row?.remove(), next?.querySelector("summary"), element("drives-add").querySelector("button"));
    this.#put(left, true);
  }

  /** The time line: a lane for each drive with what is dragged. */
  #lanes(): void {
    const lanes = this.#drives.map((drive, k) => this.#lane(drive, k));
    refill(element("drives-line"), lanes);
  }

  #lane(drive: Drive, k: number): HTMLElement {
    const lane = make("div", { className: "lane" });
    if (drive.kind === "spikeTrain") return make("div", { className: "lane" }, make("span", { textContent: nameOf(drive, k) })); // prettier-ignore
    const bar = make("i", { className: drive.kind });
    const handle = make("button", { type: "button", className: "handle" });
    handle.dataset["key"] = String(k);
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-label", `Onset of ${nameOf(drive, k)}`);
    handle.setAttribute("aria-valuemin", "0");
    handle.setAttribute("aria-valuemax", String(this.#tstop));
    const place = (onset: number): void => {
      const percent = (t: number): number => (100 * Math.min(this.#tstop, Math.max(0, t))) / this.#tstop;
      const [from, to] = spanOf(drive, onset, this.#tstop);
      bar.style.left = `${percent(from)}%`;
      bar.style.width = `${Math.max(0.4, percent(to) - percent(from))}%`;
      handle.style.left = `${percent(onset)}%`;
      handle.setAttribute("aria-valuenow", String(onset));
      handle.setAttribute("aria-valuetext", `${onset} ms`);
      name.textContent = `${nameOf(drive, k)} · ${onset} ms`;
    };
    const name = make("span");
    const take = (onset: number): void => this.#onset(k, Math.min(this.#tstop, Math.max(0, onset)));
    const at = (event: PointerEvent): number => {
      const { left, width } = lane.getBoundingClientRect();
      return rounded(Math.min(1, Math.max(0, (event.clientX - left) / width)) * this.#tstop);
    };
    let dragged: number | undefined;
    handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) place((dragged = at(event)));
    });
    handle.addEventListener("pointerup", () => {
      if (dragged !== undefined) take(dragged);
      dragged = undefined;
    });
    handle.addEventListener("keydown", (event) => {
      const end = this.#tstop;
      const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -end, End: end }[event.key]; // prettier-ignore
      if (by === undefined || isBrowsers(event)) return;
      event.preventDefault();
      take(rounded(onsetOf(drive) + by));
    });
    place(onsetOf(drive));
    lane.append(bar, name, handle);
    return lane;
  }

  #onset(k: number, onset: number): void {
    const drive = this.#drives[k];
    if (drive === undefined || onset === onsetOf(drive)) return;
    const key = drive.kind === "evoked" ? "mu" : drive.kind === "tonic" ? "t0" : "tstart";
    this.#change(k, (now) => ({ ...now, [key]: onset }));
    this.#render();
  }

  #row(drive: Drive, k: number): HTMLElement {
    const name = nameOf(drive, k);
    const summary = make("summary", { textContent: summaryOf(drive, k) });
    summary.dataset["key"] = name;
    const row = make("details", { open: this.#open.has(name) }, summary);
    row.addEventListener("toggle", () => void (row.open ? this.#open.add(name) : this.#open.delete(name)));
    const gone = button("Delete", () => this.#delete(k));
    gone.setAttribute("aria-label", `Delete ${name}`);
    if (drive.kind !== "spikeTrain") row.append(...this.#fields(drive, k));
    row.append(gone);
    return row;
  }

  #fields(drive: Editable, k: number): HTMLElement[] {
    const set = (key: string) => (x: unknown) => this.#change(k, (now) => ({ ...now, [key]: x }));
    const number = (label: string, key: string, value: number | undefined, more: { min?: number; max?: number; optional?: boolean } = {}) => numberField({ label, value, ...more }, set(key)); // prettier-ignore
    const end = this.#tstop;
    const times = { min: 0, max: end };
    const own: Readonly<Record<Kind, () => HTMLElement[]>> = {
      evoked: () => { const d = drive as Drive & { kind: "evoked" }; return [number("Onset, ms", "mu", d.mu, times), number("SD, ms", "sigma", d.sigma, { min: 0, max: end }), number("Spikes", "numspikes", d.numspikes ?? 1, { min: 1, max: 100 })]; },
      poisson: () => { const d = drive as Drive & { kind: "poisson" }; return [number("Onset, ms", "tstart", d.tstart ?? 0, times), number("Until, ms", "tstop", d.tstop, { ...times, optional: true }), ...(typeof d.rateConstant === "number" ? [number("Rate, Hz", "rateConstant", d.rateConstant, { min: 0.01, max: 1000 })] : [])]; },
      bursty: () => { const d = drive as Drive & { kind: "bursty" }; return [number("Onset, ms", "tstart", d.tstart ?? 0, times), number("Until, ms", "tstop", d.tstop, { ...times, optional: true }), number("Bursts, Hz", "burstRate", d.burstRate, { min: 0.1, max: 200 }), number("SD, ms", "burstStd", d.burstStd ?? 0, { min: 0, max: end }), number("Spikes a burst", "numspikes", d.numspikes ?? 2, { min: 1, max: 100 }), number("Apart, ms", "spikeIsi", d.spikeIsi ?? 10, { min: 0, max: 100 })]; },
      tonic: () => { const d = drive as TonicBias; return [number("Onset, ms", "t0", d.t0 ?? 0, times), number("Until, ms", "tstop", d.tstop, { ...times, optional: true })]; },
    }; // prettier-ignore
    const fields = make("div", { className: "fields" }, ...own[drive.kind]());
    if (drive.kind === "tonic") return [fields, this.#amplitudes(drive, k)];
    const strength = this.#strengths[drive.name] ?? 1;
    fields.append(
      numberField({ label: "Strength ×", value: strength, min: 0, max: 3 }, (x) => {
        this.#strengths[drive.name] = x ?? 1;
        this.#edited.strengths(this.#strengths);
      }),
      choiceField("Place", [...new Set([...LOCATIONS, drive.location])], drive.location, set("location")),
      number("Seed", "eventSeed", drive.eventSeed ?? 2, { min: 0, max: 1e6 }),
      textField("Name", drive.name, (x) => set("name")(x.trim().replace(/\s+/g, "_") || drive.name)),
    );
    return [fields, this.#weights(drive, k)];
  }

  /** Weights and delays by target and receptor; an empty field is no connection. */
  #weights(drive: Exclude<Editable, TonicBias>, k: number): HTMLElement {
    const cell = (type: string, what: string, value: number | undefined, min: number, put: (x: number | undefined) => void): HTMLElement =>
      make("td", {}, numberField({ label: `${drive.name}, ${what} of ${type}`, value, min, optional: true, hidden: true }, put));
    const rates = drive.kind === "poisson" && typeof drive.rateConstant !== "number" ? drive.rateConstant : undefined;
    const heads = ["Target", "AMPA, µS", "NMDA, µS", "Delay, ms", ...(rates === undefined ? [] : ["Rate, Hz"])];
    const change = (key: "weightsAmpa" | "weightsNmda", type: string) => (x: number | undefined): void =>
      this.#change<EventDrive>(k, (now) => suited({ ...now, [key]: cleaned({ ...now[key], [type]: x }) }));
    const rows = TYPES.map((type) =>
      make("tr", {}, make("th", { scope: "row", textContent: type.replace("_", " ") }),
        cell(type, "AMPA weight", drive.weightsAmpa?.[type], 0, change("weightsAmpa", type)),
        cell(type, "NMDA weight", drive.weightsNmda?.[type], 0, change("weightsNmda", type)),
        cell(type, "delay", delayOf(drive, type), 0, (x) => this.#change<EventDrive>(k, (now) => suited({ ...now, synapticDelays: { ...delays(now), [type]: x ?? 0.1 } }))),
        ...(rates === undefined ? [] : [cell(type, "rate", rates[type], 0.01, (x) => this.#change<EventDrive & { kind: "poisson" }>(k, (now) => suited({ ...now, rateConstant: { ...(now.rateConstant as Weights), [type]: x ?? 10 } })))]),
      ),
    );
    return make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((textContent) => make("th", { scope: "col", textContent })))), make("tbody", {}, ...rows));
  } // prettier-ignore

  #amplitudes({ amplitude }: TonicBias, k: number): HTMLElement {
    const rows = TYPES.map((type) => {
      const put = (x: number | undefined): void =>
        this.#change<TonicBias>(k, (now) => ({ ...now, amplitude: cleaned({ ...now.amplitude, [type]: x }) }));
      return make("tr", {}, make("th", { scope: "row", textContent: type.replace("_", " ") }), make("td", {}, numberField({ label: `Tonic current of ${type}`, value: amplitude[type], optional: true, hidden: true }, put))); // prettier-ignore
    });
    return make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col", textContent: "Target" }), make("th", { scope: "col", textContent: "nA" }))), make("tbody", {}, ...rows)); // prettier-ignore
  }
}

const nameOf = (drive: Drive, k = 0): string => (drive.kind === "tonic" ? `tonic ${k + 1}` : drive.name);
const summaryOf = (drive: Drive | undefined, k: number): string => (drive === undefined ? "" : `${nameOf(drive, k)} · ${drive.kind}`); // prettier-ignore
const rounded = (x: number): number => Math.round(10 * x) / 10;
const onsetOf = (drive: Drive): number =>
  drive.kind === "evoked" ? drive.mu : drive.kind === "tonic" ? (drive.t0 ?? 0) : drive.kind === "spikeTrain" ? 0 : (drive.tstart ?? 0); // prettier-ignore

/** Where its events are: two standard deviations about an evoked drive's time, else from onset to end. */
function spanOf(drive: Editable, onset: number, tstop: number): [number, number] {
  if (drive.kind === "evoked") return [onset - 2 * drive.sigma, onset + 2 * drive.sigma];
  return [onset, drive.tstop ?? tstop];
}

/** Without what is undefined. */
const cleaned = (drive: object): object => Object.fromEntries(Object.entries(drive).filter(([, x]) => x !== undefined));

const targetsOf = ({ weightsAmpa, weightsNmda }: EventDrive): string[] => {
  const named = new Set([...Object.keys(weightsAmpa ?? {}), ...Object.keys(weightsNmda ?? {})]);
  return TYPES.filter((type) => named.has(type));
};
const delayOf = ({ synapticDelays = 0.1 }: EventDrive, type: string): number | undefined =>
  typeof synapticDelays === "number" ? synapticDelays : synapticDelays[type];
const delays = (drive: EventDrive): Weights => Object.fromEntries(TYPES.map((type) => [type, delayOf(drive, type) ?? 0.1])); // prettier-ignore

/** With maps that name exactly the targets, as the column wants them. */
function suited<D extends EventDrive>(drive: D): D {
  const targets = targetsOf(drive);
  const of = <T>(by: T, otherwise: number): T | Weights =>
    typeof by === "object" && by !== null ? Object.fromEntries(targets.map((type) => [type, (by as Record<string, number>)[type] ?? otherwise])) : by; // prettier-ignore
  const some = (key: "weightsAmpa" | "weightsNmda"): object => {
    const weights = drive[key];
    return { [key]: weights !== undefined && Object.keys(weights).length > 0 ? weights : undefined };
  };
  return cleaned({
    ...drive,
    ...some("weightsAmpa"),
    ...some("weightsNmda"),
    synapticDelays: of(drive.synapticDelays, 0.1),
    probability: of(drive.probability, 1),
    ...(drive.kind === "poisson" ? { rateConstant: of(drive.rateConstant, 10) } : {}),
  }) as D;
}

function withFactor<D extends EventDrive>(drive: D, factor: number): D {
  const times = (by: Weights | undefined): Weights | undefined =>
    by && Object.fromEntries(Object.entries(by).map(([type, w]) => [type, Number((w * factor).toPrecision(6))]));
  return cleaned({ ...drive, weightsAmpa: times(drive.weightsAmpa), weightsNmda: times(drive.weightsNmda) }) as D;
}

const moved = (drive: EventDrive, by: number): Drive =>
  drive.kind === "evoked" ? { ...drive, mu: Number((drive.mu + by).toFixed(3)) } : drive;

/** A new drive, weak enough for what is there. */
function fresh(kind: Kind, name: string): Drive {
  const pyramidal = (weight: number): Weights => ({ L2_pyramidal: weight, L5_pyramidal: weight });
  const common = { name, location: "proximal", weightsAmpa: pyramidal(0.005), synapticDelays: { L2_pyramidal: 0.1, L5_pyramidal: 1 } }; // prettier-ignore
  if (kind === "evoked") return { kind, ...common, mu: 30, sigma: 3 };
  if (kind === "poisson") return { kind, ...common, weightsAmpa: pyramidal(0.001), rateConstant: 40 };
  if (kind === "bursty") return { kind, ...common, weightsAmpa: pyramidal(5e-5), tstart: 50, burstRate: 10, burstStd: 20, nDriveCells: 10 }; // prettier-ignore
  return { kind: "tonic", amplitude: { L5_pyramidal: 1 }, t0: 20 };
}
