import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { add, binary, type BinaryOp, call, type Expr, mul, name, negate, num } from "../../../src/lang/expr.ts";
import { evaluate } from "../../../src/lang/evaluate.ts";
import { dependsOn, freeNames, substitute } from "../../../src/lang/names.ts";
import { parse, pointAt } from "../../../src/lang/parse.ts";
import { f32Literal, jsLibrary, mathFunctions, printJs, printWgsl, toJs, toWgsl } from "../../../src/lang/print.ts";

describe("parse and evaluate", () => {
  test.each([
    ["-K^2", -9], ["2^3^2", 512], ["12/K/2", 2], ["2^-K", 0.125], ["-2^-2", -0.25], ["2*-K", -6], ["10-4-3", 3],
    ["1 + 2 * K", 7], ["(1 + 2) * K", 9], [".5 + 1e-1", 0.6], ["K < 4", 1], ["1 + K >= 5", 0], ["--K", 3], ["6/-K*2", -4],
    ["select(K == 3, 1, 2)", 1], ["select(0, 1, 2)", 2], ["min(K, max(1, 2))", 2], ["exprel(0)", 1], ["expm1(0)", 0],
    ["floor(-K/2)", -2], ["(1-K)^3", -8], ["(1-K)^0.5", 0], ["K != 3", 0],
  ])("%s", (text, want) => { expect(evaluate(parse(text), { K: 3 })).toBe(want); }); // prettier-ignore

  test.each([
    ["1 +", "ends too early"], ["exq(1)", 'unknown function "exq" at column 1'], ["min(1)", "1 arguments"],
    ["a b", 'unexpected "b" at column 3'], ["a < b < c", "do not chain"], ["a $ b", 'unexpected "$" at column 3'],
    ["(1", "ends too early"], ["", "ends too early"], ["1 2", 'unexpected "2"'],
  ])("%j is refused", (text, message) => {
    expect(() => parse(text, "napp.m")).toThrow(ModelError);
    expect(() => parse(text, "napp.m")).toThrow(message);
    expect(() => parse(text, "napp.m")).toThrow(/^napp\.m: /);
  }); // prettier-ignore

  test("an error marks the place and suggests", () => {
    expect(() => parse("2 * exprell(V)", "m")).toThrow(/\n {2}2 \* exprell\(V\)\n {6}\^\n.*Did you mean "exprel"\?/s);
    expect(() => evaluate(parse("gbar * V"), { g_bar: 1, V: 2 })).toThrow(/gbar: is not defined here.*"g_bar"/);
  });

  // (e^x - 1)/x between its Taylor series (error x^3/24) and Math.expm1, each rounded twice: 4 half ulps of 1.1e-16.
  test("exprel is continuous through 0", () => {
    for (const x of [1e-9, -1e-9, 1e-5, -1e-5]) {
      expect(Math.abs(evaluate(parse("exprel(x)"), { x }) - (1 + x / 2 + x ** 2 / 6))).toBeLessThan(
        Math.abs(x) ** 3 + 5e-16,
      );
    }
  });
});

describe("names", () => {
  const expr = parse("g * (V - E) / exp(V)");
  test("found, asked for, replaced all at once", () => {
    expect([...freeNames(expr)]).toEqual(["g", "V", "E"]);
    expect(dependsOn(expr, "E")).toBe(true);
    expect(dependsOn(expr, new Set(["h"]))).toBe(false);
    const swapped = substitute(parse("a - b"), { a: name("b"), b: name("a") });
    expect(evaluate(swapped, { a: 1, b: 5 })).toBe(4);
    expect(substitute(expr, { x: num(1) })).toBe(expr);
  });
});

describe("print", () => {
  test.each([
    ["n^4 * g", "n * n * n * n * g"], ["(1 - n)^2", "pow2(1.0 - n)"], ["n^-2", "1.0 / (n * n)"], ["n^12", "pow_int(n, 12.0)"],
    ["2^((T - 24) / 10)", "pow_real(2.0, (T - 24.0) / 10.0)"], ["a - (b - c)", "a - (b - c)"], ["a - b - c", "a - b - c"],
    ["a / (b * c)", "a / (b * c)"], ["-(a + b) * c", "-(a + b) * c"], ["a - -b", "a - (-b)"], ["-a^2", "-(a * a)"],
    ["exp(-V)", "exp(min(-V, 80.0))"], ["exp(min(max(V, -75), 75))", "exp(min(max(V, -75.0), 75.0))"],
    ["select(a < b, 1, 2)", "select(2.0, 1.0, b > a)"], ["(a < b) * c", "select(0.0, 1.0, b > a) * c"],
    ["select(a, 1, 2)", "select(2.0, 1.0, a != 0.0)"], ["cos(x)", "cos_own(x)"], ["expm1(x) / exprel(x)", "expm1(x) / exprel(x)"],
    ["0.1 + 1e-20", "0.1 + 1e-20"], ["1e21 + 16777217", "1e+21 + 16777216.0"],
  ])("%s in WGSL", (text, want) => {
    // the clamped exponential is one that optimise wrote: literal negative bounds, not a negation
    const expr = text.includes("min(max") ? call("exp", call("min", call("max", name("V"), num(-75)), num(75))) : parse(text);
    expect(toWgsl(expr)).toBe(text.includes("min(max") ? "exp(clamp(V, -75.0, 75.0))" : want);
  }); // prettier-ignore

  test("programs, renamed", () => {
    const stmts = [
      { op: "let", name: "u", value: parse("V - 3") },
      { op: "set", name: "m", value: parse("m + u") },
    ] as const;
    const rename = (n: string) => (n === "m" ? "s.m" : n);
    expect(printWgsl(stmts, { rename })).toBe("  let u = V - 3.0;\n  s.m = s.m + u;");
    expect(printJs(stmts, { f32: false, rename })).toBe("  const u = V - 3;\n  s.m = s.m + u;");
    expect(printJs(stmts, { f32: true })).toBe("  const u = fr(V - 3);\n  m = fr(m + u);");
  });

  test("imports of a text are listed", () => {
    expect(mathFunctions("let a = exp(clamp(expm1(x), -80.0, 80.0)) + pow3(y) + sqrt(exprel_with(z, e));")).toEqual([
      "expm1",
      "exprel_with",
      "pow3",
    ]);
  });

  test("a literal past float32 is refused", () => {
    expect(() => f32Literal(1e39)).toThrow(ModelError);
    expect(() => f32Literal(1e39)).toThrow(/3.4e38/);
  });

  test("float32 literals read back as the nearest float32", () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ min: -1e38, max: 1e38, noNaN: true }),
        (x, y) => {
          for (const value of [x, y]) {
            expect(Math.fround(Number(f32Literal(value)))).toBe(Math.fround(value) + 0);
            expect(f32Literal(value)).toMatch(/[.e]/);
          }
        },
      ),
    );
  });
});

const ENV = { a: 0.7, b: -1.3, c: 2.1 };
const leaf = fc.oneof(
  fc.constantFrom("a", "b", "c").map(name),
  fc.double({ min: -4, max: 4, noNaN: true }).map((x) => num(x + 0)),
);
const { expr: anyExpr } = fc.letrec<{ expr: Expr }>((tie) => ({
  expr: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    tie("expr").map(negate),
    fc.tuple(fc.constantFrom<BinaryOp>("+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!="), tie("expr"), tie("expr")).map(([op, l, r]) => binary(op, l, r)),
    fc.tuple(tie("expr"), fc.integer({ min: -9, max: 9 })).map(([x, n]) => binary("^", x, num(n))),
    fc.tuple(tie("expr"), leaf).map(([x, y]) => binary("^", x, y)),
    fc.tuple(fc.constantFrom("exp", "expm1", "exprel", "sqrt", "abs", "floor", "sin", "cos", "tanh", "log") as fc.Arbitrary<"exp">, tie("expr")).map(([fn, x]) => call(fn, x)),
    fc.tuple(tie("expr"), tie("expr"), tie("expr")).map(([x, y, z]) => call("select", x, y, z)),
    fc.tuple(tie("expr"), tie("expr")).map(([x, y]) => add(call("min", x, y), mul(x, call("max", x, y)))),
  ),
})); // prettier-ignore

function run(text: string, f32: boolean, env: Record<string, number>): number {
  const lib = jsLibrary(f32);
  const compiled = new Function(...Object.keys(lib), ...Object.keys(env), `return ${text};`);
  return compiled(...Object.values(lib), ...Object.values(env)) as number;
}

describe("printed JavaScript", () => {
  // Products in place of ** may differ by an ulp for each of the 8 factors, and what follows can magnify that without
  // bound (a comparison flips). So: programs without powers agree bit for bit, powers alone within 9 half ulps.
  test("is what evaluate computes", () => {
    fc.assert(
      fc.property(anyExpr, (expr) => {
        fc.pre(!hasPower(expr));
        expect(run(toJs(expr, { f32: false }), false, ENV)).toBe(evaluate(expr, ENV));
      }),
      { numRuns: 500 },
    );
  });

  test.each([-9, -8, -3, -1, 0, 1, 2, 5, 8, 9])("powers, n = %d", (n) => {
    for (const base of [name("b"), add(name("a"), name("c"))]) {
      const want = evaluate(binary("^", base, num(n)), ENV);
      const got = run(toJs(binary("^", base, num(n)), { f32: false }), false, ENV);
      expect(Math.abs(got / want - 1)).toBeLessThanOrEqual(9 * 1.2e-16);
    }
  });

  test("in float32 every result is a float32", () => {
    fc.assert(
      fc.property(anyExpr, (expr) => {
        const env = { a: Math.fround(0.7), b: Math.fround(-1.3), c: Math.fround(2.1) };
        const got = run(toJs(expr, { f32: true }), true, env);
        expect(Object.is(Math.fround(got), got) || Number.isNaN(got)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("the text that WGSL and JavaScript share parses back to the same expression", () => {
    fc.assert(
      fc.property(anyExpr, (expr) => {
        fc.pre(!hasPower(expr));
        const text = toJs(expr, { f32: false }).replaceAll("Math.", "");
        fc.pre(!/[?]/.test(text));
        expect(evaluate(parse(text), ENV)).toBe(evaluate(expr, ENV));
      }),
    );
  });

  test("environments are plain records", () => {
    expectTypeOf(evaluate).parameter(1).toEqualTypeOf<Readonly<Record<string, number>>>();
  });
});

function hasPower(expr: Expr): boolean {
  if (expr.kind === "negate") return hasPower(expr.of);
  if (expr.kind === "call") return expr.args.some(hasPower);
  return expr.kind === "binary" && (expr.op === "^" || hasPower(expr.left) || hasPower(expr.right));
}

test("a place in a text is shown by a caret under it, also far into a long one", () => {
  expect(pointAt("a + ?", 4)).toBe("at column 5\n  a + ?\n      ^\n");
  expect(pointAt("a\n+ ?", 4)).toBe("at column 5\n  a + ?\n      ^\n");
  const long = `${"x".repeat(100)}?${"y".repeat(200)}`;
  const [head, line = "", caret = ""] = pointAt(long, 100).split("\n");
  expect(head).toBe("at column 101");
  expect(line).toBe(`  …${"x".repeat(80)}?${"y".repeat(79)}…`);
  expect(line[caret.indexOf("^")]).toBe("?");
});

test.each([[null, "of type null"], [undefined, "missing"], [3, "of type number"]])("what is no text is refused: %s", (text, said) => {
  expect(() => parse(text as never, "here")).toThrow(`here: is ${said}`);
}); // prettier-ignore
