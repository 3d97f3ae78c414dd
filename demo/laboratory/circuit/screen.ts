import type { Chunk } from "../../../src/run/chunk.ts";
import { DrawingBudget } from "../../site/budget.ts";
import type { Look, Table } from "../../site/protocol.ts";
import { PlainRaster } from "../../site/plain-raster.ts";
import type { SpikesOf } from "../../site/nwb-worker.ts";
import type { CircuitQuestion, ToPage } from "../protocol.ts";
import { DT } from "../settings.ts";
import { INKS, type Circuit } from "./circuit.ts";
import { CircuitReadings, type Watched } from "./readings.ts";
import type { CircuitRig } from "./rig.ts";

/** Between two messages with readings, and two drawings, ms at least. */
const SHOWN_MS = 100;
/** id of its canvas. */
const RASTER = "circuit-raster";

/** What the page shows of the circuit that runs, made in the worker: the raster on its canvas, numbers as messages. */
export class CircuitScreen {
  span = 500;
  watched: Watched = { population: "", cell: 0 };
  readonly #post: (message: ToPage) => void;
  #canvases: Readonly<Record<string, OffscreenCanvas>> = {};
  #look: Look | undefined;
  #readings: CircuitReadings | undefined;
  #form = "";
  #raster: PlainRaster | undefined;
  #budget = new DrawingBudget(SHOWN_MS, false);
  #posted = -Infinity;
  #pictured = false; // a picture is wanted
  #time = 0;

  constructor(post: (message: ToPage) => void) {
    this.#post = post;
  }

  canvas(canvases: Readonly<Record<string, OffscreenCanvas>>, look: Look): void {
    this.#canvases = canvases;
    this.look(look);
  }

  look(look: Look): void {
    if (this.#look?.calm !== look.calm) this.#budget = new DrawingBudget(SHOWN_MS, look.calm);
    this.#look = look;
    const [canvas, size] = [this.#canvases[RASTER], look.sizes[RASTER]];
    if (canvas === undefined || size === undefined) return;
    if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, { width: size.width, height: size.height }); // prettier-ignore
    this.#draw();
  }

  /** Another network runs. @param anew  from time 0 */
  running(rig: CircuitRig, anew: boolean): void {
    const { circuit } = rig.plan;
    const form = formOfCells(circuit);
    if (!anew && form === this.#form) return; // the same cells go on
    this.#form = form;
    this.#readings = new CircuitReadings(circuit, rig.voltages, rig.time);
    this.#time = rig.time;
    this.#makeRaster(circuit);
    this.#draw();
  }

  take(chunk: Chunk, measured: number): void {
    if (this.#readings === undefined) return;
    this.#raster?.collect(this.#readings.push(chunk));
    this.#time = chunk.to;
    const now = performance.now();
    if (this.#budget.due(now)) void this.#budget.draw(undefined, () => this.#draw());
    if (now - this.#posted < SHOWN_MS) return;
    this.#posted = now;
    this.tell(measured);
  }

  tell(measured: number): void {
    if (this.#readings !== undefined) this.#post({ kind: "circuit", shown: { ...this.#readings.shown(this.span, this.watched), measured } }); // prettier-ignore
  }

  answer(question: CircuitQuestion): Promise<Blob | undefined> | Table | SpikesOf[] | undefined {
    if (question === "table") return this.#readings?.table(this.span);
    if (question === "spikes") return this.#readings?.spikes(this.span);
    this.#pictured = true;
    this.#draw();
    this.#pictured = false;
    return this.#canvases[RASTER]?.convertToBlob();
  }

  #makeRaster({ populations }: Circuit): void {
    let end = 0;
    const ends = populations.map(({ n }) => (end += n));
    const page = this;
    const bench = {
      get look(): Look {
        return page.#look ?? { colours: {}, sizes: {}, away: [], calm: false };
      },
      shows: () => page.#shows,
      canvases: this.#canvases,
    };
    this.#raster = this.#canvases[RASTER] === undefined ? undefined : new PlainRaster(bench, RASTER, Math.max(1, end), { colours: INKS, ends }, DT); // prettier-ignore
  }

  get #shows(): boolean {
    return this.#pictured || this.#look?.away.includes(RASTER) !== true;
  }

  #draw(): void {
    this.#raster?.draw(this.#time / DT, this.span / DT);
  }
}

const formOfCells = ({ populations }: Circuit): string => JSON.stringify(populations.map(({ name, of, n }) => [name, of, n])); // prettier-ignore
