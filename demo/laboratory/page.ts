import { cards } from "../site/cards.ts";
import { element, make } from "../site/element.ts";
import { escapes, keepingFocus } from "../site/keyboard.ts";
import { fromLaterPage, hideNotice, notice, paragraph, showAdapterName, withoutWebGpu } from "../site/notice.ts";
import { commonTime } from "../site/protocol.ts";
import { onColours, theme } from "../site/theme.ts";
import { VERSIONS, type VersionName } from "./clamping.ts";
import { EXAMPLES } from "./circuit/circuit.ts";
import { CircuitPart } from "./circuit/part.ts";
import type { Fault } from "./document.ts";
import { Editor } from "./editor.ts";
import { Files } from "./files.ts";
import { KEYS, LabControls } from "./lab-controls.ts";
import type { Recorded, Texts, ToPage, ToWorker } from "./protocol.ts";
import { unpacked, type Saved } from "./saved.ts";
import { CARDS } from "./questions.ts";
import { LIVE, NETWORK, ONE_CELL, SPECS, VOLTAGE, type Key, type LabSettings } from "./settings.ts";
import { Traces } from "./traces.ts";
import { Views } from "./views.ts";

/** Plots follow what comes this often, ms. */
const SHOWN_MS = 100;
const FIRST = "squid";

/** The Laboratory's page: texts, controls and plots on one side, the worker on the other. `document.body.dataset`: state (starting,
 * running, failed), view (cell, network), asked and ran (the last change, and the last whose network runs: equal when nothing is under way), runs
 * (networks so far), modelMs, rateA, rateB, kept, fault; of a network meanRates, circuitFaults. */
export class LabPage {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  readonly #controls = new LabControls(element("controls"), SPECS);
  readonly #traces = new Traces();
  readonly #views = new Views(this.#traces, this.#controls.settings);
  readonly #editor: Editor;
  readonly #circuit: CircuitPart;
  readonly #files: Files;
  #texts: Texts = { A: "" };
  #shown: VersionName = "A";
  #faults: Readonly<Partial<Record<VersionName, Fault>>> = {};
  #asked = 0;
  /** settings of the last network that was asked for. */
  #ran: LabSettings | undefined;
  #runs = 0;
  #paused = false;
  #due = false;
  #drawn = 0;
  #tasks: (() => void)[] = [];
  #measured = 0;
  #ready: (value: void) => void = () => undefined;
  readonly #hello = new Promise<void>((resolve) => (this.#ready = resolve));

  constructor() {
    const parts = { area: element<HTMLTextAreaElement>("text"), lines: element("lines"), mark: element("mark") };
    this.#editor = new Editor(parts, (at) => this.#edited(at), (at) => this.#send({ kind: "cursor", version: this.#shown, at })); // prettier-ignore
    this.#circuit = new CircuitPart(this.#controls.get("span"), (message, transfer) => this.#send(message, transfer), (anew) => this.#run(anew)); // prettier-ignore
    this.#files = new Files({
      saved: () => ({ texts: this.#texts, settings: this.#controls.settings, circuit: this.#circuit.circuit }),
      network: () => this.#network,
      open: (saved) => this.#open(saved),
      into: (files) => this.#ask({ kind: "files", version: this.#shown, files, into: this.#texts[this.#shown] ?? "" }),
      describe: (request) => this.#send({ kind: "describe", request }),
      traces: this.#traces,
      views: this.#views,
      window: () => this.#controls.get("window"),
      link: () => this.#controls.link(),
    });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<ToPage>) => this.#take(data));
    this.#worker.addEventListener("error", (event) => this.#failed("The simulation did not start.", event.message || "Its script could not be loaded.")); // prettier-ignore
    theme();
    escapes();
    onColours(() => (this.#due = true));
    this.#wire();
    cards(this.#controls, ["speed", "engine", "seed", "scale"], CARDS, ({ circuit }) => this.#example(circuit));
    void this.#begin();
  }

  /** Opens what the address says, or the first cell. */
  async #begin(): Promise<void> {
    await this.#hello;
    this.#circuit.begin();
    this.#pace();
    const hash = location.hash.slice(1);
    if (hash === "") return this.#ask({ kind: "preset", version: this.#shown, name: FIRST });
    try {
      this.#open(await unpacked(hash));
    } catch (error) {
      notice("alert", "This link could not be opened.", [paragraph(messageOf(error))]);
      this.#ask({ kind: "preset", version: this.#shown, name: FIRST });
    }
  }

  #wire(): void {
    const click = (id: string, act: () => void): void => element(id).addEventListener("click", act);
    click("pause", () => this.#pause(!this.#paused));
    click("step", () => this.#send({ kind: "step" }));
    click("again", () => this.#run(true));
    click("defaults", () => this.#controls.reset());
    click("measure", () => this.#measure());
    for (const version of VERSIONS) click(`version-${version}`, () => this.#show(version));
    click("drop", () => this.#dropB());
    click("view-cell", () => this.#controls.put("view", ONE_CELL));
    click("view-network", () => this.#controls.put("view", NETWORK));
    element("variable").addEventListener("change", () => this.#choose());
    const chosen = (id: string, act: (name: string) => void): void => {
      const select = element<HTMLSelectElement>(id);
      select.addEventListener("change", () => {
        if (select.value !== "") act(select.value);
        select.value = "";
      });
    };
    chosen("preset", (name) => this.#ask({ kind: "preset", version: this.#shown, name }));
    chosen("insert", (name) => this.#ask({ kind: "insertion", name }));
    document.addEventListener("visibilitychange", () => this.#pace());
    this.#controls.onChange(() => this.#set());
    this.#showView();
    const frame = (now: number): void => {
      this.#draw(now);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  #take(message: ToPage): void {
    switch (message.kind) {
      case "hello":
        return this.#greeted(message);
      case "preset":
        return this.#preset(message.version, message.text, message.scale);
      case "taken":
        return this.#taken(message);
      case "refused":
        return notice("alert", message.title, [paragraph(message.detail)]);
      case "insertion":
        return this.#insert(message.room, message.lines);
      case "checked":
        if (message.id === this.#asked) this.#checked(message.faults);
        return;
      case "running":
        return this.#running(message);
      case "samples":
        this.#traces.push(message);
        this.#measured = message.measured;
        this.#due = true;
        return;
      case "place":
        if (message.version === this.#shown) element("place").textContent = message.text;
        return;
      case "curve":
        element("curve-said").textContent =
          `${message.curve.x.length} points in ${(message.curve.tookMs / 1000).toFixed(1)} s.`;
        element("measure").ariaDisabled = "false";
        this.#views.measured(message.curve);
        document.body.dataset["curves"] = String(Number(document.body.dataset["curves"] ?? 0) + 1);
        return;
      case "description":
        return this.#files.described(message.request, message.json, message.engine);
      case "circuit checked":
        if (message.id === this.#asked) this.#circuit.fault(message.faults);
        return;
      case "acts":
        return this.#acts(message.id, message.moved);
      case "circuit":
        this.#circuit.take(message.shown);
        this.#measured = message.shown.measured;
        this.#due = true;
        return;
      case "answer":
        return this.#circuit.answered(message.id, message.answer);
      case "failed":
        return this.#failed(message.title, message.detail);
    }
  }

  #greeted({ adapter, presets, insertable }: ToPage & { kind: "hello" }): void {
    showAdapterName(adapter);
    if (adapter === undefined)
      withoutWebGpu("The float64 reference engine computes here, which suits one or two cells."); // prettier-ignore
    else if (this.#controls.fromLater) fromLaterPage();
    document.body.dataset["engine"] = adapter === undefined ? "reference" : adapter.isFallback ? "software" : "adapter";
    for (const [name, title] of presets) element<HTMLSelectElement>("preset").add(new Option(title, name));
    for (const [name, room] of insertable) element<HTMLSelectElement>("insert").add(new Option(`${name} (${room})`, name)); // prettier-ignore
    this.#ready();
  }

  #running({ id, variables, unit, kept, of, moved, restarted, engine, circuit }: ToPage & { kind: "running" }): void {
    if (circuit === undefined) this.#cellRuns(variables, unit, restarted);
    else this.#circuit.running(circuit);
    if (document.body.dataset["state"] === "failed") hideNotice();
    Object.assign(document.body.dataset, {
      state: "running",
      runs: String(++this.#runs),
      kept: String(kept),
      of: String(of),
      computes: engine,
    });
    element("engine").textContent = engine === "gpu" ? "the adapter, float32" : "reference, float64";
    this.#acts(id, moved);
    if (!restarted) this.#say(`Runs; ${kept} of ${of} states went on.`);
    if (this.#views.curve !== undefined) element("curve-said").textContent = "Measured before the last change.";
  }

  #acts(id: number, moved: number): void {
    document.body.dataset["ran"] = String(id);
    performance.measure("edit to simulation", { start: Math.max(0, moved - performance.timeOrigin) });
  }

  #cellRuns(variables: readonly Recorded[], unit: Views["unit"], restarted: boolean): void {
    const same = this.#traces.variables.length === variables.length && variables.every((v, k) => v.name === this.#traces.variables[k]?.name && v.unit === this.#traces.variables[k]?.unit); // prettier-ignore
    this.#traces.running(variables, restarted);
    this.#views.unit = unit;
    if (same) this.#views.named();
    else {
      this.#list();
      this.#views.running();
    }
  }

  /** Variables inside the cell, each once. */
  #list(): void {
    const select = element<HTMLSelectElement>("variable");
    const before = select.value;
    const inside = this.#traces.variables.filter((v) => v.role === "inside");
    const names = [...new Set(inside.map((v) => v.name))];
    select.replaceChildren(...names.map((name) => new Option(name, name)));
    select.value = names.includes(before) ? before : (names[0] ?? "");
    this.#choose();
  }

  #choose(): void {
    this.#views.chosen = element<HTMLSelectElement>("variable").value;
    this.#due = true;
  }

  #edited(at: number): void {
    this.#texts = { ...this.#texts, [this.#shown]: this.#editor.text };
    this.#run(false, at + performance.timeOrigin);
  }

  #run(restart: boolean, moved = commonTime()): void {
    this.#ran = this.#controls.settings;
    const circuit = this.#network ? this.#circuit.wanted() : undefined;
    this.#ask({ kind: "run", id: this.#asked + 1, texts: this.#texts, settings: this.#ran, circuit, restart, moved });
  }

  /** Several may have changed at once, by "Defaults". */
  #set(): void {
    const { settings } = this.#controls;
    this.#showView();
    this.#views.settings = settings;
    this.#pace();
    const same = KEYS.every((key) => LIVE.includes(key) || settings[key] === this.#ran?.[key]);
    if (same) this.#send({ kind: "live", settings });
    else this.#run(false);
    this.#due = true;
  }

  get #network(): boolean {
    return this.#controls.get("view") === NETWORK;
  }

  /** Shows what belongs to one cell, or to a network. */
  #showView(): void {
    const network = this.#network;
    document.body.dataset["view"] = network ? "network" : "cell";
    element("view-cell").setAttribute("aria-pressed", String(!network));
    element("view-network").setAttribute("aria-pressed", String(network));
    for (const part of document.querySelectorAll<HTMLElement>(".only-cell")) part.hidden = network;
    for (const part of document.querySelectorAll<HTMLElement>(".only-network")) part.hidden = !network;
    this.#controls.suitView();
    this.#circuit.span = this.#controls.get("span");
  }

  /** A question about a network comes with one. */
  #example(name: string | undefined): void {
    const found = EXAMPLES.find(([known]) => known === name);
    if (found === undefined) return;
    this.#circuit.put(found[2]);
    this.#run(true);
  }

  #checked(faults: Readonly<Partial<Record<VersionName, Fault>>>): void {
    this.#faults = faults;
    document.body.dataset["fault"] = String(Object.keys(faults).length);
    const fault = faults[this.#shown];
    this.#editor.mark(fault);
    if (fault === undefined) return this.#say("No fault found.");
    const where = [fault.mechanism, fault.field].filter((x) => x !== undefined).join(", ");
    const go = Object.assign(document.createElement("button"), { type: "button", textContent: "Go there" });
    go.addEventListener("click", () => this.#editor.go(fault));
    const [place, said] = [document.createElement("b"), document.createElement("span")];
    place.textContent = `${where}, line ${fault.line}, column ${fault.column}: `;
    said.textContent = `${fault.problem}. ${fault.remedy} `;
    element("check").classList.add("fault");
    element("check").replaceChildren(place, said, go);
  }

  #say(text: string): void {
    element("check").classList.remove("fault");
    element("check").replaceChildren(text);
  }

  #show(version: VersionName): void {
    if (version === "B" && this.#texts.B === undefined) {
      this.#texts = { ...this.#texts, B: this.#texts.A };
      this.#run(false);
    }
    this.#shown = version;
    this.#showVersions();
    this.#editor.put(this.#texts[version] ?? "");
    this.#checked(this.#faults);
  }

  #dropB(): void {
    this.#texts = { A: this.#texts.A };
    this.#show("A");
    this.#run(false);
  }

  #showVersions(): void {
    const two = this.#texts.B !== undefined;
    this.#circuit.versions = two ? VERSIONS : ["A"];
    for (const name of VERSIONS) element(`version-${name}`).setAttribute("aria-pressed", String(name === this.#shown));
    keepingFocus(() => (element("drop").hidden = !two), element("version-A"));
    for (const part of document.querySelectorAll<HTMLElement>(".of-b")) part.hidden = !two;
    element("text").setAttribute("aria-label", `Version ${this.#shown} of the cell as text`);
  }

  /** Puts a text where it was asked for, which need not be what is shown by now. */
  #preset(version: VersionName, text: string, scale: number | undefined): void {
    const first = this.#runs === 0 && this.#texts.A === "";
    this.#texts = { ...this.#texts, [version]: text };
    if (version === this.#shown) this.#editor.put(text);
    if (scale !== undefined && (!first || this.#controls.get("scale") === SPECS.scale.value))
      this.#controls.place("scale", scale);
    this.#views.settings = this.#controls.settings;
    this.#run(true);
  }

  /** Puts the text that a file gave; in the editor as if it were typed, so that it can be undone. */
  #taken({ version, text, at, title, said }: ToPage & { kind: "taken" }): void {
    const items = said.map((textContent) => make("li", { textContent }));
    notice("hint", title, items.length === 0 ? [] : [make("ul", {}, ...items)]);
    if (version === this.#shown) {
      this.#editor.type(0, this.#editor.text.length, text);
      return this.#editor.go({ from: at, to: at });
    }
    this.#texts = { ...this.#texts, [version]: text };
    this.#run(false);
  }

  /** Puts the lines of a mechanism into their part of the text, which is made where it is missing. */
  #insert(room: string, lines: string): void {
    const { text } = this.#editor;
    const found = new RegExp(`^${room}:.*\n`, "m").exec(text);
    if (found !== null) this.#editor.type(found.index + found[0].length, found.index + found[0].length, lines);
    else this.#editor.type(text.length, text.length, `${text.endsWith("\n") ? "" : "\n"}${room}:\n${lines}`);
  }

  #open({ texts, settings, circuit }: Saved): void {
    this.#texts = texts;
    this.#shown = "A";
    for (const [key, value] of Object.entries(settings) as [Key, number][]) this.#controls.place(key, value);
    if (circuit !== undefined) this.#circuit.put(circuit);
    this.#showView();
    this.#views.settings = this.#controls.settings;
    this.#views.forget();
    this.#showVersions();
    this.#editor.put(texts.A);
    this.#run(true);
  }

  #measure(): void {
    if (element("measure").ariaDisabled === "true") return; // it keeps the focus while it measures
    element("measure").ariaDisabled = "true";
    element("curve-said").textContent =
      this.#controls.get("mode") === VOLTAGE ? "Holding and stepping …" : "Injecting …";
    this.#send({ kind: "curve" });
  }

  #pause(wanted: boolean): void {
    this.#paused = wanted;
    element("pause").textContent = wanted ? "Go on" : "Pause";
    keepingFocus(() => (element<HTMLButtonElement>("step").disabled = !wanted), element("pause"));
    this.#due = true;
    this.#pace();
  }

  #pace(): void {
    const pacing = { speed: this.#controls.get("speed"), paused: this.#paused, hidden: document.hidden };
    this.#send({ kind: "pacing", pacing });
  }

  /** Asks for what ends with another network that runs. */
  #ask(message: ToWorker): void {
    document.body.dataset["asked"] = String(++this.#asked);
    this.#send(message);
  }

  #send(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** One plot a frame keeps every task short. */
  #draw(now: number): void {
    const task = this.#tasks.shift();
    if (task !== undefined) return task();
    if (!this.#due || now - this.#drawn < SHOWN_MS) return;
    [this.#due, this.#drawn] = [false, now];
    element("speed").textContent = this.#paused ? "paused" : `${this.#measured.toPrecision(2)} × real time`;
    this.#tasks = this.#network ? [...this.#circuit.tasks()] : [() => this.#numbers(), ...this.#views.tasks()];
  }

  #numbers(): void {
    const { dataset } = document.body;
    element("time").textContent = `${this.#traces.now.toFixed(0)} ms`;
    for (const version of VERSIONS) {
      const rate = this.#traces.rate(version);
      const has = this.#traces.variables.some((v) => v.version === version);
      element(`rate-${version.toLowerCase()}`).textContent = rate === undefined || !has ? "–" : `${rate.toFixed(1)} Hz`;
      dataset[`rate${version}`] = rate === undefined || !has ? "" : rate.toFixed(3);
    }
    dataset["modelMs"] = this.#traces.now.toFixed(1);
    const spiked = VERSIONS.some((v) => this.#traces.spikes(v).length > 0);
    if (spiked && performance.getEntriesByName("first spike drawn").length === 0) performance.mark("first spike drawn");
  }

  #failed(title: string, detail: string): void {
    document.body.dataset["state"] = "failed";
    element("measure").ariaDisabled = "false";
    notice("alert", title, [paragraph(`${detail} The next edit, or "Start again", goes on from rest.`)]);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
