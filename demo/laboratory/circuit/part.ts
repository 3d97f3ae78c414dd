import { Canvases } from "../../site/canvases.ts";
import { element } from "../../site/element.ts";
import { saveMenus } from "../../site/figures.ts";
import type { SpikesOf } from "../../site/nwb-worker.ts";
import type { Table } from "../../site/protocol.ts";
import { onColours } from "../../site/theme.ts";
import type { CircuitFacts, CircuitQuestion, ToWorker } from "../protocol.ts";
import { EXAMPLES, type Circuit, type CircuitFault } from "./circuit.ts";
import { CircuitPanel } from "./panel.ts";
import type { CircuitShown } from "./readings.ts";
import { CircuitViews } from "./views.ts";

/** All of the page that belongs to a network of its cells. */
export class CircuitPart {
  readonly #send: (message: ToWorker, transfer?: Transferable[]) => void;
  readonly #panel: CircuitPanel;
  readonly #views: CircuitViews;
  readonly #canvases: Canvases;
  readonly #asked = new Map<number, (answer: never) => void>();
  #questions = 0;
  #shown: CircuitShown | undefined;
  #names: readonly string[] = [];

  /** @param changed  the reader changed the circuit. `anew`: begins from rest */
  constructor(
    span: number,
    send: (message: ToWorker, transfer?: Transferable[]) => void,
    changed: (anew: boolean) => void,
  ) {
    this.#send = send;
    this.#panel = new CircuitPanel((_, anew) => changed(anew));
    this.#views = new CircuitViews(span, (watched) => send({ kind: "watch", watched }));
    const looks = (): void => send({ kind: "look", look: this.#canvases.look });
    this.#canvases = new Canvases(["circuit-raster"], looks);
    onColours(looks);
    const source = {
      picture: () => this.#ask<Blob>("picture"),
      table: () => this.#ask<Table | undefined>("table"),
      spikes: () => this.#ask<SpikesOf[]>("spikes"),
    };
    saveMenus("laboratory", source, ".only-network");
  }

  /** Gives the worker its canvas. */
  begin(): void {
    const canvases = this.#canvases.handOver();
    this.#send({ kind: "canvas", canvases, look: this.#canvases.look }, Object.values(canvases));
  }

  /** undefined: no network was made yet. */
  get circuit(): Circuit | undefined {
    return this.#panel.circuit.populations.length === 0 ? undefined : this.#panel.circuit;
  }

  /** What is to run: the first example, where none was made yet. */
  wanted(): Circuit {
    if (this.#names.length === 0 && this.circuit === undefined) this.put((EXAMPLES[0] as (typeof EXAMPLES)[number])[2]);
    return this.#panel.circuit;
  }

  put(circuit: Circuit): void {
    this.#panel.put(circuit);
  }

  set versions(versions: readonly string[]) {
    this.#panel.versions = versions;
  }
  set span(span: number) {
    this.#views.span = span;
  }

  running({ circuit, units, links }: CircuitFacts): void {
    this.#names = circuit.populations.map(({ name }) => name);
    this.#panel.running(circuit, units);
    this.#views.running(circuit);
    element("circuit-cells").textContent = String(circuit.populations.reduce((sum, { n }) => sum + n, 0));
    element("circuit-links").textContent = String(links);
  }

  /** Tells faults at their fields. */
  fault(faults: readonly CircuitFault[]): void {
    const count = this.#panel.fault(faults);
    const what = this.circuit === undefined ? "No population yet" : count === 1 ? "A field has a fault" : `${count} fields have a fault`; // prettier-ignore
    element("circuit-said").textContent = count === 0 ? "" : `${what}; what ran goes on.`;
    document.body.dataset["circuitFaults"] = String(count);
  }

  take(shown: CircuitShown): void {
    this.#shown = shown;
    this.#views.take(shown);
  }

  answered(id: number, answer: unknown): void {
    this.#asked.get(id)?.(answer as never);
    this.#asked.delete(id);
  }

  tasks(): readonly (() => void)[] {
    return [() => this.#numbers(), ...this.#views.tasks()];
  }

  #numbers(): void {
    const { time, mean } = this.#shown ?? { time: 0, mean: [] };
    element("time").textContent = `${time.toFixed(0)} ms`;
    element("circuit-mean").textContent = mean.map((hz, k) => `${this.#names[k] ?? ""} ${hz.toFixed(1)}`).join(", ") || "–"; // prettier-ignore
    Object.assign(document.body.dataset, { modelMs: time.toFixed(1), meanRates: mean.map((hz) => hz.toFixed(3)).join(" ") }); // prettier-ignore
  }

  #ask<T>(question: CircuitQuestion): Promise<T> {
    const id = this.#questions++;
    this.#send({ kind: "ask", id, question });
    return new Promise<T>((answered) => this.#asked.set(id, answered));
  }
}
