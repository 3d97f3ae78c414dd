import { INKS, type Circuit, type CircuitPopulation, type CircuitProjection } from "./circuit.ts";
import { isBrowsers } from "../../site/keyboard.ts";

/** CSS pixels. */
const [HEIGHT, RADIUS] = [260, 34] as const;
const [NARROWEST, WIDEST] = [280, 560] as const;
const SVG = "http://www.w3.org/2000/svg";

interface Acts {
  /** A population or projection was chosen: the field to go to. */
  chosen(path: string): void;
  /** Drawn from one population to another. */
  joined(from: string, to: string): void;
}

type Point = readonly [x: number, y: number];

/** The circuit as nodes and arrows. Excitation ends in a triangle, inhibition in a disc, as papers draw them. */
export class CircuitDrawing {
  readonly #svg = shape("svg", { role: "group", "aria-label": "Drawing of the network" });
  readonly #acts: Acts;
  #width: number = WIDEST;
  #drawn: readonly [Circuit, ReadonlyMap<string, string>] | undefined;
  #from: string | undefined;

  constructor(parent: HTMLElement, acts: Acts) {
    this.#acts = acts;
    parent.append(this.#svg);
    this.#svg.addEventListener("pointerup", (event) => this.#drop(event));
    new ResizeObserver(() => {
      const width = Math.min(WIDEST, Math.max(NARROWEST, parent.clientWidth));
      if (parent.clientWidth === 0 || width === this.#width) return;
      this.#width = width;
      if (this.#drawn !== undefined) this.draw(...this.#drawn);
    }).observe(parent);
  }

  /** @param units  of weights, by population */
  draw(circuit: Circuit, units: ReadonlyMap<string, string>): void {
    this.#drawn = [circuit, units];
    const width = this.#width;
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.#svg.setAttribute("height", String(HEIGHT));
    const focused = document.activeElement instanceof SVGElement ? document.activeElement.dataset["path"] : undefined;
    const places = new Map(
      circuit.populations.map(({ name }, k) => [name, placeOf(k, circuit.populations.length, width)]),
    );
    const arrows = circuit.projections.flatMap((p, k) => this.#arrow(circuit, p, k, places, units));
    const drives = circuit.populations.flatMap((p) => driveOf(p, places.get(p.name) ?? [0, 0], units, width));
    const nodes = circuit.populations.map((p, k) => this.#node(p, k, places.get(p.name) ?? [0, 0]));
    const empty = circuit.populations.length > 0 ? [] : [words([width / 2, HEIGHT / 2], "Add a population, or begin with an example.", "muted")]; // prettier-ignore
    this.#svg.replaceChildren(...drives, ...arrows, ...nodes, ...empty);
    if (focused !== undefined) this.#svg.querySelector<SVGElement>(`[data-path="${focused}"]`)?.focus();
  }

  #node({ name, of, n }: CircuitPopulation, k: number, [x, y]: Point): SVGElement {
    const node = shape("g", {}, shape("circle", { cx: x, cy: y, r: RADIUS, class: "node", style: `stroke: var(--${INKS[k % INKS.length]})` }), words([x, y - 7], shortened(name, 8), "name"), words([x, y + 7], String(n), "muted"), words([x, y + 20], shortened(of, 8), "muted")); // prettier-ignore
    node.addEventListener("pointerdown", (event) => {
      this.#from = name;
      if (event instanceof PointerEvent && event.target instanceof Element) event.target.releasePointerCapture?.(event.pointerId); // prettier-ignore
    });
    node.dataset["name"] = name;
    return this.#chosen(node, `populations.${k}.name`, `Population ${name}: ${n} cells of ${of}`);
  }

  /** A press on a node that ends on another, or back on it, joins them; a click goes to its fields. */
  #drop(event: PointerEvent): void {
    const from = this.#from;
    this.#from = undefined;
    const node = document.elementFromPoint(event.clientX, event.clientY)?.closest<SVGElement>("g[data-name]");
    const to = node?.dataset["name"];
    if (from !== undefined && to !== undefined && from !== to) this.#acts.joined(from, to);
  }

  #arrow(circuit: Circuit, p: CircuitProjection, k: number, places: ReadonlyMap<string, Point>, units: ReadonlyMap<string, string>): SVGElement[] {
    const [a, b] = [places.get(p.from), places.get(p.to)];
    if (a === undefined || b === undefined) return [];
    const twins = circuit.projections.filter((q) => q.from === p.from && q.to === p.to);
    const { path, end, angle, label } = p.from === p.to ? loop(a, twins.indexOf(p), this.#width) : curve(a, b, 26 + 34 * twins.indexOf(p));
    const excites = p.kind === "excitatory";
    const head = excites
      ? shape("path", { d: "M0 0 L-11 -6 L-11 6 Z", transform: `translate(${end.join(" ")}) rotate(${angle})` })
      : shape("circle", { cx: end[0] - 5 * Math.cos(radians(angle)), cy: end[1] - 5 * Math.sin(radians(angle)), r: 5 });
    const unit = units.get(p.to) ?? "";
    const arrow = shape("g", { class: excites ? "excites" : "inhibits" }, shape("path", { d: path, class: "near" }), shape("path", { d: path, class: "line" }), head, words(label, `${p.weight} ${unit}`.trim(), "muted"));
    const rule = p.rule === "probability" ? `probability ${p.amount}` : `${p.amount} links a cell`;
    return [this.#chosen(arrow, `projections.${k}.weight`, `${p.from} ${excites ? "excites" : "inhibits"} ${p.to}: ${rule}, weight ${p.weight} ${unit}, delay ${p.delay} ms`)];
  } // prettier-ignore

  #chosen(part: SVGElement, path: string, name: string): SVGElement {
    part.setAttribute("role", "button");
    part.setAttribute("tabindex", "0");
    part.dataset["path"] = path;
    part.prepend(shape("title", {}, document.createTextNode(name))); // its name, and what a pointer over it shows
    part.addEventListener("click", () => this.#acts.chosen(path));
    part.addEventListener("keydown", (event) => {
      if ((event.key !== "Enter" && event.key !== " ") || isBrowsers(event)) return;
      event.preventDefault();
      this.#acts.chosen(path);
    });
    return part;
  }
}

/** Side by side where there are few, else around an ellipse. */
function placeOf(k: number, n: number, width: number): Point {
  if (n === 1) return [width / 2, HEIGHT / 2];
  if (n === 2) return [width / 2 + (k === 0 ? -1 : 1) * Math.min(130, 0.24 * width), HEIGHT / 2];
  const angle = Math.PI * (1.25 + (2 * k) / n);
  return [width / 2 + Math.min(180, 0.32 * width) * Math.cos(angle), HEIGHT / 2 + 0.24 * HEIGHT * Math.sin(angle)];
}

interface Drawn {
  readonly path: string;
  readonly end: Point;
  /** degrees, of what points into the target. */
  readonly angle: number;
  readonly label: Point;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const at = (x: number): number => Math.round(10 * x) / 10;

/** From node to node, bent to the left: there and back do not cover one another. */
function curve([ax, ay]: Point, [bx, by]: Point, bend: number): Drawn {
  const [dx, dy] = [bx - ax, by - ay];
  const length = Math.hypot(dx, dy);
  const [nx, ny] = [dy / length, -dx / length];
  const [cx, cy] = [(ax + bx) / 2 + 2 * bend * nx, (ay + by) / 2 + 2 * bend * ny];
  const edge = (x: number, y: number, gap: number): Point => {
    const far = Math.hypot(cx - x, cy - y);
    return [at(x + ((cx - x) * (RADIUS + gap)) / far), at(y + ((cy - y) * (RADIUS + gap)) / far)];
  };
  const [start, end] = [edge(ax, ay, 0), edge(bx, by, 3)];
  const angle = (Math.atan2(by - cy, bx - cx) * 180) / Math.PI;
  const peak = (from: number, middle: number, to: number): number => (from + 2 * middle + to) / 4;
  const label: Point = [peak(start[0], cx, end[0]) + 11 * nx, peak(start[1], cy, end[1]) + 11 * ny + 4];
  return { path: `M${start.join(" ")} Q${at(cx)} ${at(cy)} ${end.join(" ")}`, end, angle: at(angle), label };
}

/** From a node to itself: beside it, away from the middle; a second one below. */
function loop([x, y]: Point, twin: number, width: number): Drawn {
  const out = x < width / 2 + 1 ? -1 : 1;
  const up = twin === 0 ? -1 : 1;
  const [start, end]: Point[] = [[x + out * RADIUS * 0.5, y + up * RADIUS * 0.86], [x + out * (RADIUS * 0.94 + 3), y + up * RADIUS * 0.34]]; // prettier-ignore
  const [far, high] = [x + out * 68, y + up * 62];
  const angle = (Math.atan2(up * -0.5, -out) * 180) / Math.PI;
  return { path: `M${at(start?.[0] ?? 0)} ${at(start?.[1] ?? 0)} C${at(x + out * 20)} ${at(high)} ${at(far)} ${at(y + up * 44)} ${at(end?.[0] ?? 0)} ${at(end?.[1] ?? 0)}`, end: end ?? [x, y], angle: at(angle), label: [Math.min(width - 16, Math.max(16, x + out * 66)), y + up * 52] }; // prettier-ignore
}

/** px of a letter, at most on average. */
const WORD_WIDTH = 6;

/** The Poisson drive of a population, from above or below; its words stand behind the arrow, where no loop and no projection goes. */
function driveOf({ rate, weight, name }: CircuitPopulation, [x, y]: Point, units: ReadonlyMap<string, string>, width: number): SVGElement[] {
  if (!(rate > 0)) return [];
  const side = y > HEIGHT / 2 + 1 ? 1 : -1;
  const [end, tail] = [y + side * (RADIUS + 3), y + side * (RADIUS + 24)];
  const said = `${rate} Hz, ${weight} ${units.get(name) ?? ""}`.trim();
  const half = 4 + (WORD_WIDTH * said.length) / 2;
  const text = words([Math.min(width - half, Math.max(half, x)), tail + (side > 0 ? 13 : -5)], said, "muted");
  return [shape("g", { class: "drive", "aria-hidden": "true" }, shape("path", { d: `M${x} ${tail} V${end}`, class: "line" }), shape("path", { d: "M0 0 L-9 -5 L-9 5 Z", transform: `translate(${x} ${end}) rotate(${-90 * side})` }), text)];
} // prettier-ignore

const shortened = (name: string, most: number): string => (name.length <= most ? name : `${name.slice(0, most - 1)}…`);

const words = ([x, y]: Point, text: string, kind: string): SVGElement =>
  shape("text", { x: at(x), y: at(y), class: kind }, document.createTextNode(text));

function shape(tag: string, attributes: Readonly<Record<string, string | number>>, ...children: Node[]): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}
