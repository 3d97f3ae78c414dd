import { element, make } from "../../site/element.ts";
import { button } from "../../site/fields.ts";
import { keepingFocus, refill } from "../../site/keyboard.ts";
import { EXAMPLES, freeName, KINDS, MOST_POPULATIONS, MOST_PROJECTIONS, RULES, SHIPPED, type Circuit, type CircuitFault, type CircuitPopulation, type CircuitProjection } from "./circuit.ts"; // prettier-ignore
import { CircuitDrawing } from "./drawing.ts";

/** What of a row a field says. */
type Field = HTMLInputElement | HTMLSelectElement;

/** The circuit as fields and as a drawing. What a field says is taken as it is; what is wrong with it is told at the field. */
export class CircuitPanel {
  #circuit: Circuit = { populations: [], projections: [] };
  /** unit of each population's weights, once it runs. */
  #units: ReadonlyMap<string, string> = new Map();
  readonly #drawing: CircuitDrawing;
  readonly #changed: (circuit: Circuit, anew: boolean) => void;
  readonly #fields = new Map<string, Field>();
  /** fields that say no number: the circuit keeps what they said before. */
  readonly #unread = new Map<string, CircuitFault>();
  #faults: readonly CircuitFault[] = [];
  #versions: readonly string[] = ["A"];

  /** @param changed  the reader changed it. `anew`: to another example */
  constructor(changed: (circuit: Circuit, anew: boolean) => void) {
    this.#changed = changed;
    this.#drawing = new CircuitDrawing(element("circuit-drawing"), {
      chosen: (path) => this.#focus(path),
      joined: (from, to) => this.#join(from, to),
    });
    const examples = element<HTMLSelectElement>("circuit-example");
    for (const [name, title] of EXAMPLES) examples.add(new Option(title, name));
    examples.addEventListener("change", () => {
      const found = EXAMPLES.find(([name]) => name === examples.value);
      examples.value = "";
      if (found !== undefined) this.#set(found[2], true);
    });
    element("circuit-populate").addEventListener("click", () => this.#populate());
    element("circuit-join").addEventListener("click", () => this.#join());
  }

  get circuit(): Circuit {
    return this.#circuit;
  }

  /** Puts a circuit, without telling anyone. */
  put(circuit: Circuit): void {
    this.#circuit = circuit;
    this.#faults = [];
    this.#unread.clear();
    this.#show();
  }

  /** Texts of the page that populations may be of. */
  set versions(versions: readonly string[]) {
    if (versions.join() === this.#versions.join()) return;
    this.#versions = versions;
    this.#show();
  }

  running(circuit: Circuit, units: readonly string[]): void {
    this.#units = new Map(circuit.populations.map(({ name }, k) => [name, units[k] ?? ""]));
    this.#label();
  }

  /** Tells faults at their fields. @returns how many there are */
  fault(faults: readonly CircuitFault[]): number {
    this.#faults = faults;
    const all = [...this.#unread.values(), ...faults.filter(({ path }) => !this.#unread.has(path))];
    for (const [path, field] of this.#fields) {
      const fault = all.find((f) => f.path === path);
      field.setAttribute("aria-invalid", String(fault !== undefined));
    }
    for (const row of document.querySelectorAll<HTMLElement>(".circuit-row")) {
      const own = all.filter(({ path }) => path.startsWith(`${row.dataset["path"] ?? ""}.`));
      const told = row.querySelector(".told");
      told?.replaceChildren(...own.map(({ path, problem, remedy }) => make("span", {}, `${this.#fields.get(path)?.dataset["label"] ?? ""}: ${problem}. ${remedy}. `))); // prettier-ignore
    }
    return all.length;
  }

  #set(circuit: Circuit, anew = false): void {
    this.put(circuit);
    this.#changed(circuit, anew);
  }

  #populate(): void {
    const { populations } = this.#circuit;
    const [last] = populations.slice(-1);
    const added: CircuitPopulation = { name: freeName(this.#circuit), of: last?.of ?? "A", n: 50, rate: 200, weight: last?.weight ?? 2 }; // prettier-ignore
    this.#set({ ...this.#circuit, populations: [...populations, added] });
    this.#focus(`populations.${populations.length}.name`);
  }

  #join(from?: string, to?: string): void {
    const { populations, projections } = this.#circuit;
    const [first, second = first] = populations;
    if (first === undefined || second === undefined || projections.length >= MOST_PROJECTIONS) return;
    const [source, target] = [from ?? first.name, to ?? second.name];
    const taken = projections.filter((p) => p.from === source && p.to === target).map((p) => p.kind);
    const added: CircuitProjection = { from: source, to: target, kind: KINDS.find((kind) => !taken.includes(kind)) ?? "excitatory", rule: "probability", amount: 0.1, weight: 1, delay: 1 }; // prettier-ignore
    this.#set({ ...this.#circuit, projections: [...projections, added] });
    this.#focus(`projections.${projections.length}.from`);
  }

  #remove(path: string): void {
    const [room, index] = path.split(".");
    const at = Number(index);
    const { populations, projections } = this.#circuit;
    const gone = room === "populations" ? populations[at]?.name : undefined;
    this.#set(
      room === "populations"
        ? { populations: populations.filter((_, k) => k !== at), projections: projections.filter(({ from, to }) => from !== gone && to !== gone) }
        : { populations, projections: projections.filter((_, k) => k !== at) },
    ); // prettier-ignore
  }

  /** Takes over what one field says. */
  #edit(path: string, value: string | number): void {
    const [room, index, key = ""] = path.split(".");
    const at = Number(index);
    let { populations, projections } = this.#circuit;
    if (room === "projections") projections = projections.map((p, k) => (k === at ? { ...p, [key]: value } : p));
    else {
      const before = populations[at]?.name;
      populations = populations.map((p, k) => (k === at ? { ...p, [key]: value } : p));
      const other = populations.every((p, k) => k === at || p.name !== before);
      // what was joined to it stays so
      const named = (name: string): string => (key === "name" && other && name === before ? String(value) : name);
      if (key === "name") projections = projections.map((p) => ({ ...p, from: named(p.from), to: named(p.to) }));
    }
    this.#circuit = { populations, projections };
    this.#drawing.draw(this.#circuit, this.#units);
    this.#changed(this.#circuit, false);
    // a name changes when the reader leaves its field: rows that were made anew at once would take away the field that is gone to
    if (key === "name" || key === "rule") setTimeout(() => this.#show());
  }

  /** Makes all rows anew. */
  #show(): void {
    this.#fields.clear();
    const { populations, projections } = this.#circuit;
    const [people, links] = [element("circuit-populations"), element("circuit-projections")];
    const [add, join] = [element<HTMLButtonElement>("circuit-populate"), element<HTMLButtonElement>("circuit-join")];
    keepingFocus(() => {
      add.disabled = populations.length >= MOST_POPULATIONS;
      join.disabled = populations.length === 0 || projections.length >= MOST_PROJECTIONS;
    }, element("circuit-example"));
    refill(people, populations.map((p, k) => this.#population(p, `populations.${k}`)), add); // prettier-ignore
    refill(links, projections.map((p, k) => this.#projection(p, `projections.${k}`)), join); // prettier-ignore
    this.#label();
    this.fault(this.#faults);
  }

  #population({ name, of, n, rate, weight }: CircuitPopulation, path: string): HTMLElement {
    const cells = [...this.#versions.map((v): [string, string] => [v, `cell ${v}`]), ...SHIPPED.map((s): [string, string] => [s, s])]; // prettier-ignore
    return this.#row(path, `Population ${name}`, `Remove population ${name}`, [
      this.#text(`${path}.name`, "Name", name, "word"),
      this.#choice(`${path}.of`, "Of", cells, of),
      this.#number(`${path}.n`, "Cells", n),
      this.#number(`${path}.rate`, "Drive (Hz)", rate),
      this.#number(`${path}.weight`, "Weight", weight),
    ]);
  }

  #projection({ from, to, kind, rule, amount, weight, delay }: CircuitProjection, path: string): HTMLElement {
    const names = this.#circuit.populations.map(({ name }): [string, string] => [name, name]);
    const same = (all: readonly string[]): [string, string][] => all.map((x) => [x, x]);
    return this.#row(path, `Projection from ${from} to ${to}, ${kind}`, `Remove the ${kind} projection from ${from} to ${to}`, [
      this.#choice(`${path}.from`, "From", names, from),
      this.#choice(`${path}.to`, "To", names, to),
      this.#choice(`${path}.kind`, "Kind", same(KINDS), kind),
      this.#choice(`${path}.rule`, "Rule", same(RULES), rule),
      this.#number(`${path}.amount`, rule === "probability" ? "Probability" : "Links a cell", amount),
      this.#number(`${path}.weight`, "Weight", weight),
      this.#number(`${path}.delay`, "Delay (ms)", delay),
    ]);
  } // prettier-ignore

  #row(path: string, name: string, remove: string, fields: readonly HTMLElement[]): HTMLElement {
    const gone = button("×", () => this.#remove(path), { title: "Take it away" });
    gone.setAttribute("aria-label", remove);
    const told = make("div", { className: "told", id: `told-${path}` });
    for (const field of fields) field.querySelector("input, select")?.setAttribute("aria-describedby", told.id);
    told.setAttribute("role", "status");
    const row = make("div", { className: "circuit-row" }, ...fields, gone, told);
    row.dataset["path"] = path;
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", name);
    return row;
  }

  #field<F extends Field>(path: string, label: string, field: F): HTMLElement {
    field.id = `circuit-${path}`;
    field.dataset["label"] = label;
    this.#fields.set(path, field);
    return make("span", { className: "field above" }, make("label", { htmlFor: field.id, textContent: label }), field);
  }

  #text(path: string, label: string, value: string, className = ""): HTMLElement {
    const input = make("input", { type: "text", value, maxLength: 64, className, autocomplete: "off", spellcheck: false }); // prettier-ignore
    input.addEventListener("change", () => this.#edit(path, input.value.trim()));
    return this.#field(path, label, input);
  }

  #number(path: string, label: string, value: number): HTMLElement {
    const input = make("input", { type: "text", inputMode: "decimal", value: Number.isNaN(value) ? "" : String(value), autocomplete: "off" }); // prettier-ignore
    input.addEventListener("input", () => {
      const said = input.value.trim();
      const x = said === "" ? NaN : Number(said);
      if (Number.isFinite(x)) {
        this.#unread.delete(path);
        return this.#edit(path, x);
      }
      this.#unread.set(path, { path, problem: said === "" ? "is empty" : `"${said.slice(0, 20)}" is no number`, remedy: "Give a number; until then the last one holds" }); // prettier-ignore
      this.fault(this.#faults);
    });
    return this.#field(path, label, input);
  }

  /** What it stands for may be unknown: it is offered as such, and told as a fault. */
  #choice(path: string, label: string, options: readonly (readonly [string, string])[], value: string): HTMLElement {
    const select = make("select");
    const known = options.some(([name]) => name === value);
    for (const [name, title] of known ? options : [...options, [value, `${value} ?`] as const])
      select.add(new Option(title, name));
    select.value = value;
    select.addEventListener("change", () => this.#edit(path, select.value));
    return this.#field(path, label, select);
  }

  /** Units of weights, and the drawing. */
  #label(): void {
    const { populations, projections } = this.#circuit;
    const put = (path: string, words: string, population: string): void => {
      const [unit, label] = [this.#units.get(population) ?? "", this.#fields.get(path)?.previousElementSibling];
      if (label) label.textContent = unit === "" ? words : `${words} (${unit})`;
    };
    populations.forEach(({ name }, k) => put(`populations.${k}.weight`, "Weight", name));
    projections.forEach(({ to }, k) => put(`projections.${k}.weight`, "Weight", to));
    this.#drawing.draw(this.#circuit, this.#units);
  }

  #focus(path: string): void {
    const field = this.#fields.get(path);
    field?.focus();
    if (field instanceof HTMLInputElement) field.select();
  }
}
