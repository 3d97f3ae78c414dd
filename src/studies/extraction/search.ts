/** Largest number of steps tried in one batch. */
export const AT_ONCE = 25;

/** The smallest index from 0 to `last` of a cell that fires, for every cell at once: a coarse batch over the whole range,
 * then finer ones inside each cell's bracket, until single indices have been tried. What fires at an index must fire above.
 * @param last  per cell, the largest index to try; below 0 for a cell to leave out
 * @param fires tries one index per cell and entry; an index of -1 means "do not try"
 * @returns one index per cell, -1 where even the last stays silent */
export async function firstThatFires(
  last: Int32Array,
  fires: (indices: readonly Int32Array[]) => Promise<readonly (readonly boolean[])[]>,
): Promise<Int32Array> {
  const low = last.map(() => -1); // silent there
  const high = last.map((k) => k + 1); // fires there, once known to
  for (;;) {
    const widest = high.reduce((widest, h, cell) => Math.max(widest, h - (low[cell] as number) - 1), 0);
    if (widest === 0) break;
    const entries = Math.min(AT_ONCE, widest);
    const tried = Array.from({ length: entries }, (_, e) =>
      high.map((h, cell) => {
        const l = low[cell] as number;
        const inside = h - l - 1;
        return inside === 0 ? -1 : l + Math.ceil(((e + 1) * inside) / entries);
      }),
    );
    narrow(low, high, tried, await fires(tried));
  }
  return high.map((h, cell) => (h > (last[cell] as number) ? -1 : h));
}

function narrow(
  low: Int32Array,
  high: Int32Array,
  tried: readonly Int32Array[],
  fired: readonly (readonly boolean[])[],
): void {
  low.forEach((_, cell) => {
    for (let e = 0; e < tried.length; e++) {
      const index = tried[e]?.[cell] as number;
      if (index < 0) continue;
      if (fired[e]?.[cell] === true) {
        high[cell] = index;
        return;
      }
      low[cell] = index;
    }
  });
}
