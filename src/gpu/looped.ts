/** WGSL: arrays of the function's own, and a loop over k that moves their elements from or to storage; nothing where there are none.
 * A software adapter makes each access of storage a loop over its lanes, and takes longer for all of them than in proportion: the
 * Powers cell's 130, written out, compile 17 times as long (4.3 s) as in loops. The loop's end is not written out, or a driver that
 * knows it writes out the loop. */
const looped = (arrays: Readonly<Record<string, "f32" | "u32">>, length: number, move: string): string[] =>
  length === 0
    ? []
    : [
        ...Object.entries(arrays).map(([name, type]) => `var ${name}: array<${type}, ${length}>;`),
        `for (var k = 0u; k < ${length}u + shape.zero; k++) { ${move} }`,
      ];

/** Beyond so many accesses of storage, compiling them counts for more than that a loop's array lies in memory. */
const FEW = 16;

/** WGSL: sets variables to what `read` says of their indices.
 * @param held  name of a loop's array
 * @param length  of all indices */
export function filled(variables: ReadonlyMap<number, string>, held: string, length: number, read: (k: string) => string): string[] {
  const each = (of: (k: number) => string): string[] => [...variables].map(([k, v]) => `${v} = ${of(k)};`);
  if (variables.size <= FEW) return each((k) => read(`${k}u`));
  return [...looped({ [held]: "f32" }, length, `${held}[k] = ${read("k")};`), ...each((k) => `${held}[${k}]`)];
} // prettier-ignore

/** WGSL: the way back, of consecutive indices. */
export function emptied(values: readonly string[], write: (k: string, value: string) => string): string[] {
  if (values.length <= FEW) return values.map((v, k) => write(`${k}u`, v));
  const [held, loop] = looped({ held: "f32" }, values.length, write("k", "held[k]")) as [string, string];
  return [held, ...values.map((v, k) => `held[${k}] = ${v};`), loop];
}
