/** Least and largest of any number of values; Infinity and -Infinity of none. Spread into Math.min, a list of some 100,000 overflows the stack. */
export function extremes(values: ArrayLike<number>): readonly [least: number, largest: number] {
  let [least, largest] = [Infinity, -Infinity];
  for (let k = 0; k < values.length; k++) {
    least = Math.min(least, values[k] as number);
    largest = Math.max(largest, values[k] as number);
  }
  return [least, largest];
}

/** Index of the first element at or above x in an ascending array, or in its part [low, high). */
export function lowerBound(sorted: ArrayLike<number>, x: number, low = 0, high = sorted.length): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first element above x in an ascending array; one less is the last at or below it. */
export function upperBound(sorted: ArrayLike<number>, x: number, low = 0, high = sorted.length): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
