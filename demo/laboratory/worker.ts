import "../site/early.ts";
import { adapters, openDevice, type AdapterInfo } from "../../src/browser.ts";
import { HillockError } from "../../src/errors.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import { Pace } from "../site/pace.ts";
import { Rig } from "./bench.ts";
import { checkCircuit, circuitFaultOf } from "./circuit/check.ts";
import { LIMITS } from "./circuit/circuit.ts";
import { entrance, subjectOf } from "./circuit/network.ts";
import { CircuitRig, type CircuitPlan } from "./circuit/rig.ts";
import { CircuitScreen } from "./circuit/screen.ts";
import { Pace as SubmitPace } from "../../src/host/pace.ts";
import { measureCurve } from "./curves.ts";
import { faultOf, isFault, readText, type Fault, type Read } from "./document.ts";
import type { VersionName } from "./clamping.ts";
import { liveExperiment, type Versions } from "./experiment.ts";
import { insertable, insertionText, PRESETS, presetScale, presetText } from "./presets.ts";
import { placeText } from "./place.ts";
import { taken } from "./taken.ts";
import { type Texts, type ToPage, type ToWorker } from "./protocol.ts";
import { Rows } from "./rows.ts";
import { ADAPTER, AUTOMATIC, DT, SAMPLE, type LabSettings } from "./settings.ts";

/** Wall time of a piece where the engine keeps up, ms. */
const PIECE_MS = 40;
const SAMPLE_STEPS = Math.round(SAMPLE / DT);
/** Steps of a network's piece at most. */
const LONGEST_PIECE = 4000;

const post = (message: ToPage, transfer: Transferable[] = []): void => postMessage(message, { transfer });
const later = (delay: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay));
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type RunMessage = ToWorker & { kind: "run" };

/** What runs, what comes next, and what the page wants to know. */
class Laboratory {
  readonly #adapter: AdapterInfo | undefined;
  #opened: Promise<GPUDevice | undefined> | undefined;
  readonly #reads = new Map<VersionName, Read>();
  #settings: LabSettings | undefined;
  readonly #rows = new Rows();
  #rig: Rig | CircuitRig | undefined;
  #next: { rig: Rig | CircuitRig; message: RunMessage } | undefined;
  readonly #screen = new CircuitScreen(post);
  /** how long pieces of a network are: a change acts within two of them. */
  #lengths = new SubmitPace(1, LONGEST_PIECE);
  #wanted: RunMessage | undefined;
  #building = false;
  #changed = false; // amplitude or noise
  readonly #pace = new Pace();
  #busy = false; // a batch has the engine

  constructor(adapter: AdapterInfo | undefined) {
    this.#adapter = adapter;
  }

  /** What computes. One or two cells are a small task: without a graphics card the float64 reference engine is the quicker one. */
  async #device({ engine }: LabSettings): Promise<GPUDevice | undefined> {
    const suits = engine === ADAPTER || (engine === AUTOMATIC && this.#adapter?.isFallback === false);
    if (!suits || this.#adapter === undefined) return undefined;
    this.#opened ??= this.#openDevice();
    return this.#opened;
  }

  async #openDevice(): Promise<GPUDevice | undefined> {
    const open = await openDevice();
    void open?.device.lost.then(({ message }) => {
      this.#opened = undefined; // the next edit opens another
      this.#failed("The graphics device was lost.", new Error(message || "The browser gave no reason."));
    });
    Object.assign(globalThis, { device: open?.device }); // for the browser's console
    return open?.device;
  }

  take(message: ToWorker): void {
    switch (message.kind) {
      case "run":
        return void this.#build(message);
      case "live":
        [this.#settings, this.#changed] = [message.settings, true];
        this.#screen.span = message.settings.span;
        return this.#screen.tell(this.#pace.measured);
      case "pacing":
        this.#pace.pacing = message.pacing;
        return;
      case "step":
        this.#pace.step();
        return;
      case "curve":
        return void this.#curve();
      case "cursor":
        return this.#place(message.version, message.at);
      case "preset":
        return post({
          kind: "preset",
          version: message.version,
          text: presetText(message.name),
          scale: presetScale(message.name),
        });
      case "insertion": {
        const found = insertionText(message.name);
        if (found !== undefined) post({ kind: "insertion", ...found });
        return;
      }
      case "files":
        return this.#files(message);
      case "describe":
        return this.#describe(message.request);
      case "canvas":
        return this.#screen.canvas(message.canvases, message.look);
      case "look":
        return this.#screen.look(message.look);
      case "watch":
        this.#screen.watched = message.watched;
        return this.#screen.tell(this.#pace.measured);
      case "ask":
        return void this.#answer(message);
    }
  }

  /** Runs for ever, piece by piece. */
  async run(): Promise<void> {
    for (;;) {
      try {
        await this.#swap();
        if (this.#rig === undefined || this.#busy) await later(10);
        else {
          await this.#pace.until(this.#rig.time, () => this.#next !== undefined);
          if (this.#next === undefined && !this.#busy) await this.#piece(this.#rig);
        }
      } catch (error) {
        this.#failed("The simulation stopped.", error);
      }
    }
  }

  /** Checks the texts of the latest message and makes their network while the last one goes on. */
  async #build(message: RunMessage): Promise<void> {
    this.#wanted = message;
    if (this.#building) return;
    this.#building = true;
    while (this.#wanted !== undefined) {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      await this.#make(wanted);
    }
    this.#building = false;
  }

  async #make(message: RunMessage): Promise<void> {
    const { versions, faults } = this.#read(message.texts);
    if (Object.keys(faults).length > 0) return post({ kind: "checked", id: message.id, faults });
    if (message.circuit !== undefined) return this.#makeCircuit({ ...message, circuit: message.circuit }, versions);
    try {
      const rig = await Rig.make(versions, message.settings, await this.#device(message.settings));
      post({ kind: "checked", id: message.id, faults: {} });
      await this.#next?.rig.close();
      this.#next = { rig, message };
    } catch (error) {
      const told = this.#faultsOf(error);
      if (told === undefined) return this.#failed("The cell does not run.", error);
      post({ kind: "checked", id: message.id, faults: told });
    }
  }

  /** The same for a circuit; weights and rates act on the network that is there. */
  async #makeCircuit(message: RunMessage & Pick<CircuitPlan, "circuit">, versions: Versions): Promise<void> {
    const { id, circuit, settings, texts, restart, moved } = message;
    const device = await this.#device(settings);
    post({ kind: "checked", id, faults: {} });
    const limits = device !== undefined && this.#adapter?.isFallback === false ? LIMITS.adapter : LIMITS.software;
    const faults = checkCircuit(circuit, versions, limits);
    post({ kind: "circuit checked", id, faults });
    if (faults.length > 0) return;
    const plan: CircuitPlan = { circuit, versions, seed: settings.seed, device, cells: JSON.stringify(texts) };
    const latest = this.#next?.rig ?? this.#rig;
    if (!restart && latest instanceof CircuitRig && latest.takes(plan)) {
      latest.want(circuit);
      return post({ kind: "acts", id, moved });
    }
    try {
      const rig = await CircuitRig.make(plan);
      await this.#next?.rig.close();
      this.#next = { rig, message };
    } catch (error) {
      if (!(error instanceof HillockError)) return this.#failed("The network does not run.", error);
      post({ kind: "circuit checked", id, faults: [circuitFaultOf(error, circuit)] });
    }
  }

  /** An error of the compiler, told where the text that it names has it. */
  #faultsOf(error: unknown): Partial<Record<VersionName, Fault>> | undefined {
    if (!(error instanceof HillockError)) return undefined;
    const version = /^(?:population ")?B\b/.test(error.where) ? "B" : "A";
    const read = this.#reads.get(version);
    return read === undefined ? undefined : { [version]: faultOf(error, read.where) };
  }

  #read(texts: Texts): { versions: Versions; faults: Partial<Record<VersionName, Fault>> } {
    const versions: Partial<Record<VersionName, Read["subject"]>> = {};
    const faults: Partial<Record<VersionName, Fault>> = {};
    for (const [name, text] of Object.entries(texts) as [VersionName, string][]) {
      const read = readText(text);
      if (isFault(read)) faults[name] = read;
      else {
        versions[name] = read.subject;
        this.#reads.set(name, read);
      }
    }
    return { versions, faults };
  }

  /** Puts the next network in the place of the one that ran. */
  async #swap(): Promise<void> {
    if (this.#next === undefined) return;
    const { rig, message } = this.#next;
    this.#next = undefined;
    const before = this.#rig;
    this.#rig = rig;
    [this.#settings, this.#changed] = [message.settings, false];
    const goesOn = before !== undefined && !message.restart && before instanceof Rig === rig instanceof Rig;
    const { kept, of } = goesOn ? await rig.goOnFrom(before, rig instanceof Rig) : { kept: 0, of: 0 };
    if (before !== undefined) await before.close();
    if (!goesOn) this.#rows.clear();
    const said = { kind: "running", id: message.id, kept, of, moved: message.moved, restarted: !goesOn, engine: rig.kind } as const; // prettier-ignore
    if (rig instanceof Rig) {
      const variables = rig.experiment.variables.map((v, k) => ({ ...v, unit: rig.units[k] ?? "" }));
      return post({ ...said, variables, unit: rig.experiment.unit });
    }
    this.#screen.span = message.settings.span;
    this.#screen.running(rig, !goesOn);
    this.#lengths = new SubmitPace(1, LONGEST_PIECE);
    const { circuit, versions } = rig.plan;
    const units = circuit.populations.map(({ of: cells }) => {
      const subject = subjectOf(cells, versions);
      return (subject && entrance(subject, "excitatory")?.unit) ?? "";
    });
    post({ ...said, variables: [], unit: "nA", circuit: { circuit, units, links: rig.links } });
  }

  async #piece(rig: Rig | CircuitRig): Promise<void> {
    const changed = this.#changed;
    this.#changed = false;
    const wanted = Math.min(PIECE_MS, this.#pace.speed * PIECE_MS) / DT;
    const began = performance.now();
    let [chunk, steps]: [Chunk | undefined, number] = [undefined, 0];
    try {
      if (rig instanceof CircuitRig) {
        rig.act();
        steps = Math.max(1, Math.round(Math.min(this.#lengths.steps, this.#pace.speed > 1 ? Infinity : wanted)));
      } else {
        const most = Math.max(wanted, this.#pace.speed > 1 ? rig.stepsPerSubmit : 0);
        steps = SAMPLE_STEPS * Math.max(1, Math.round(most / SAMPLE_STEPS));
        if (changed && this.#settings !== undefined) rig.set(this.#settings);
      }
      chunk = await rig.run(steps);
    } catch (error) {
      this.#rig = undefined;
      await rig.close().catch(() => undefined);
      throw error;
    }
    if (rig instanceof Rig) return this.#tell(rig, chunk);
    this.#lengths.measured(steps, performance.now() - began);
    this.#screen.take(chunk, this.#pace.measured);
  }

  async #answer({ id, question }: ToWorker & { kind: "ask" }): Promise<void> {
    post({ kind: "answer", id, answer: await this.#screen.answer(question) });
  }

  #tell(rig: Rig, chunk: Chunk): void {
    const { times, values } = this.#rows.take(rig.experiment.variables, chunk);
    const spikes = Object.fromEntries(Object.keys(rig.versions).map((v) => [v, chunk.spikes(v).times]));
    post({ kind: "samples", times, values, spikes, time: rig.time, measured: this.#pace.measured }, [times.buffer, ...values.map((v) => v.buffer)]); // prettier-ignore
  }

  async #curve(): Promise<void> {
    const [rig, settings] = [this.#rig, this.#settings];
    if (!(rig instanceof Rig) || settings === undefined || this.#busy) return;
    this.#busy = true;
    try {
      post({
        kind: "curve",
        curve: await measureCurve(rig.versions, settings, rig.experiment.unit, await this.#device(settings)),
      });
    } catch (error) {
      this.#failed("The curve could not be measured.", error);
    } finally {
      this.#busy = false;
    }
  }

  #place(version: VersionName, at: number): void {
    const read = this.#reads.get(version);
    if (read !== undefined) post({ kind: "place", version, text: placeText(read, at) });
  }

  /** The text of a cell with what files say. */
  #files({ version, files, into }: ToWorker & { kind: "files" }): void {
    try {
      post({ kind: "taken", version, ...taken(files, into) });
    } catch (error) {
      if (!(error instanceof HillockError)) reportError(error);
      const names = [...files.keys()].map((name) => `"${name.slice(0, 60)}"`).join(", ").slice(0, 200); // prettier-ignore
      post({ kind: "refused", title: `${names} ${files.size === 1 ? "was" : "were"} not taken.`, detail: messageOf(error) }); // prettier-ignore
    }
  }

  #describe(request: number): void {
    const [rig, settings] = [this.#rig, this.#settings];
    if (rig === undefined || settings === undefined) return;
    const network = rig instanceof Rig ? liveExperiment(rig.versions, settings).network : rig.networkNow;
    post({ kind: "description", request, json: JSON.stringify(network.toJSON(), null, 2), engine: rig.kind });
  }

  #failed(title: string, error: unknown): void {
    if (!(error instanceof HillockError)) reportError(error);
    post({ kind: "failed", title, detail: messageOf(error) });
  }
}

const [adapter] = await adapters().catch(() => []);
const laboratory = new Laboratory(adapter);
addEventListener("message", ({ data }: MessageEvent<ToWorker>) => laboratory.take(data));
post({ kind: "hello", adapter, presets: PRESETS, insertable });
void laboratory.run();
