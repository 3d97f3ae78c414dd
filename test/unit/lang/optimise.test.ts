import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { evaluate } from "../../../src/lang/evaluate.ts";
import { binary, call, type Expr, name, negate, num, type Stmt } from "../../../src/lang/expr.ts";
import { visit } from "../../../src/lang/names.ts";
import { optimise, type Optimised, type OptimiseOptions } from "../../../src/lang/optimise.ts";
import { parse } from "../../../src/lang/parse.ts";
import { printWgsl } from "../../../src/lang/print.ts";

const program = (text: string): Stmt[] =>
  text.trim().split("\n").map((line) => {
    const [, op, id, value] = /^\s*(let |)(\w+) = (.*)$/.exec(line) ?? [];
    return { op: op === "let " ? "let" : "set", name: id!, value: parse(value!, line) };
  }); // prettier-ignore

const set = (...names: string[]): ReadonlySet<string> => new Set(names);
const shown = (o: Optimised): string => printWgsl(o.stmts, { indent: "" });
const derived = (o: Optimised): string => printWgsl(o.derived.map((d) => ({ op: "set", ...d })), { indent: "" }); // prettier-ignore

/** Values after a program: its states, and its lets. */
function run(stmts: readonly Stmt[], env: Readonly<Record<string, number>>): Record<string, number> {
  const now = { ...env };
  for (const stmt of stmts) now[stmt.name] = evaluate(stmt.value, now);
  return now;
}

function runOptimised(o: Optimised, env: Readonly<Record<string, number>>): Record<string, number> {
  return run(o.stmts, { ...env, ...Object.fromEntries(o.derived.map((d) => [d.name, evaluate(d.value, env)])) });
}

const count = (stmts: readonly Stmt[], ...kinds: string[]): number => {
  let found = 0;
  for (const stmt of stmts) visit(stmt.value, (e) => (found += Number(e.kind === "call" && kinds.includes(e.fn))));
  return found;
};

describe("hoisting", () => {
  const options = { constants: set("g", "area", "E", "k"), states: set("V", "m", "h", "x") };

  test("constant factors gather into one derived constant, in terms of the given ones", () => {
    const o = optimise(program("x = g * area / 100 * m^3 * h * (V - E)"), options);
    expect(shown(o)).toBe("x = _c0 * (m * m * m) * h * (V - E);");
    expect(derived(o)).toBe("_c0 = 0.01 * g * area;");
  });

  test("constant terms gather, also across lets and equal ones only once", () => {
    const o = optimise(program("let a = E + 3\nx = (V - a) * g + 2\nm = 5 + (h - E) - 8"), options);
    expect(shown(o)).toBe("x = g * (V + _c0) + 2.0;\nm = h + _c0;");
    expect(o.derived.map((d) => evaluate(d.value, { E: 10 }))).toEqual([-13]);
  });

  test.each([
    ["x = m * 1 + 0", "x = m;"], ["x = 2 * 3 * m", "x = 6.0 * m;"], ["x = m / 4", "x = 0.25 * m;"], ["x = -(-m)", "x = m;"],
    ["x = m + m", "x = 2.0 * m;"], ["x = m - (m - h)", "x = h;"], ["x = m^1 + h^0", "x = m + 1.0;"], ["x = 1 / (m / h)", "x = h / m;"],
    ["x = -m * g", "x = -(g * m);"], ["x = 5 - m", "x = 5.0 - m;"], ["x = m + -3", "x = m - 3.0;"], ["x = exp(0) * m", "x = m;"],
    ["x = m * (E * 0)", "x = 0.0;"],
  ])("%s", (text, want) => { expect(shown(optimise(program(text), options))).toBe(want); }); // prettier-ignore
});

describe("repeats, versions, dead lets", () => {
  const options = { constants: set("k"), states: set("V", "m", "h") };

  test("a value used twice is named once, whichever way round it is written", () => {
    const o = optimise(program("m = sqrt(V * h) + 1\nh = V / sqrt(h * V)"), options);
    expect(shown(o)).toBe("let _t0 = sqrt(V * h);\nm = _t0 + 1.0;\nh = V / _t0;");
    expect(o.origin).toEqual([0, 0, 1]);
  });

  test("a set ends the life of a value", () => {
    const stmts = program("m = sqrt(V)\nV = V + 1\nh = sqrt(V)");
    expect(count(optimise(stmts, options).stmts, "sqrt")).toBe(2);
  });

  test("a let keeps the old value past a set, also when it only renames it", () => {
    const stmts = program(
      "let old = V\nlet twice = V * 2\nlet e = exp(V / 4)\nV = V + 1\nm = old + twice * 3\nh = e + exp(old / 4 + 1)",
    );
    const o = optimise(stmts, options);
    const env = { V: 0.5, m: 0, h: 0, k: 1 };
    // 3 exact small numbers in m; in h two exponentials of size e^1.125, few roundings each
    expect(runOptimised(o, env).m).toBe(run(stmts, env).m);
    expect(runOptimised(o, env).h).toBeCloseTo(run(stmts, env).h!, 13);
    expect(shown(o)).toContain("let old = V;");
  });

  test("a shared exponential that is first needed after a set reads the kept value", () => {
    const stmts = program(
      "let old = V\nlet half = V / 2\nV = V + 2\nm = exp(half + 1) * exp(half) + half\nh = exp(old + 1) - exp(old)",
    );
    const o = optimise(stmts, options);
    const env = { V: 0.5, m: 0, h: 0, k: 1 };
    expect(count(o.stmts, "exp")).toBe(2);
    // values up to 5, a dozen roundings of 1.1e-16
    for (const id of ["m", "h"])
      expect(Math.abs(runOptimised(o, env)[id]! - run(stmts, env)[id]!)).toBeLessThan(12 * 5 * 1.2e-16);
  });

  test("dead lets go; kept ones stay under their names", () => {
    const stmts = program("let a = V * k\nlet b = exp(V)\nlet c = k + 1\nlet d = a\nm = V");
    expect(shown(optimise(stmts, options))).toBe("m = V;");
    const kept = optimise(stmts, { ...options, keep: set("a", "c", "d") });
    expect(shown(kept)).toBe("let a = k * V;\nlet c = _c0;\nlet d = a;\nm = V;");
    expect(kept.origin).toEqual([0, 2, 3, 4]);
  });

  test("names made do not meet names given", () => {
    const o = optimise(program("let _t0 = V * h\nm = _t0 + sqrt(V + h) * sqrt(V + h) + _c0"), {
      ...options,
      prefix: "_",
    });
    expect(new Set(o.stmts.map((s) => s.name)).size).toBe(o.stmts.length);
    expect(optimise(program("m = k * 2 + V"), { ...options, prefix: "cell_" }).derived[0]?.name).toBe("cell_c0");
  });

  test.each([
    ["k = V", /k: is set but is no state/],
    ["let V = 1", /V: is named twice/],
    ["let a = 1\nlet a = 2", /a: is named twice/],
  ])("%j is refused", (text, message) => {
    expect(() => optimise(program(text), options)).toThrow(ModelError);
    expect(() => optimise(program(text), options)).toThrow(message);
  });
});

/** The NERLab soma's gates: the published mechanism `napp` of MyoGen. */
const SOMA = program(`
  let u = V - vtraub
  let alpha_m = 0.64 * 4 / exprel((15 - u) / 4)
  let beta_m = 0.56 * 5 / exprel((u - 40) / 5)
  let alpha_h = 0.928 * exp((17 - u) / 18)
  let beta_h = 9 / (exp((40 - u) / 5) + 1)
  let alpha_p = 0.64 * 4 / exprel((5 - u) / 4)
  let beta_p = 0.56 * 5 / exprel((u - 30) / 5)
  let alpha_n = 0.08 * 7 / exprel((15 - u) / 7)
  let beta_n = 2 * exp((10 - u) / 40)
  let alpha_r = 3.5 / (exp((55 - u) / 4) + 1)
  m = m - expm1(-dt * (alpha_m + beta_m)) * (alpha_m / (alpha_m + beta_m) - m)
  h = h - expm1(-dt * (alpha_h + beta_h)) * (alpha_h / (alpha_h + beta_h) - h)
  p = p - expm1(-dt * (alpha_p + beta_p)) * (alpha_p / (alpha_p + beta_p) - p)
  n = n - expm1(-dt * (alpha_n + beta_n)) * (alpha_n / (alpha_n + beta_n) - n)
  r = r - expm1(-dt * (alpha_r + rinact)) * (alpha_r / (alpha_r + rinact) - r)`);
const SOMA_OPTIONS = { constants: set("vtraub", "dt", "rinact"), states: set("m", "h", "p", "n", "r") };

describe("shared exponentials", () => {
  const FAMILY = ["exp", "expm1", "exprel"] as const;

  test("the NERLab soma's ten rate exponentials become five; five more advance the gates", () => {
    expect(count(SOMA, "exp", "exprel")).toBe(9); // and the tenth, beta_r, is a constant here
    const rates = optimise(SOMA, SOMA_OPTIONS).stmts;
    expect(count(rates, "exp", "exprel", "inverse_exprel")).toBe(5);
    expect(count(rates, "expm1")).toBe(5);
    expect(count(optimise(SOMA, { ...SOMA_OPTIONS, share: false }).stmts, "exp", "exprel", "inverse_exprel")).toBe(9);
  });

  test("the soma computes the same on -150..150 mV, removable singularities included", () => {
    const o = optimise(SOMA, SOMA_OPTIONS);
    for (const V of [...Array.from({ length: 301 }, (_, i) => i - 150), 15 + 1e-9, 40 - 1e-7, 5.0001, 29.99999]) {
      const env = { V, vtraub: 0.3, dt: 0.025, rinact: 0.02, m: 0.1, h: 0.6, p: 0.2, n: 0.3, r: 0.05 };
      const [want, got] = [run(SOMA, env), runOptimised(o, env)];
      // gates are below 1; exponents up to 43 carry 43 ulps of 1.1e-16 each way, the operations around them some 20 more
      for (const gate of ["m", "h", "p", "n", "r"])
        expect(Math.abs(got[gate]! - want[gate]!)).toBeLessThan((2 * 43 + 20) * 1.2e-16);
    }
  });

  test("symbolic slopes and offsets share too, with bounds for compile to check", () => {
    const stmts = program("m = exp((V - a) / k)\nh = 1 / (1 + exp((b - V) / k))");
    const options = { constants: set("a", "b", "k"), states: set("m", "h") };
    const o = optimise(stmts, options);
    expect(count(o.stmts, ...FAMILY)).toBe(1);
    expect(o.derived.filter((d) => d.bounds).map((d) => d.bounds)).toEqual([{ min: Math.exp(-20), max: Math.exp(20) }]);
    const far = optimise(stmts, { ...options, values: { a: 0, b: 300, k: 4 } });
    expect(count(far.stmts, ...FAMILY)).toBe(2);
  });

  test("offsets too far apart, other slopes, other variables and set variables are not shared", () => {
    const options = { constants: set(), states: set("V", "m", "h") };
    for (const text of [
      "m = exp(V)\nh = exp(V + 21)",
      "m = exp(V)\nh = exp(V * 2)",
      "m = exp(V)\nh = exp(W)",
      "m = exp(V)\nV = 1 + V\nh = exp(V)",
    ]) {
      expect(count(optimise(program(text), options).stmts, "exp")).toBe(2);
    }
  });

  test("the shared exponent and its factors stay inside float32", () => {
    const o = optimise(program("m = exp(V / 4)\nh = exp(V / 4 + 20)"), { constants: set(), states: set("m", "h") });
    expect(shown(o)).toBe("let _t0 = exp(min(0.25 * V, 60.0));\nm = _t0;\nh = 485165200.0 * _t0;");
  });
});

const STATES = ["V", "m", "h"] as const;
const CONSTANTS = ["g", "k", "E"] as const;
const OPTIONS: OptimiseOptions = { constants: set(...CONSTANTS), states: set(...STATES) };
const ENV = { V: -1.7, m: 0.4, h: 1.3, g: 0.8, k: 2.2, E: -0.9, input: 0.15 };
const leaf = fc.oneof(
  fc.constantFrom(...STATES, ...STATES, ...CONSTANTS, "input").map(name),
  fc.integer({ min: -4, max: 4 }).map(num),
);
const { expr: anyExpr } = fc.letrec<{ expr: Expr }>((tie) => ({
  expr: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.tuple(fc.constantFrom("+", "-", "*", "/", "+", "-", "*"), tie("expr"), tie("expr")).map(([op, a, b]) => binary(op as "+", a, b)),
    tie("expr").map(negate),
    fc.tuple(tie("expr"), fc.integer({ min: 1, max: 4 })).map(([x, n]) => binary("^", x, num(n))),
    fc.tuple(fc.constantFrom("exp", "expm1", "exprel", "exp", "exprel") as fc.Arbitrary<"exp">, tie("expr")).map(([fn, x]) => call(fn, x)),
    affineCall(),
  ),
})); // prettier-ignore
function affineCall(): fc.Arbitrary<Expr> {
  return fc
    .tuple(
      fc.constantFrom("exp", "expm1", "exprel") as fc.Arbitrary<"exp">,
      fc.constantFrom("V", "m"),
      fc.constantFrom(-2, -0.5, 0.5, 2),
      leaf,
    )
    .map(([fn, x, c, d]) =>
      call(
        fn,
        binary("+", binary("*", num(c), name(x)), d.kind === "name" && !set(...CONSTANTS).has(d.name) ? num(1) : d),
      ),
    );
}
const anyProgram = fc
  .array(fc.tuple(fc.boolean(), fc.constantFrom(...STATES), anyExpr, fc.nat()), { minLength: 1, maxLength: 7 })
  .map((lines) => {
    const lets: string[] = [];
    return lines.map(([isLet, state, value, pick], i): Stmt => {
      const used = lets[pick % (lets.length + 1)]; // often reads an earlier let
      const whole = used === undefined ? value : binary(pick % 2 === 0 ? "+" : "*", name(used), value);
      if (isLet) lets.push(`l${i}`);
      return isLet ? { op: "let", name: `l${i}`, value: whole } : { op: "set", name: state, value: whole };
    });
  });

interface Tracked {
  readonly v: number;
  readonly m: number; // sum of the sizes of the terms that v is summed from, however they are regrouped
  readonly e: number; // first-order bound of the error in units of the rounding unit, per rounding
}

/** First-order error of an expression when sums and products may be regrouped and exponentials shared: every rounding is
 * relative to the size of the terms (m), and exp(x) = exp(x - s) exp(s) with |s| <= 20 turns an error of x into a relative one. */
function track(expr: Expr, env: Record<string, Tracked>): Tracked {
  if (expr.kind === "number") return { v: expr.value, m: Math.abs(expr.value), e: 0 };
  if (expr.kind === "name") return env[expr.name]!;
  if (expr.kind === "negate") return { ...track(expr.of, env), v: -track(expr.of, env).v };
  if (expr.kind === "call") {
    const a = track(expr.args[0]!, env);
    const relative = a.e + 2 * a.m + 40 + 2;
    const ex = Math.exp(Math.max(a.v, 0));
    fc.pre(Math.abs(a.v) <= 40);
    return { v: evaluate(call(expr.fn, num(a.v)), {}), m: ex, e: relative * ex };
  }
  const [a, b] = [track(expr.left, env), track(expr.right, env)];
  if (expr.op === "+" || expr.op === "-")
    return { v: expr.op === "+" ? a.v + b.v : a.v - b.v, m: a.m + b.m, e: a.e + b.e + a.m + b.m };
  if (expr.op === "*") return { v: a.v * b.v, m: a.m * b.m, e: a.m * b.e + b.m * a.e + a.m * b.m };
  if (expr.op === "^") return { v: a.v ** b.v, m: a.m ** b.v, e: b.v * (a.m ** (b.v - 1) * a.e + a.m ** b.v) };
  fc.pre(Math.abs(b.v) > 1e-3 * b.m + 1e-9 * b.e); // a quotient by what cancels has no first-order bound
  const m = (a.m * b.m) / b.v ** 2;
  return { v: a.v / b.v, m, e: a.e / Math.abs(b.v) + (a.m * b.e) / b.v ** 2 + m };
}

describe("random programs", () => {
  const size = (stmts: readonly Stmt[]): number => {
    let n = 0;
    for (const stmt of stmts) visit(stmt.value, () => n++);
    return n;
  };

  test("compute the same before and after", () => {
    let shared = 0;
    fc.assert(
      fc.property(anyProgram, fc.boolean(), (stmts, share) => {
        const o = optimise(stmts, {
          ...OPTIONS,
          share,
          keep: set(...stmts.filter((s) => s.op === "let").map((s) => s.name)),
        });
        const tracked: Record<string, Tracked> = Object.fromEntries(
          Object.entries(ENV).map(([id, v]) => [id, { v, m: Math.abs(v), e: 0 }]),
        );
        for (const stmt of stmts) tracked[stmt.name] = track(stmt.value, tracked);
        const [want, got] = [run(stmts, ENV), runOptimised(o, ENV)];
        fc.pre(
          o.derived.every(
            (d) =>
              evaluate(d.value, ENV) >= (d.bounds?.min ?? -Infinity) &&
              evaluate(d.value, ENV) <= (d.bounds?.max ?? Infinity),
          ),
        );
        for (const { name: id } of stmts) {
          fc.pre(Math.abs(tracked[id]!.m) < 1e100 && tracked[id]!.e < 1e100);
          // as many roundings as the program has nodes may meet in a result, before and after
          expect(Math.abs(got[id]! - want[id]!)).toBeLessThanOrEqual(2 * size(stmts) * 1.2e-16 * tracked[id]!.e);
        }
        shared += count(o.stmts, "exprel_with", "expm1_with");
      }),
      { numRuns: 1000 },
    );
    expect(shared).toBeGreaterThan(20); // the property saw what it is for
  });

  test("are not changed by a second pass", () => {
    for (const stmts of [SOMA, program("x = g * (V - E) * m^3\nm = x / (g * 3 + m)")]) {
      const options = {
        ...SOMA_OPTIONS,
        constants: set("vtraub", "dt", "rinact", "g", "E"),
        states: set("m", "h", "p", "n", "r", "x"),
      };
      const once = optimise(stmts, options);
      const twice = optimise(once.stmts, {
        ...options,
        constants: set(...options.constants, ...once.derived.map((d) => d.name)),
      });
      expect(shown(twice)).toBe(shown(once));
      expect(twice.derived).toEqual([]);
    }
  });

  test("never grow by a second pass", () => {
    fc.assert(
      fc.property(anyProgram, (stmts) => {
        const once = optimise(stmts, OPTIONS);
        const twice = optimise(once.stmts, {
          ...OPTIONS,
          constants: set(...CONSTANTS, ...once.derived.map((d) => d.name)),
        });
        expect(count(twice.stmts, "exp", "expm1", "exprel")).toBeLessThanOrEqual(
          count(once.stmts, "exp", "expm1", "exprel"),
        );
      }),
    );
  });
});
