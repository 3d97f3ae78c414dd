import { mat4, vec3 } from "gl-matrix";

const FIELD = (32 * Math.PI) / 180;

/** A camera that circles a point: drag or arrow keys to turn, wheel, pinch or + and - to zoom, 0 to go back. */
export class OrbitCamera {
  #turn = 0.6;
  #tilt = 0.2;
  #zoom = 1;
  readonly #centre: vec3;
  readonly #height: number;
  readonly #pointers = new Map<number, { x: number; y: number }>();
  readonly #ended = new AbortController();

  /** @param height  of what should fill the view, um
   *  @param moved  called after every change */
  constructor(canvas: HTMLCanvasElement, centre: readonly [number, number, number], height: number, moved: () => void) {
    this.#centre = vec3.fromValues(...centre);
    this.#height = height;
    const on = <K extends keyof HTMLElementEventMap>(kind: K, act: (event: HTMLElementEventMap[K]) => boolean): void =>
      canvas.addEventListener(
        kind,
        (event) => {
          if (!act(event)) return;
          event.preventDefault();
          moved();
        },
        { signal: this.#ended.signal, passive: false },
      );
    on("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      return false;
    });
    on("pointermove", (event) => this.#drag(event));
    for (const kind of ["pointerup", "pointercancel"] as const)
      on(kind, (event) => (this.#pointers.delete(event.pointerId), false));
    on("wheel", (event) => (this.#zoomBy(Math.exp(-event.deltaY / 500)), true));
    on("keydown", (event) => this.#key(event.key));
  }

  destroy(): void {
    this.#ended.abort();
  }

  /** From um to clip space, and the pixels of one um at distance 1. */
  view(width: number, height: number): { camera: mat4; scale: number } {
    const aspect = width / height;
    const distance = (0.62 * this.#height) / Math.tan(FIELD / 2) / this.#zoom / Math.min(1, 1.6 * aspect);
    const [turn, tilt] = [this.#turn, this.#tilt];
    const eye = vec3.fromValues(Math.cos(turn) * Math.cos(tilt), Math.sin(turn) * Math.cos(tilt), Math.sin(tilt));
    vec3.scaleAndAdd(eye, this.#centre, eye, distance);
    const projection = mat4.perspectiveZO(mat4.create(), FIELD, aspect, distance / 50, distance * 4);
    const camera = mat4.multiply(mat4.create(), projection, mat4.lookAt(mat4.create(), eye, this.#centre, [0, 0, 1]));
    return { camera, scale: height / 2 / Math.tan(FIELD / 2) };
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
    else if (key === "0") [this.#turn, this.#tilt, this.#zoom] = [0.6, 0.2, 1];
    else return false;
    return true;
  }

  #turnBy(turn: number, tilt: number): void {
    this.#turn += turn;
    this.#tilt = Math.min(1.5, Math.max(-1.5, this.#tilt + tilt));
  }

  #zoomBy(factor: number): void {
    this.#zoom = Math.min(12, Math.max(0.4, this.#zoom * factor));
  }
}
