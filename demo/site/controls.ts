import type { EngineHere } from "./engine-here.ts";
import type { Settings } from "./protocol.ts";

/** Labelled controls made from data; their values are the page's address, so that a link shares them. */

export interface RangeSpec {
  readonly kind: "range";
  readonly label: string;
  readonly unit?: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  /** one line under the control. */
  readonly help?: string;
  /** Changing it needs a new network. */
  readonly restarts?: boolean;
  /** Changing it changes what is shown, and nothing that is computed. */
  readonly shows?: boolean;
  /** Its default depends on what computes: a link that keeps the default leaves it to the other side's. */
  readonly byEngine?: {
    /** default on a software adapter. */
    readonly software: number;
    /** default and most where only the reference engine computes. */
    readonly reference: { readonly value: number; readonly max: number };
  };
}

export interface ChoiceSpec {
  readonly kind: "choice";
  readonly label: string;
  /** values, which are numbers, and what they are called. */
  readonly options: readonly (readonly [value: number, name: string])[];
  readonly value: number;
  readonly help?: string;
  readonly restarts?: boolean;
  readonly shows?: boolean;
}

/** What a change of a control needs. */
export type Effect = "restarts" | "shows" | "acts";

export type ControlSpec = RangeSpec | ChoiceSpec;
export type Specs<K extends string> = Readonly<Record<K, ControlSpec>>;

/** Of what the address says. Without one it is the first; a change of a control's meaning makes the next, and reads the older. */
const VERSION = 1;

export class Controls<K extends string> {
  /** What stands behind the address' #. */
  hash = "";
  /** The address is of a later page than this one. */
  readonly fromLater: boolean;
  readonly #specs: Specs<K>;
  readonly #inputs = new Map<K, HTMLInputElement | HTMLSelectElement>();
  readonly #outputs = new Map<K, HTMLOutputElement>();
  readonly #defaults = new Map<K, number>();
  readonly #given: ReadonlySet<K>;
  readonly #listeners: ((key: string, effect: Effect) => void)[] = [];
  #writing: ReturnType<typeof setTimeout> | undefined;

  /** Fills `form` and takes over what the address says; values out of range are moved into it. */
  constructor(form: HTMLFormElement, specs: Specs<K>) {
    this.#specs = specs;
    form.addEventListener("submit", (event) => event.preventDefault());
    const keys = Object.keys(specs) as K[];
    const live = keys.filter((k) => specs[k].restarts !== true);
    form.append(this.#group("While it runs", live));
    const fixed = keys.filter((k) => specs[k].restarts === true);
    if (fixed.length > 0) form.append(this.#group("Starts anew", fixed));
    const given = new URLSearchParams(location.search);
    this.fromLater = Number(given.get("v") ?? VERSION) > VERSION;
    this.#given = new Set(keys.filter((key) => given.has(key)));
    for (const key of keys) this.#set(key, valueIn(specs[key], given.get(key)));
  }

  get(key: K): number {
    return Number(this.#inputs.get(key)?.value);
  }

  /** Puts a value as if the user had. */
  put(key: K, value: number): void {
    this.#set(key, value);
    this.#changed(key);
  }

  /** Puts a value without telling anyone: where many change at once, whoever puts them says so. */
  place(key: K, value: number): void {
    this.#set(key, value);
  }

  /** What differs from the defaults, in words. */
  get changed(): string {
    const parts = [...this.#inputs.keys()].filter((key) => key !== "speed" && this.get(key) !== this.#default(key));
    return parts.map((key) => `${this.#specs[key].label} ${this.#outputs.get(key)?.textContent ?? this.get(key)}`).join(", ") || "defaults"; // prettier-ignore
  }

  /** Every value by name. */
  get all(): Settings {
    return Object.fromEntries([...this.#inputs.keys()].map((key) => [key, this.get(key)]));
  }

  /** Other defaults, and limits, for what computes here. They are also the values, unless the address gives others. */
  suit(engine: EngineHere): void {
    for (const [key, input] of this.#inputs) {
      const spec = this.#specs[key];
      if (spec.kind !== "range" || spec.byEngine === undefined || engine === "adapter") continue;
      const { software, reference } = spec.byEngine;
      const untouched = this.get(key) === this.#default(key) && !this.#given.has(key);
      this.#defaults.set(key, engine === "software" ? software : reference.value);
      if (engine === "reference") (input as HTMLInputElement).max = String(reference.max);
      if (untouched) this.#set(key, this.#default(key));
      else this.#show(key);
    }
  }

  #default(key: K): number {
    return this.#defaults.get(key) ?? this.#specs[key].value;
  }

  /** Greys a control out, or not, where it would do nothing. */
  enable(key: K, enabled: boolean): void {
    const input = this.#inputs.get(key);
    if (input !== undefined) input.disabled = !enabled;
  }

  /** Another end of a range; a value beyond it is moved to it. */
  limit(key: K, max: number): void {
    const input = this.#inputs.get(key);
    if (!(input instanceof HTMLInputElement)) return;
    input.max = String(max);
    this.#show(key);
  }

  /** All defaults at once: one restart at most. */
  reset(): void {
    const changed = [...this.#inputs.keys()].filter((key) => this.get(key) !== this.#default(key));
    for (const key of changed) this.#set(key, this.#default(key));
    const last = changed.find((key) => this.#specs[key].restarts === true) ?? changed[0];
    if (last !== undefined) this.#changed(last);
  }

  /** Puts many values as if the user had, and the others' defaults.
   * @param keep  what stays as it is */
  putAll(values: Readonly<Partial<Record<K, number>>>, keep: readonly K[]): void {
    const wanted = [...this.#inputs.keys()].filter((key) => values[key] !== undefined || !keep.includes(key));
    const changed = wanted.filter((key) => this.get(key) !== (values[key] ?? this.#default(key)));
    for (const key of changed) this.#set(key, values[key] ?? this.#default(key));
    for (const key of changed) this.#changed(key);
  }

  onChange(listener: (key: string, effect: Effect) => void): void {
    this.#listeners.push(listener);
  }

  /** Address with every setting, defaults too, so that a shared link keeps its meaning when defaults change; but for
   * those that suit the adapter and were left as they are. */
  link(): string {
    const url = new URL(location.href);
    url.hash = this.hash;
    url.searchParams.set("v", String(VERSION));
    for (const key of this.#inputs.keys()) {
      const spec = this.#specs[key];
      if (spec.kind === "range" && spec.byEngine !== undefined && this.get(key) === this.#default(key))
        url.searchParams.delete(key);
      else url.searchParams.set(key, String(this.get(key)));
    }
    return url.href;
  }

  #group(legend: string, keys: readonly K[]): HTMLFieldSetElement {
    const group = document.createElement("fieldset");
    const title = document.createElement("legend");
    title.textContent = legend;
    group.append(title, ...keys.map((key) => this.#control(key, this.#specs[key])));
    return group;
  }

  #control(key: K, spec: ControlSpec): HTMLElement {
    const box = document.createElement("div");
    box.className = "control";
    const label = document.createElement("label");
    label.htmlFor = `control-${key}`;
    label.textContent = spec.label;
    const input = spec.kind === "range" ? rangeInput(spec) : choiceInput(spec);
    input.id = label.htmlFor;
    input.name = key;
    this.#inputs.set(key, input);
    box.append(label);
    if (spec.kind === "range") {
      const output = document.createElement("output");
      output.htmlFor.add(input.id);
      this.#outputs.set(key, output);
      box.append(output);
    }
    box.append(input);
    if (spec.help !== undefined) {
      const help = document.createElement("small");
      help.id = `${input.id}-help`;
      help.textContent = spec.help;
      input.setAttribute("aria-describedby", help.id);
      box.append(help);
    }
    // A restart waits for the end of a drag; a live change does not.
    input.addEventListener(spec.restarts === true ? "change" : "input", () => this.#changed(key));
    if (spec.restarts === true) input.addEventListener("input", () => this.#show(key));
    return box;
  }

  #set(key: K, value: number): void {
    const input = this.#inputs.get(key);
    if (input !== undefined) input.value = String(value);
    this.#show(key);
  }

  #show(key: K): void {
    const output = this.#outputs.get(key);
    const spec = this.#specs[key];
    if (output === undefined || spec.kind !== "range") return;
    const text = `${formatted(this.get(key), spec.step)}${spec.unit === undefined ? "" : ` ${spec.unit}`}`;
    output.textContent = text;
    this.#inputs.get(key)?.setAttribute("aria-valuetext", text);
  }

  #changed(key: K): void {
    this.#show(key);
    this.write();
    const { restarts, shows } = this.#specs[key];
    for (const listener of this.#listeners) listener(key, restarts === true ? "restarts" : shows === true ? "shows" : "acts");
  } // prettier-ignore

  /** Keeps the address up to date. */
  write(): void {
    clearTimeout(this.#writing); // browsers limit how often the address may change
    this.#writing = setTimeout(() => history.replaceState(null, "", this.link()), 300);
  }
}

function rangeInput({ min, max, step }: RangeSpec): HTMLInputElement {
  const input = document.createElement("input");
  Object.assign(input, { type: "range", min: String(min), max: String(max), step: String(step) });
  return input;
}

function choiceInput({ options }: ChoiceSpec): HTMLSelectElement {
  const select = document.createElement("select");
  for (const [value, name] of options) select.add(new Option(name, String(value)));
  return select;
}

/** What an address gives a control: within its limits, else its default. */
export function valueIn(spec: ControlSpec, given: string | null): number {
  const value = given === null || given.trim() === "" ? NaN : Number(given);
  if (!Number.isFinite(value)) return spec.value;
  if (spec.kind === "range") return Math.min(spec.max, Math.max(spec.min, value));
  return spec.options.some(([known]) => known === value) ? value : spec.value;
}

const formatted = (value: number, step: number): string =>
  value.toFixed(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
