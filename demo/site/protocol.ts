/** What passes between a page and the worker that computes and draws for it: plain data, and canvases once. */

/** What the controls say, by name. */
export type Settings = Readonly<Record<string, number>>;

export interface Size {
  /** device pixels. */
  readonly width: number;
  readonly height: number;
  /** device pixels per CSS pixel. */
  readonly ratio: number;
}

/** How to draw. */
export interface Look {
  /** red, green, blue, 0 to 1, by name of style.css. */
  readonly colours: Readonly<Record<string, readonly [number, number, number]>>;
  /** by canvas. */
  readonly sizes: Readonly<Record<string, Size>>;
  /** canvases off the screen: they need no drawing. */
  readonly away: readonly string[];
  /** the reader wants little motion. */
  readonly calm: boolean;
}

export interface Pacing {
  /** model time per time. */
  readonly speed: number;
  readonly paused: boolean;
  /** nobody sees the page. */
  readonly hidden: boolean;
}

/** The adapter that a worker found. */
export interface AdapterName {
  readonly description: string;
  /** a software adapter. */
  readonly isFallback: boolean;
}

export type ToWorker =
  /** What it will start from, but for what an adapter changes. */
  | { readonly kind: "soon"; readonly settings: Settings }
  | {
      readonly kind: "start";
      readonly settings: Settings;
      /** What only one page has and starts from: drives of its own. */
      readonly document: unknown;
      readonly pacing: Pacing;
      readonly canvases: Readonly<Record<string, OffscreenCanvas>>;
      readonly look: Look;
    }
  /** Settings that act while it runs. `moved`: when the hand moved, ms of the common clock. */
  | { readonly kind: "settings"; readonly settings: Settings; readonly moved: number }
  | { readonly kind: "pacing"; readonly pacing: Pacing }
  | { readonly kind: "look"; readonly look: Look }
  /** One short piece while paused. */
  | { readonly kind: "step" }
  /** What only one page has: a ramp, a camera. */
  | { readonly kind: "act"; readonly what: string; readonly value: unknown }
  | { readonly kind: "ask"; readonly id: number; readonly question: Question };

/** What a page may want to know; the answer's type stands beside. */
export type Question =
  /** a canvas as a PNG: Blob. */
  | { readonly what: "picture"; readonly canvas: string }
  /** what a canvas shows: Table or undefined. */
  | { readonly what: "table"; readonly canvas: string }
  /** spikes that a canvas shows, by population: SpikesOf[]. */
  | { readonly what: "spikes"; readonly canvas: string }
  /** RunRecord, or undefined where the page's command says it all. */
  | { readonly what: "record" }
  /** the mechanisms' own words and equations, Markdown: string[]. */
  | { readonly what: "equations" }
  /** what only one page's worker can answer. */
  | { readonly what: "own"; readonly name: string; readonly value: unknown };

export interface Table {
  readonly names: string[];
  readonly columns: readonly ArrayLike<number | string | null | undefined>[];
}

export type ToPage =
  /** First of all; without an adapter the reference engine computes. */
  | { readonly kind: "adapter"; readonly adapter: AdapterName | undefined }
  /** What takes time before it starts. */
  | { readonly kind: "doing"; readonly what: string }
  | { readonly kind: "started"; readonly facts: unknown }
  | { readonly kind: "readings"; readonly readings: unknown; readonly state: RunState }
  /** A changed setting acts from now on. */
  | { readonly kind: "acted"; readonly moved: number }
  | { readonly kind: "answer"; readonly id: number; readonly answer: unknown }
  /** A question that has no answer, and why. */
  | { readonly kind: "refused"; readonly id: number; readonly detail: string }
  | { readonly kind: "failed"; readonly title: string; readonly detail: string };

export interface RunState {
  /** model time, ms. */
  readonly time: number;
  /** model time per time over the last second. */
  readonly measured: number;
  readonly paused: boolean;
  readonly finished: boolean;
  /** drawings so far. */
  readonly frames: number;
  /** drawing that first showed a spike, ms of the common clock. */
  readonly firstSpike: number | undefined;
}

/** A clock that page and worker share, ms. */
export const commonTime = (): number => performance.timeOrigin + performance.now();
