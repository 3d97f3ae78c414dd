/** Where a scheme rests: the shares of states with constant rates, by the same elimination.
 * @param rates  [from][to], 1/ms; every state is joined to every other
 * @returns undefined where no state or more than one is left in the end (a rate of 0 on the only way) */
export function steadyState(rates: readonly (readonly number[])[], total: number): number[] | undefined {
  const q = rates.map((row) => [...row]);
  const n = q.length;
  const leaving: number[] = [];
  for (let k = n - 1; k > 0; k--) {
    const row = q[k] as number[];
    const out = row.slice(0, k).reduce((a, b) => a + b, 0);
    leaving[k] = out;
    if (!(out > 0)) return undefined;
    for (let i = 0; i < k; i++) {
      const share = ((q[i] as number[])[k] as number) / out;
      for (let j = 0; j < k; j++)
        if (j !== i) (q[i] as number[])[j] = ((q[i] as number[])[j] as number) + share * (row[j] as number);
    }
  }
  const x = [1];
  for (let k = 1; k < n; k++) {
    let inflow = 0;
    for (let i = 0; i < k; i++) inflow += (x[i] as number) * ((q[i] as number[])[k] as number);
    x[k] = inflow / (leaving[k] as number);
  }
  const sum = x.reduce((a, b) => a + b, 0);
  return x.map((share) => (share * total) / sum);
}
