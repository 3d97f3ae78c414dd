import { isBrowsers } from "../site/keyboard.ts";
import { FIRST_VIEW, type View } from "./view.ts";

/** A pointer that moved less was meant to stay, CSS pixels. */
const STILL_PX = 4;

/** A camera that circles a point: drag or arrow keys to turn, wheel, pinch or + and - to zoom, 0 to go back; a click, or Enter for the middle. */
export class OrbitCamera {
  #view: View = FIRST_VIEW;
  /** where the only pointer went down. */
  #pressed: { x: number; y: number } | undefined;
  readonly #pointers = new Map<number, { x: number; y: number }>();

  /** @param scene  the element around the canvas, which stays when a restart replaces that
   *  @param moved  called after every change
   *  @param clicked  a click or tap that turned nothing; by Enter, nothing */
  constructor(scene: HTMLElement, moved: (view: View) => void, clicked: (event?: PointerEvent) => void) {
    const on = <K extends keyof HTMLElementEventMap>(kind: K, act: (event: HTMLElementEventMap[K]) => boolean): void =>
      scene.addEventListener(
        kind,
        (event) => {
          if (!act(event)) return;
          event.preventDefault();
          moved(this.#view);
        },
        { passive: false },
      );
    on("pointerdown", (event) => {
      (event.target as Element).setPointerCapture(event.pointerId);
      this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      this.#pressed = this.#pointers.size === 1 ? { x: event.clientX, y: event.clientY } : undefined;
      return false;
    });
    on("pointermove", (event) => this.#drag(event));
    scene.addEventListener("pointerup", (event) => {
      const { x, y } = this.#pressed ?? { x: NaN, y: NaN };
      if (Math.hypot(event.clientX - x, event.clientY - y) < STILL_PX) clicked(event);
      this.#pressed = undefined;
    });
    for (const kind of ["pointerup", "pointercancel"] as const)
      on(kind, (event) => (this.#pointers.delete(event.pointerId), false));
    on("wheel", (event) => (this.#zoomBy(Math.exp(-event.deltaY / 500)), true));
    on("keydown", (event) => !isBrowsers(event) && (event.key === "Enter" ? (clicked(), true) : this.#key(event.key)));
  }

  get view(): View {
    return this.#view;
  }

  #drag(event: PointerEvent): boolean {
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) return false;
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other === undefined) this.#turnBy(-(event.clientX - before.x) / 200, (event.clientY - before.y) / 200);
    else {
      const [was, is] = [before, { x: event.clientX, y: event.clientY }].map((p) =>
        Math.hypot(p.x - other.x, p.y - other.y),
      );
      this.#zoomBy((is ?? 1) / Math.max(1, was ?? 1));
    }
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    return true;
  }

  #key(key: string): boolean {
    const turns: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-0.1, 0],
      ArrowRight: [0.1, 0],
      ArrowUp: [0, 0.1],
      ArrowDown: [0, -0.1],
    };
    const by = turns[key];
    if (by !== undefined) this.#turnBy(...by);
    else if (key === "+" || key === "=") this.#zoomBy(1.15);
    else if (key === "-") this.#zoomBy(1 / 1.15);
    else if (key === "0") this.#view = FIRST_VIEW;
    else return false;
    return true;
  }

  #turnBy(turn: number, tilt: number): void {
    const { view } = this;
    this.#view = { ...view, turn: view.turn + turn, tilt: Math.min(1.5, Math.max(-1.5, view.tilt + tilt)) };
  }

  #zoomBy(factor: number): void {
    this.#view = { ...this.#view, zoom: Math.min(12, Math.max(0.4, this.#view.zoom * factor)) };
  }
}
