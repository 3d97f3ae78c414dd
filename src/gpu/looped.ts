/** WGSL: arrays of the function's own, and a loop over k that moves their elements from or to storage; nothing where there are none.
 * A software adapter makes each access of storage a loop over its lanes, and takes longer for all of them than in proportion: the
 * Powers cell's 130, written out, compile 17 times as long (4.3 s) as in loops. The loop's end is not written out, or a driver that
 * knows it writes out the loop. */
export const looped = (arrays: Readonly<Record<string, "f32" | "u32">>, length: number, move: string): string[] =>
  length === 0
    ? []
    : [
        ...Object.entries(arrays).map(([name, type]) => `var ${name}: array<${type}, ${length}>;`),
        `for (var k = 0u; k < ${length}u + shape.zero; k++) { ${move} }`,
      ];
