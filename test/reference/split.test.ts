import { describe, expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import type { CompiledNetwork, RowTable } from "../../src/compile/compiled.ts";
import { cellsOf, entriesOf, ownRows, ownSlots, partsOf, WHOLE, worthThreads } from "../../src/reference/split.ts";
import { allToAll } from "../../src/connect/rules.ts";
import { Network } from "../../src/network/network.ts";
import { iaf_cond_exp } from "../../src/mechanisms/neurons/index.ts";
import { ms, uS } from "../../src/units.ts";

/** Two populations of 5 and 2 cells that hear each other; of B the excitatory receptor hears, of A the inhibitory one. */
const small = (): CompiledNetwork => {
  const net = new Network({ seed: 1 });
  const a = net.cells("A", iaf_cond_exp({ n: 5 }));
  const b = net.cells("B", iaf_cond_exp({ n: 2 }));
  net.connect(a, b.excitatory, allToAll(), { weight: uS(0.001), delay: ms(1) });
  net.connect(b, a.inhibitory, allToAll(), { weight: uS(0.001), delay: ms(2) });
  return compile(net.describe(), { dt: ms(0.1) });
};

/** Three segments: one weight for all of a projection's links; a weight each; none. */
const rows: RowTable = {
  rowStart: Uint32Array.of(0, 2, 3),
  segmentDelay: Uint32Array.of(1, 2, 1),
  segmentProjection: Uint32Array.of(0, 1, 0),
  segmentStart: Uint32Array.of(0, 3, 6, 6),
  target: Uint32Array.of(0, 2, 3, 1, 2, 3),
  weight: Float64Array.of(7, 10, 20, 30),
  segmentWeight: Uint32Array.of(0, 1, 0),
  weightStride: Uint8Array.of(0, 1),
};

const parts = (entries: number, threads: number): string[] =>
  partsOf({ entries } as CompiledNetwork, threads).map(({ index, of, by }) => `${index}/${of} ${by}`);

describe("what threads own", () => {
  test("entries where they divide evenly or are many, else cells", () => {
    expect(parts(1, 2)).toEqual(["0/2 cells", "1/2 cells"]);
    expect(parts(3, 2)).toEqual(["0/2 cells", "1/2 cells"]);
    expect(parts(4, 2)).toEqual(["0/2 entries", "1/2 entries"]);
    expect(parts(15, 2)[0]).toBe("0/2 cells");
    expect(parts(17, 2)[0]).toBe("0/2 entries"); // 9 and 8
    expect(parts(16, 3)[0]).toBe("0/3 cells");
    expect(parts(24, 3)[0]).toBe("0/3 entries");
    expect(parts(25, 3)[2]).toBe("2/3 entries");
  });

  test("spans meet without a gap", () => {
    const cells = [0, 1, 2].map((index) => cellsOf({ index, of: 3, by: "cells" }, 7));
    expect(cells).toEqual([{ first: 0, end: 2 }, { first: 2, end: 4 }, { first: 4, end: 7 }]); // prettier-ignore
    expect(cellsOf({ index: 1, of: 2, by: "entries" }, 7)).toEqual({ first: 0, end: 7 });
    expect(entriesOf({ index: 1, of: 2, by: "entries" }, 7)).toEqual({ first: 3, end: 7 });
    expect(entriesOf({ index: 1, of: 2, by: "cells" }, 7)).toEqual({ first: 0, end: 7 });
  });

  test("slots are those of the receptors of own cells, and all where entries are divided", () => {
    const network = small();
    const [stage] = network.stages;
    if (stage === undefined) throw new Error("the network has no stage");
    expect(ownSlots(network, stage, WHOLE)).toBeUndefined();
    expect(ownSlots(network, stage, { index: 0, of: 2, by: "entries" })).toBeUndefined();
    const [first, second] = [0, 1].map((index) => ownSlots(network, stage, { index, of: 2, by: "cells" }));
    // 2 of 5 and 1 of 2 cells with the one receptor that hears, then the others
    expect(first?.reduce((sum, x) => sum + x)).toBe(3);
    expect(second?.reduce((sum, x) => sum + x)).toBe(4);
    expect(first?.map((x, k) => x + (second?.[k] ?? 0))).toEqual(new Uint8Array(stage.slots).fill(1));
    const [a] = network.populations;
    if (a?.kind !== "cells") throw new Error("A has no cells");
    const at = a.receptors[0]?.slot ?? -1;
    expect([...(first as Uint8Array).subarray(at, at + 5)]).toEqual([1, 1, 0, 0, 0]);
  });

  test("links keep their order, their weights and where their segments begin", () => {
    expect(ownRows(rows, undefined)).toBe(rows);
    const own = ownRows(rows, Uint8Array.of(0, 1, 1, 0));
    expect([...own.segmentStart]).toEqual([0, 1, 3, 3]);
    expect([...own.target]).toEqual([2, 1, 2]);
    expect([...own.segmentWeight]).toEqual([0, 1, 3]);
    expect([...own.weight]).toEqual([7, 10, 20, 7]); // the empty segment keeps the weight that its links would share
    expect(own.segmentDelay).toBe(rows.segmentDelay);
  });

  test("a thread for every 10,000 compartment-steps of a block, at least one, at most the cores", () => {
    const network = small(); // blocks of 10 steps
    const sized = (n: number): CompiledNetwork => ({ ...network, populations: network.populations.map((p) => ({ ...p, n })) }) as CompiledNetwork; // prettier-ignore
    expect(network.maxBlock).toBe(10);
    expect(worthThreads(network, 8)).toBe(1);
    expect(worthThreads(sized(999), 8)).toBe(1);
    expect(worthThreads(sized(1000), 8)).toBe(2);
    expect(worthThreads(sized(2000), 8)).toBe(4);
    expect(worthThreads({ ...sized(1000), entries: 3 }, 8)).toBe(6);
    expect(worthThreads(sized(1e6), 8)).toBe(8);
  });
});
