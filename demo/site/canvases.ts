import type { Look, Size } from "./protocol.ts";
import { element } from "./element.ts";
import { colours } from "./theme.ts";

/** Canvases of the page that a worker draws on, as many pixels as they show. */
export class Canvases {
  readonly #ids: readonly string[];
  readonly #observer: ResizeObserver;
  readonly #onScreen: IntersectionObserver;
  readonly #away = new Set<string>();
  readonly #calm = matchMedia("(prefers-reduced-motion: reduce)");

  /** @param changed  sizes, what is on the screen, or the wish for calm */
  constructor(ids: readonly string[], changed: () => void) {
    this.#ids = ids;
    this.#observer = new ResizeObserver(changed);
    this.#onScreen = new IntersectionObserver((seen) => {
      const before = this.#away.size;
      for (const { target, isIntersecting } of seen) this.#away[isIntersecting ? "delete" : "add"](target.id);
      if (before + this.#away.size > 0) changed();
    });
    this.#calm.addEventListener("change", changed);
  }

  /** Hands all over to a new worker: those that an earlier one had are replaced. */
  handOver(): Record<string, OffscreenCanvas> {
    this.#observer.disconnect();
    this.#onScreen.disconnect();
    return Object.fromEntries(
      this.#ids.map((id) => {
        const old = element<HTMLCanvasElement>(id);
        const fresh = old.cloneNode() as HTMLCanvasElement;
        const focused = document.activeElement === old;
        old.replaceWith(fresh);
        if (focused) fresh.focus();
        this.#observer.observe(fresh);
        this.#onScreen.observe(fresh);
        return [id, fresh.transferControlToOffscreen()];
      }),
    );
  }

  /** Empties all, after a failure. */
  clear(): void {
    this.handOver();
  }

  get look(): Look {
    return {
      colours: colours(),
      sizes: Object.fromEntries(this.#ids.map((id) => [id, sizeOf(element(id))])),
      away: [...this.#away],
      calm: this.#calm.matches,
    };
  }
}

function sizeOf(canvas: HTMLElement): Size {
  const ratio = Math.min(2, devicePixelRatio);
  const pixels = (x: number): number => Math.max(1, Math.round(x * ratio));
  return { width: pixels(canvas.clientWidth), height: pixels(canvas.clientHeight), ratio };
}
