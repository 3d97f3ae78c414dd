import { make } from "../site/element.ts";
import { addressed, foreign, runsInPage } from "./block.ts";
import type { Given, Said } from "./protocol.ts";

const button = (textContent: string, act: () => void): HTMLButtonElement => {
  const made = make("button", { type: "button", textContent });
  made.addEventListener("click", act);
  return made;
};

/** A block of code that runs in its place, in a worker, and can be edited. */
class RunningBlock {
  readonly #text: string;
  readonly #pre: HTMLElement;
  readonly #area = make("textarea", { spellcheck: false, hidden: true });
  readonly #output = make("div", { className: "block-output", hidden: true });
  readonly #run = button("Run", () => this.#start());
  readonly #stop = button("Stop", () => this.#end("Stopped."));
  readonly #edit = button("Edit", () => this.#editing(this.#area.hidden));
  #worker: Worker | undefined;

  /** @param place  of the block on the page, from 1 */
  constructor(pre: HTMLElement, text: string, place: number) {
    [this.#pre, this.#text] = [pre, text];
    this.#area.setAttribute("aria-label", `Code of block ${place}`);
    this.#output.setAttribute("role", "log");
    this.#output.setAttribute("aria-label", `What block ${place} prints`);
    this.#stop.disabled = true;
    pre.after(this.#area, make("div", { className: "block-actions" }, this.#run, this.#stop, this.#edit), this.#output);
  }

  get #code(): string {
    return this.#area.hidden ? this.#text : this.#area.value;
  }

  #editing(wanted: boolean): void {
    if (wanted) Object.assign(this.#area, { value: this.#text, rows: this.#text.split("\n").length + 1 });
    [this.#area.hidden, this.#pre.hidden] = [!wanted, wanted];
    this.#edit.textContent = wanted ? "As it was" : "Edit";
    if (wanted) this.#area.focus();
  }

  #start(): void {
    this.#end();
    this.#output.replaceChildren();
    this.#output.hidden = false;
    const absent = foreign(this.#code);
    if (absent !== undefined)
      return this.#end(`A page has no "${absent}": blocks here import from hillock alone. In Node this runs.`);
    this.#state("running");
    const worker = (this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));
    worker.addEventListener("message", ({ data }: MessageEvent<Said>) => this.#take(data));
    worker.addEventListener("error", ({ message }) => this.#end(message || "Its worker could not be loaded."));
    worker.postMessage({ code: addressed(this.#code, import.meta.url) } satisfies Given);
  }

  #take(said: Said): void {
    if (said.kind === "said") this.#output.append(printed(said.text));
    else if (said.kind === "failed") this.#end(said.line === undefined ? said.text : `Line ${said.line}: ${said.text}`);
    else this.#end();
  }

  /** @param fault  why it ended, unless by itself */
  #end(fault?: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    if (fault !== undefined) this.#output.append(make("p", { className: "block-fault", textContent: fault }));
    this.#state(fault === undefined ? "done" : "failed");
  }

  #state(state: "running" | "done" | "failed"): void {
    this.#output.dataset["state"] = state;
    const lost = state !== "running" && document.activeElement === this.#stop; // a button that is greyed out keeps no focus
    this.#stop.disabled = state !== "running";
    if (lost) this.#run.focus();
  }
}

/** A line of text, or a figure where the text is one. An image runs no script. */
function printed(text: string): HTMLElement {
  if (!/^\s*<svg[\s>]/.test(text)) return make("pre", { textContent: text });
  const title = /<title>([^<]*)<\/title>/.exec(text)?.[1] ?? "Figure that the block made";
  return make("img", { src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`, alt: title });
}

/** TypeDoc ends lines by elements, of which textContent knows nothing. */
function textOf(code: HTMLElement): string {
  const copy = code.cloneNode(true) as HTMLElement;
  for (const end of copy.querySelectorAll("br")) end.replaceWith("\n");
  return copy.textContent ?? "";
}

let place = 0;
for (const code of document.querySelectorAll<HTMLElement>("pre > code.js")) {
  const text = textOf(code);
  if (code.parentElement !== null && runsInPage(text)) new RunningBlock(code.parentElement, text, ++place);
}
