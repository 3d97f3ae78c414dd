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
