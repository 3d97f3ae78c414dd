/** Largest |a - b|; `period` compares phases, which one side may wrap and the other not. NaN anywhere gives NaN. */
export function maxDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  period?: (index: number) => number | undefined,
): number {
  let largest = 0;
  if (a.length !== b.length) return NaN;
  for (let i = 0; i < a.length; i++) {
    let d = (a[i] as number) - (b[i] as number);
    const turn = period?.(i);
    if (turn !== undefined) d -= turn * Math.round(d / turn);
    if (!(Math.abs(d) <= largest)) largest = Math.abs(d);
    if (Number.isNaN(largest)) return NaN;
  }
  return largest;
}

/** ||a - b|| / ||b||: how far two weight or P matrices are apart. */
export function relativeNorm(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  if (a.length !== b.length) return NaN;
  for (let i = 0; i < a.length; i++) {
    difference += ((a[i] as number) - (b[i] as number)) ** 2;
    norm += (b[i] as number) ** 2;
  }
  return Math.sqrt(difference / norm);
}

export function countDifferent(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let different = Math.abs(a.length - b.length);
  for (let i = 0; i < Math.min(a.length, b.length); i++) different += a[i] === b[i] ? 0 : 1;
  return different;
}

/** Dense matrix of the packed lower triangle of P. */
export function unpackTriangle(packed: ArrayLike<number>): Float64Array {
  const size = (Math.sqrt(8 * packed.length + 1) - 1) / 2;
  const dense = new Float64Array(size * size);
  for (let a = 0, t = 0; a < size; a++) {
    for (let b = 0; b <= a; b++, t++) dense[a * size + b] = dense[b * size + a] = packed[t] as number;
  }
  return dense;
}
