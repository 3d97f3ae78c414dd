import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { HillockError } from "../../src/errors.ts";
import type { Engine } from "../../src/host/engine.ts";
import { DEEPEST, parse } from "../../src/lang/parse.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { ms } from "../../src/units.ts";
import { CODE, damage, damaged, MARK, tokens } from "./damage.ts";
import { WHOLE } from "./networks.ts";
import { fuzzed, PATIENCE, result } from "./runs.ts";

const TEXTS = WHOLE.map((make) => JSON.stringify(make()));

/** What a run gives is finite, or the run stops with a fault that says where: weights and read-outs included. */
async function finiteOrStopped(engine: Engine): Promise<void> {
  const { traces, fault } = await engine.advance(20);
  for (const { data } of traces) expect(data.every(Number.isFinite)).toBe(true);
  if (fault !== undefined) return;
  for (const [k] of engine.network.learning.entries()) expect((await engine.linkStates(k)).state.every(Number.isFinite)).toBe(true); // prettier-ignore
  for (const [k] of engine.network.readouts.entries()) expect((await engine.readoutState(k)).every(Number.isFinite)).toBe(true); // prettier-ignore
}

test("a damaged description is refused by a typed error, or runs to finite values; it runs no code and takes no time", async () => {
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(TEXTS.length - 1), fc.array(damage, { minLength: 0, maxLength: 3 }), async (which, all) => {
      const d = damaged(JSON.parse(TEXTS[which] as string) as object, all);
      const began = process.cpuUsage();
      const engine = result(() => referenceEngine(compile(d as never, { dt: ms(0.025) }), { precision: 64 }));
      if (engine !== undefined) {
        ran++;
        try {
          await finiteOrStopped(engine);
        } catch (error) {
          if (!(error instanceof HillockError)) throw error;
        }
      }
      const { user, system } = process.cpuUsage(began); // of this process: other work on the machine does not count
      expect((user + system) / 1e6).toBeLessThan(2);
      expect(Object.hasOwn(globalThis, MARK)).toBe(false);
      expect(Object.hasOwn(Object.prototype, MARK)).toBe(false);
    }),
    fuzzed(120),
  );
  expect(ran).toBeGreaterThan(5);
}, PATIENCE); // prettier-ignore

test("any text is an expression or a typed error", () => {
  const nested = fc.integer({ min: 1, max: 2 * DEEPEST }).map((n) => `${"(".repeat(n)}V${")".repeat(n)}`);
  fc.assert(
    fc.property(fc.oneof(tokens, nested, fc.string({ maxLength: 300 }), fc.constantFrom(...CODE)), (text) => {
      const expr = result(() => parse(text));
      if (expr !== undefined) expect(typeof expr.kind).toBe("string");
    }),
    fuzzed(3000),
  );
});
