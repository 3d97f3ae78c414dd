import { isBrowsers } from "../site/keyboard.ts";
import type { Fault } from "./document.ts";

/** Quiet time after a key before the text counts: a word is one change. */
const QUIET_MS = 200;

/** A text with line numbers and a mark under a fault. A textarea: keys, undo, screen readers and phones know it. */
export class Editor {
  readonly #area: HTMLTextAreaElement;
  readonly #lines: HTMLElement;
  readonly #mark: HTMLElement;
  #fault: Fault | undefined;
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param changed  after a pause; `at`: when the last key was hit, ms of performance.now
   * @param moved  the cursor */
  constructor(
    parts: { area: HTMLTextAreaElement; lines: HTMLElement; mark: HTMLElement },
    changed: (at: number) => void,
    moved: (at: number) => void,
  ) {
    [this.#area, this.#lines, this.#mark] = [parts.area, parts.lines, parts.mark];
    this.#area.addEventListener("input", () => {
      const at = performance.now();
      this.#number();
      this.#draw();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => changed(at), QUIET_MS);
    });
    this.#area.addEventListener("scroll", () => this.#draw());
    this.#area.addEventListener("keydown", (event) => this.#key(event));
    for (const kind of ["keyup", "click"]) this.#area.addEventListener(kind, () => moved(this.#area.selectionStart));
    new ResizeObserver(() => this.#draw()).observe(this.#area);
  }

  get text(): string {
    return this.#area.value;
  }

  /** Puts another text in its place. */
  put(text: string): void {
    clearTimeout(this.#timer);
    if (this.#area.value !== text) this.#area.value = text;
    this.#fault = undefined;
    this.#number();
    this.#draw();
  }

  /** Replaces a part as if the reader had typed it, so that undo knows it. */
  type(from: number, to: number, text: string): void {
    this.#area.focus();
    this.#area.setSelectionRange(from, to);
    // the only way that keeps a textarea's own undo
    if (!document.execCommand("insertText", false, text)) {
      this.#area.setRangeText(text, from, to, "end");
      this.#area.dispatchEvent(new Event("input"));
    }
    this.#show(from);
  }

  /** Marks a fault, or none. */
  mark(fault: Fault | undefined): void {
    this.#fault = fault;
    this.#area.setAttribute("aria-invalid", String(fault !== undefined));
    this.#draw();
  }

  /** Puts the cursor on a place. */
  go({ from, to }: { from: number; to: number }): void {
    this.#area.focus();
    this.#area.setSelectionRange(from, to);
    this.#show(from);
  }

  /** Enter keeps the indentation, one step deeper behind a name without a value. */
  #key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || isBrowsers(event)) return;
    const { selectionStart: at, selectionEnd: to, value } = this.#area;
    const line = value.slice(value.lastIndexOf("\n", at - 1) + 1, at);
    const indent = (/^ */.exec(line)?.[0] ?? "") + (/:\s*$/.test(line) ? "  " : "");
    event.preventDefault();
    if (!document.execCommand("insertText", false, `\n${indent}`))
      this.#area.setRangeText(`\n${indent}`, at, to, "end");
  }

  #number(): void {
    const count = this.#area.value.split("\n").length;
    if (count === this.#count) return;
    this.#count = count;
    this.#lines.textContent = Array.from({ length: count }, (_, k) => k + 1).join("\n");
  }

  /** Scrolls so that a character is in the middle. */
  #show(at: number): void {
    const line = this.#area.value.slice(0, at).split("\n").length - 1;
    const height = lineHeight(this.#area);
    const [top, shown] = [this.#area.scrollTop, this.#area.clientHeight];
    if (line * height < top || (line + 2) * height > top + shown) this.#area.scrollTop = line * height - shown / 2;
    this.#draw();
  }

  #draw(): void {
    const area = this.#area;
    this.#lines.style.transform = `translateY(${-area.scrollTop}px)`;
    this.#mark.hidden = this.#fault === undefined;
    if (this.#fault === undefined) return;
    const { line, column, from, to } = this.#fault;
    const height = lineHeight(area);
    const style = getComputedStyle(area);
    const end = area.value.indexOf("\n", from);
    const length = Math.max(1, Math.min(to, end < 0 ? to : end) - from);
    const top = Number.parseFloat(style.paddingTop) + line * height - 2 - area.scrollTop;
    this.#mark.hidden = top < height / 2 || top > area.clientHeight;
    Object.assign(this.#mark.style, {
      top: `${top}px`,
      left: `calc(${area.offsetLeft + Number.parseFloat(style.paddingLeft) - area.scrollLeft}px + ${column - 1}ch)`,
      width: `${length}ch`,
    });
  }
}

const lineHeight = (area: HTMLElement): number => Number.parseFloat(getComputedStyle(area).lineHeight);
