/** How many reference times have a partner of their own within `tolerance`. Both sorted; ms. */
export function matched(reference: ArrayLike<number>, simulated: ArrayLike<number>, tolerance: number): number {
  let [i, j, count] = [0, 0, 0];
  while (i < reference.length && j < simulated.length) {
    const difference = (simulated[j] as number) - (reference[i] as number);
    if (Math.abs(difference) <= tolerance) {
      count++;
      i++;
      j++;
    } else if (difference < 0) j++;
    else i++;
  }
  return count;
}

interface SpikeComparison {
  readonly reference: number; // spikes
  readonly simulated: number;
  /** share of reference spikes with a partner of their own within the tolerance. */
  readonly within: (toleranceMs: number) => number;
  /** trains whose counts differ. */
  readonly otherCounts: number;
  /** the largest |difference| of k-th spikes where counts are equal, in steps. */
  readonly worstSteps: number;
  /** spikes, on either side, without a partner in the same step. */
  readonly offGrid: number;
}

/** Compares trains one by one; times are in ms, sorted. */
export function compareTrains(
  reference: readonly ArrayLike<number>[],
  simulated: readonly ArrayLike<number>[],
  dt: number,
): SpikeComparison {
  const total = (trains: readonly ArrayLike<number>[]): number => trains.reduce((sum, train) => sum + train.length, 0);
  const pairs = reference.map((train, k) => [train, simulated[k] ?? []] as const);
  const sum = (tolerance: number): number => pairs.reduce((n, [a, b]) => n + matched(a, b, tolerance), 0);
  const [n, m] = [total(reference), total(simulated)];
  let worstSteps = 0;
  for (const [a, b] of pairs) {
    if (a.length !== b.length) continue;
    for (let k = 0; k < a.length; k++)
      worstSteps = Math.max(worstSteps, Math.abs(Math.round(((a[k] as number) - (b[k] as number)) / dt)));
  }
  return {
    reference: n,
    simulated: m,
    within: (tolerance) => (n === 0 ? Number(m === 0) : sum(tolerance + 1e-6) / n), // times are stored rounded
    otherCounts: pairs.filter(([a, b]) => a.length !== b.length).length,
    worstSteps,
    offGrid: n + m - 2 * sum(dt / 4),
  };
}
