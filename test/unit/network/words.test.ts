import { expect, test } from "vitest";
import { Network } from "../../../src/network/network.ts";
import { compile } from "../../../src/compile/compile.ts";
import { iaf_exp } from "../../../src/mechanisms/neurons/index.ts";
import { HillockError } from "../../../src/errors.ts";
import { smallCells } from "./cells.ts";
import { ms, nA, uS, mV } from "../../../src/units.ts";
import { poisson } from "../../../src/network/sources.ts";
import * as analysis from "../../../src/analysis/index.ts";
import { recruitmentThresholds, alphaMotorNeurons } from "../../../src/models/motor-pool/index.ts";
import { cortexColumn } from "../../../src/models/cortical-column/index.ts";
import { parse } from "../../../src/lang/parse.ts";

const WORDS = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];

/** Places where a user's word is looked up in a table. */
const LOOKUPS: Readonly<Record<string, (word: string) => unknown>> = {
  record: (w) => { const n = new Network({ seed: 1 }); const c = n.cells("A", smallCells(2)); n.record(c, w as never, { every: ms(0.1) }); return compile(n, { dt: ms(0.1) } as never); },
  recordSection: (w) => { const n = new Network({ seed: 1 }); const c = n.cells("A", smallCells(2)); n.record(c, `${w}.V` as never, { every: ms(0.1) }); return compile(n, { dt: ms(0.1) } as never); },
  recordState: (w) => { const n = new Network({ seed: 1 }); const c = n.cells("A", smallCells(2)); n.record(c, `soma.pas.${w}` as never, { every: ms(0.1) }); return compile(n, { dt: ms(0.1) } as never); },
  recordMech: (w) => { const n = new Network({ seed: 1 }); const c = n.cells("A", smallCells(2)); n.record(c, `soma.${w}` as never, { every: ms(0.1) }); return compile(n, { dt: ms(0.1) } as never); },
  recordRec: (w) => { const n = new Network({ seed: 1 }); const c = n.cells("A", smallCells(2)); n.record(c, `exc_a.${w}` as never, { every: ms(0.1) }); return compile(n, { dt: ms(0.1) } as never); },
  recordPoint: (w) => { const n = new Network({ seed: 1 }); const c = n.cells("A", iaf_exp({ n: 2 })); n.record(c, w as never, { every: ms(0.1) }); return compile(n, { dt: ms(0.1) } as never); },
  clampInput: (w) => { const n = new Network({ seed: 1 }); const c = n.cells("A", iaf_exp({ n: 2 })); n.clamp(c, nA(1), { input: w }); return compile(n, { dt: ms(0.1) } as never); },
  clampSection: (w) => { const n = new Network({ seed: 1 }); const c = n.cells("A", smallCells(2)); n.clamp(c, nA(1), { section: w }); return compile(n, { dt: ms(0.1) } as never); },
  params: (w) => { const n = new Network({ seed: 1 }); n.cells("A", iaf_exp({ n: 2, params: { [w]: mV(1) } as never })); return compile(n, { dt: ms(0.1) } as never); },
  initial: (w) => { const n = new Network({ seed: 1 }); n.cells("A", iaf_exp({ n: 2, initial: { [w]: mV(1) } as never })); return compile(n, { dt: ms(0.1) } as never); },
  port: (w) => { const n = new Network({ seed: 1 }); const c = n.cells("A", iaf_exp({ n: 2 })); return (c as never as { receptor(x: string): unknown }).receptor(w); },
  receptor: (w) => { const n = new Network({ seed: 1 }); const c = n.cells("A", smallCells(2)); return c.receptor(w); },
  population: (w) => new Network({ seed: 1 }).population(w),
  vary: (w) => { const n = new Network({ seed: 1 }); n.cells("A", smallCells(2)); n.vary(`A.${w}.pas.g`, [{ value: 1, unit: "1" }] as never); return compile(n, { dt: ms(0.1) } as never); },
  vary2: (w) => { const n = new Network({ seed: 1 }); n.cells("A", smallCells(2)); n.vary(`A.soma.pas.${w}`, [{ value: 1, unit: "1" }] as never); return compile(n, { dt: ms(0.1) } as never); },
  vary3: (w) => { const n = new Network({ seed: 1 }); n.cells("A", iaf_exp({ n: 2 })); n.vary(`A.${w}`, [{ value: 1, unit: "1" }] as never); return compile(n, { dt: ms(0.1) } as never); },
  unit: (w) => { const n = new Network({ seed: 1 }); const c = n.cells("A", smallCells(2)); n.clamp(c, { value: 1, unit: w } as never); return compile(n, { dt: ms(0.1) } as never); },
  rule: (w) => { const n = new Network({ seed: 1 }); const c = n.cells("A", smallCells(2)); const p = n.sources("P", 2, poisson({ rate: { value: 1, unit: "Hz" } })); n.connect(p, c.excitatory, { kind: w } as never, { weight: uS(1), delay: ms(1) }); return compile(n, { dt: ms(0.1) } as never); },
  mode: (w) => recruitmentThresholds({ n: 5, mode: w as never, range: 100 }),
  model: (w) => alphaMotorNeurons({ thresholds: [0.1, 1], model: w as never }),
  window: (w) => analysis.welch([1, 2, 3, 4], { fs: 1, segment: 4, window: w as never }),
  detrend: (w) => analysis.welch([1, 2, 3, 4], { fs: 1, segment: 4, detrend: w as never }),
  fn: (w) => parse(`${w}(1)`),
  colType: (w) => cortexColumn({ mesh: [2, 2], tstop: 10, drives: [{ kind: "evoked", name: "a", mu: 1, sigma: 1, numspikes: 1, location: w, weightsAmpa: { L2_pyramidal: 1 } }] } as never),
  colWeights: (w) => cortexColumn({ mesh: [2, 2], tstop: 10, drives: [{ kind: "evoked", name: "a", mu: 1, sigma: 1, numspikes: 1, location: "proximal", weightsAmpa: { [w]: 1 } }] } as never),
  colKind: (w) => cortexColumn({ mesh: [2, 2], tstop: 10, drives: [{ kind: w, name: "a" }] } as never),
  tonic: (w) => cortexColumn({ mesh: [2, 2], tstop: 10, drives: [{ kind: "tonic", amplitude: { [w]: 1 } }] } as never),
}; // prettier-ignore

test.each(Object.keys(LOOKUPS))("what every object inherits is no name of a %s", (place) => {
  for (const word of WORDS) expect(() => LOOKUPS[place]?.(word), word).toThrow(HillockError);
});
