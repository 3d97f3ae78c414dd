import type uPlot from "uplot";

/** The cursor of a plot by keys. It goes where a pointer would bring it, in every plot that is tied to this one too. */

/** Samples that lie closer are one step, CSS pixels. */
const STEP_PX = 1;

/** x under the cursor; undefined: none is there. */
export function cursorOf(plot: uPlot): number | undefined {
  const at = plot.cursor.idx;
  return at === null || at === undefined ? undefined : plot.data[0][at];
}

/** Puts it at an x. */
export function putCursor(plot: uPlot, x: number): void {
  place(plot, plot.valToPos(x, "x"), plot.over.clientHeight / 2);
}

export function takeCursor(plot: uPlot): void {
  place(plot, -10, -10);
}

/** Moves it by a key: arrows a sample (with Shift ten), Page Up and Down ten, Home and End to the ends.
 * @returns whether the key is one of these */
export function moveCursor(plot: uPlot, { key, shiftKey }: Pick<KeyboardEvent, "key" | "shiftKey">): boolean {
  const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[key];
  if (by === undefined && key !== "Home" && key !== "End") return false;
  const stops = stopsOf(plot);
  if (stops.length === 0) return true;
  const now = plot.cursor.left !== undefined && plot.cursor.left >= 0 ? plot.cursor.left : undefined;
  const at = now === undefined ? -1 : nearest(stops, now);
  const first = (by ?? 1) < 0 ? stops.length - 1 : 0;
  const to = key === "Home" ? 0 : key === "End" ? stops.length - 1 : at < 0 ? first : at + (by as number) * (shiftKey ? 10 : 1); // prettier-ignore
  place(plot, stops[Math.min(stops.length - 1, Math.max(0, to))] as number, plot.over.clientHeight / 2);
  return true;
}

/** Where samples are seen, CSS pixels from the left, each at least a step from the one before. */
function stopsOf(plot: uPlot): number[] {
  const { min, max } = plot.scales["x"] ?? {};
  const stops: number[] = [];
  for (const x of plot.data[0]) {
    if (x < (min ?? -Infinity) || x > (max ?? Infinity)) continue;
    const at = plot.valToPos(x, "x");
    if (stops.length === 0 || at - (stops.at(-1) as number) >= STEP_PX) stops.push(at);
  }
  return stops;
}

const nearest = (stops: readonly number[], to: number): number =>
  stops.reduce((best, at, k) => (Math.abs(at - to) < Math.abs((stops[best] as number) - to) ? k : best), 0);

/** uPlot takes a third argument that its types leave out: tied plots follow. */
function place(plot: uPlot, left: number, top: number): void {
  (plot.setCursor as (to: { left: number; top: number }, fire: boolean, tied: boolean) => void)({ left, top }, true, true); // prettier-ignore
}
