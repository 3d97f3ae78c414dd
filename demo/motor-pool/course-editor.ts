import { element, make } from "../site/element.ts";
import { button, numberField } from "../site/fields.ts";
import { isBrowsers, keepingFocus } from "../site/keyboard.ts";
import * as courses from "./course.ts";
import { HIGHEST_HZ, LENGTHS, MOST_POINTS, STEP, valueAt, type Course, type Point } from "./course.ts";

/** What the editor needs of the page. */
export interface Edited {
  /** Another course; acts at once. */
  change(course: Course): void;
  /** Begins it again from its start. */
  again(): void;
}

const SVG = "http://www.w3.org/2000/svg";
/** A pen that moved less wanted a point, CSS pixels. */
const CLICK = 4;
/** Keys in a row are one step back, ms. */
const TOGETHER = 1000;
const MOST_UNDONE = 100;

/** A plane on which the drive's time course is drawn: with the pen, or point by point. Each point is a slider of its own, whose arrow
 * keys move it in time and rate. */
export class CourseEditor {
  readonly #edited: Edited;
  readonly #plane = element("course-plane");
  readonly #line = document.createElementNS(SVG, "polyline");
  readonly #pen = document.createElementNS(SVG, "polyline");
  readonly #grid = document.createElementNS(SVG, "g");
  readonly #now = make("i", { className: "now", hidden: true });
  readonly #scale = make("div", { className: "scales" });
  readonly #handles: HTMLElement[] = [];
  readonly #undo: HTMLButtonElement;
  readonly #add: HTMLButtonElement;
  readonly #delete: HTMLButtonElement;
  readonly #length = make("span");
  #course: Course;
  #before: Course[] = [];
  #last = { what: "", at: 0 };
  #chosen = 0;
  #stroke: Point[] | undefined;

  constructor(course: Course, edited: Edited) {
    [this.#course, this.#edited] = [course, edited];
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 1 ${HIGHEST_HZ}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    this.#line.classList.add("line");
    this.#pen.classList.add("pen");
    svg.append(this.#grid, this.#line, this.#pen);
    this.#plane.append(svg, this.#now, this.#scale);
    this.#undo = button("Undo", () => this.#back(), { disabled: true });
    this.#add = button("Add a point", () => this.#addBehind());
    this.#delete = button("Delete point", () => this.#remove(this.#chosen));
    const begin = make("select");
    begin.setAttribute("aria-label", "Begin the drive with a shape");
    begin.add(new Option("Begin with …", ""));
    for (const [name] of Object.entries(courses.BEGINNINGS)) if (name !== "level") begin.add(new Option(name, name));
    begin.addEventListener("change", () => {
      const shape = courses.BEGINNINGS[begin.value];
      begin.value = "";
      if (shape !== undefined) this.#take(shape(this.#course.seconds), "shape");
    });
    const clear = button("Clear", () => this.#take(courses.BEGINNINGS["level"]?.(this.#course.seconds) ?? this.#course, "clear"), { title: "A level line" }); // prettier-ignore
    const again = button("From its start", () => edited.again(), { title: "Plays the drive from its start, now" });
    element("course-actions").append(begin, this.#undo, clear, this.#add, this.#delete, again, this.#length);
    this.#wire();
    this.#show();
  }

  get course(): Course {
    return this.#course;
  }

  /** Where the simulation is in the course, s; undefined: not in it. */
  at(s: number | undefined): void {
    this.#now.hidden = s === undefined;
    if (s !== undefined) this.#now.style.left = `${(100 * s) / this.#course.seconds}%`;
  }

  /** Another course, which Undo takes back; changes of one kind in a row are one. */
  #take(course: Course, what: string): void {
    const now = performance.now();
    const same = what === this.#last.what && now - this.#last.at < TOGETHER;
    if (!same) this.#before = [...this.#before, this.#course].slice(-MOST_UNDONE);
    this.#last = { what, at: now };
    this.#put(course);
  }

  #back(): void {
    const course = this.#before.pop();
    this.#last = { what: "", at: 0 };
    if (course !== undefined) this.#put(course);
  }

  #put(course: Course): void {
    this.#course = course;
    this.#show();
    this.#edited.change(course);
  }

  #wire(): void {
    const plane = this.#plane;
    plane.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.target instanceof HTMLButtonElement) return;
      event.preventDefault();
      plane.setPointerCapture(event.pointerId);
      this.#stroke = [this.#pointAt(event)];
    });
    plane.addEventListener("pointermove", (event) => {
      if (this.#stroke === undefined || !plane.hasPointerCapture(event.pointerId)) return;
      const seen = event.getCoalescedEvents();
      this.#stroke.push(...(seen.length > 0 ? seen : [event]).map((e) => this.#pointAt(e)));
      this.#pen.setAttribute("points", this.#drawing(this.#stroke));
    });
    const ended = (taken: boolean) => (): void => {
      const stroke = this.#stroke;
      this.#stroke = undefined;
      this.#pen.setAttribute("points", "");
      if (stroke !== undefined && taken) this.#drew(stroke);
    };
    plane.addEventListener("pointerup", ended(true));
    plane.addEventListener("pointercancel", ended(false));
    element("course").addEventListener("keydown", (event) => {
      if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      this.#back();
    });
  }

  /** A line of the pen; what is no longer than a click adds a point. */
  #drew(stroke: readonly Point[]): void {
    const { clientWidth, clientHeight } = this.#plane;
    const far = stroke.some(([s, hz]) => {
      const [s0, hz0] = stroke[0] as Point;
      return Math.hypot(((s - s0) / this.#course.seconds) * clientWidth, ((hz - hz0) / HIGHEST_HZ) * clientHeight) >= CLICK; // prettier-ignore
    });
    if (far) this.#take(courses.drawn(this.#course, stroke), `line ${performance.now()}`);
    else this.#addAt(stroke[0] as Point);
  }

  #pointAt({ clientX, clientY }: { clientX: number; clientY: number }): Point {
    const { left, top, width, height } = this.#plane.getBoundingClientRect();
    const part = (x: number): number => Math.min(1, Math.max(0, x));
    return [part((clientX - left) / width) * this.#course.seconds, HIGHEST_HZ * (1 - part((clientY - top) / height))];
  }

  #addAt(point: Point): void {
    const made = courses.added(this.#course, point);
    if (made === undefined) return;
    this.#take(made.course, `add ${performance.now()}`);
    this.#handles[made.k]?.focus();
  }

  /** Halfway to the next point, or to the end. */
  #addBehind(): void {
    const { points, seconds } = this.#course;
    const [s] = points[this.#chosen] ?? [0];
    const next = points[this.#chosen + 1]?.[0] ?? (s < seconds ? seconds : (points[this.#chosen - 1]?.[0] ?? 0));
    const at = (s + next) / 2;
    this.#addAt([at, valueAt(this.#course, at)]);
  }

  #remove(k: number): void {
    if (this.#course.points.length < 2) return;
    this.#take(courses.removed(this.#course, k), `delete ${performance.now()}`);
    this.#handles[Math.min(k, this.#handles.length - 1)]?.focus();
  }

  #show(): void {
    const { points, seconds } = this.#course;
    const [first, last] = [points[0]?.[1] ?? 0, points.at(-1)?.[1] ?? 0];
    this.#line.setAttribute("points", this.#drawing([[0, first], ...points, [seconds, last]]));
    while (this.#handles.length > points.length) this.#handles.pop()?.remove();
    while (this.#handles.length < points.length) this.#handles.push(this.#handle(this.#handles.length));
    this.#chosen = Math.min(this.#chosen, points.length - 1);
    this.#handles.forEach((handle, k) => this.#place(handle, k));
    keepingFocus(() => {
      this.#undo.disabled = this.#before.length === 0;
      this.#add.disabled = points.length >= MOST_POINTS;
      this.#delete.disabled = points.length < 2;
    }, this.#handles[this.#chosen]);
    if (this.#grid.dataset["seconds"] !== String(seconds)) this.#axes();
  }

  #drawing(points: readonly Point[]): string {
    return points
      .map(([s, hz]) => `${(s / this.#course.seconds).toFixed(5)},${(HIGHEST_HZ - hz).toFixed(2)}`)
      .join(" ");
  }

  #handle(k: number): HTMLElement {
    const handle = make("button", { type: "button", className: "point" });
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-valuemin", "0");
    handle.setAttribute("aria-valuemax", String(HIGHEST_HZ));
    handle.setAttribute("aria-describedby", "course-help");
    handle.addEventListener("focus", () => {
      this.#chosen = k;
      this.#handles.forEach((one, at) => one.classList.toggle("chosen", at === k));
    });
    let drag = "";
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      drag = `drag ${performance.now()}`;
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      this.#last = { ...this.#last, at: performance.now() }; // however slow, one drag is one
      this.#take(courses.moved(this.#course, k, this.#pointAt(event)), drag);
    });
    handle.addEventListener("dblclick", () => this.#remove(k));
    handle.addEventListener("keydown", (event) => this.#key(event, k));
    this.#plane.append(handle);
    return handle;
  }

  #key(event: KeyboardEvent, k: number): void {
    if (isBrowsers(event)) return;
    const [s, hz] = this.#course.points[k] ?? [0, 0];
    const by = event.shiftKey ? 10 : 1;
    const moves: Readonly<Record<string, Point>> = {
      ArrowLeft: [s - by * STEP.s, hz], ArrowRight: [s + by * STEP.s, hz], ArrowDown: [s, hz - by], ArrowUp: [s, hz + by],
      PageDown: [s, hz - 10], PageUp: [s, hz + 10], Home: [s, 0], End: [s, HIGHEST_HZ],
    }; // prettier-ignore
    const to = moves[event.key];
    if (to !== undefined) this.#take(courses.moved(this.#course, k, to), `key ${k}`);
    else if (event.key === "Delete" || event.key === "Backspace") this.#remove(k);
    else if (event.key === "Insert" || event.key === "+") this.#addBehind();
    else return;
    event.preventDefault();
  }

  #place(handle: HTMLElement, k: number): void {
    const { points, seconds } = this.#course;
    const [s, hz] = points[k] ?? [0, 0];
    handle.style.left = `${(100 * s) / seconds}%`;
    handle.style.top = `${100 * (1 - hz / HIGHEST_HZ)}%`;
    handle.setAttribute("aria-label", `Point ${k + 1} of ${points.length}`);
    handle.setAttribute("aria-valuenow", String(hz));
    handle.setAttribute("aria-valuetext", `${s} s, ${hz} Hz`);
    handle.title = `${s} s, ${hz} Hz`;
  }

  /** Lines and numbers of the axes, and the field for the length. */
  #axes(): void {
    const { seconds } = this.#course;
    this.#grid.dataset["seconds"] = String(seconds);
    const every = [0.5, 1, 2, 5, 10].find((step) => seconds / step <= 10) ?? 10;
    const times = Array.from({ length: Math.floor(seconds / every + 1e-9) + 1 }, (_, k) => k * every);
    const line = (x1: number, x2: number, y1: number, y2: number): SVGLineElement => {
      const made = document.createElementNS(SVG, "line");
      for (const [key, value] of Object.entries({ x1, x2, y1, y2 })) made.setAttribute(key, String(value));
      return made;
    };
    const rates = [0, 25, 50, 75, 100];
    this.#grid.replaceChildren(...times.map((t) => line(t / seconds, t / seconds, 0, HIGHEST_HZ)), ...rates.map((hz) => line(0, 1, hz, hz))); // prettier-ignore
    const label = (text: string, style: Partial<CSSStyleDeclaration>, className: string): HTMLElement => {
      const made = make("span", { textContent: text, className });
      Object.assign(made.style, style);
      return made;
    };
    this.#scale.replaceChildren(
      ...times.map((t, k) => label(k === 0 ? "0 s" : String(t), { left: `${(100 * t) / seconds}%` }, "x")),
      ...rates.map((hz) => label(hz === HIGHEST_HZ ? `${hz} Hz` : String(hz), { top: `${100 - hz}%` }, "y")),
    );
    if (this.#length.contains(document.activeElement)) return; // it says it already
    this.#length.replaceChildren(
      numberField({ label: "Length, s", value: seconds, min: LENGTHS[0], max: LENGTHS[1] }, (x) => {
        if (x !== undefined) this.#take(courses.stretched(this.#course, x), "length");
      }),
    );
  }
}
