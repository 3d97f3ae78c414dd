import type { CompiledCells, CompiledNetwork } from "../compile/compiled.ts";
import { copyOf, showing } from "../host/exposed.ts";
import { printWgsl, toWgsl } from "../lang/print.ts";

/** What gathers take of a population's table: ring and words; where each shown value begins; per gather where its starts, sources and weights
 * are; per sum where its source's values begin and how many cells that has; then starts, sources and bits of weights. */
export function gatherWords(cells: CompiledCells, { ring, words }: CompiledNetwork["exposed"], at: number): Uint32Array {
  const { exposes, gathers } = cells;
  const out = new Uint32Array(gatherLength(cells));
  if (out.length === 0) return out;
  const floats = new Float32Array(out.buffer);
  out.set([ring, words, ...exposes.map((x) => x.offset)]);
  const heads = 2 + exposes.length;
  let sum = heads + 3 * gathers.length;
  let data = sum + 2 * gathers.reduce((all, g) => all + g.sums.length, 0);
  gathers.forEach(({ start, source, weight, sums }, k) => {
    const parts = [data, data + start.length, data + start.length + source.length] as const;
    out.set(parts.map((part) => at + part), heads + 3 * k);
    out.set(start, parts[0]);
    out.set(source, parts[1]);
    floats.set(weight, parts[2]);
    data = parts[2] + weight.length;
    for (const { offset, n } of sums) {
      out.set([offset, n], sum);
      sum += 2;
    }
  });
  return out;
} // prettier-ignore

export function gatherLength({ exposes, gathers }: CompiledCells): number {
  if (exposes.length === 0 && gathers.length === 0) return 0;
  const of = gathers.map((g) => 3 + 2 * g.sums.length + g.start.length + g.source.length + g.weight.length);
  return 2 + exposes.length + of.reduce((a, b) => a + b, 0);
}

/** The parts of the virtual module `model` that gather and show; the text depends on what is gathered, never on a value. */
export function gatherWgsl(cells: CompiledCells): { inputs: string[]; declarations: string[]; load: string[]; functions: string } {
  const { gathers, exposes, traces, program } = cells;
  const inputs = gathers.flatMap((g) => g.sums.map((s) => s.input));
  if (exposes.length === 0 && gathers.length === 0)
    return { inputs, declarations: [], load: [], functions: "fn gather(step: u32) {}\nfn expose(step: u32) {}" };
  const heads = 2 + exposes.length;
  const sumsAt = heads + 3 * gathers.length;
  const privates = [
    "ring", "words", ...exposes.map((_, k) => `shown_${k}`),
    ...gathers.flatMap((_, k) => [`links_${k}`, `links_end_${k}`, `sources_${k}`, `weights_${k}`]),
    ...inputs.map((input) => `from_${input}`),
  ];
  const first = `shape.heads + ${2 * traces.length}u${program.draws.length > 0 ? " + shape.entries" : ""}`;
  const word = (k: number): string => `table[gathered + ${k}u]`;
  let sum = -2;
  const load = [
    `let gathered = ${first};`, `ring = ${word(0)};`, `words = ${word(1)};`,
    ...exposes.map((_, k) => `shown_${k} = ${word(2 + k)} + g;`),
    ...gathers.flatMap((_, k) => [
      `links_${k} = table[${word(heads + 3 * k)} + cell];`, `links_end_${k} = table[${word(heads + 3 * k)} + cell + 1u];`,
      `sources_${k} = ${word(heads + 3 * k + 1)};`, `weights_${k} = ${word(heads + 3 * k + 2)};`,
    ]),
    ...inputs.map((input) => `from_${input} = ${word(sumsAt + (sum += 2))} + entry * ${word(sumsAt + sum + 1)};`),
  ];
  const gather = gathers.flatMap(({ sums }, k) => [
    ...sums.map((s) => `  ${s.input} = 0.0;`),
    `  for (var k = links_${k}; k < links_end_${k}; k++) {`,
    `    let w = bitcast<f32>(table[weights_${k} + k]);`,
    `    let source = base + table[sources_${k} + k];`,
    ...sums.map((s) => `    ${s.input} += w * exposed[from_${s.input} + source];`),
    "  }",
  ]);
  const { copied, stmts, values, rename } = showing(cells);
  const show = [
    ...copied.map((s) => `  var ${copyOf(s)} = ${s};`),
    printWgsl(stmts, { rename }),
    ...values.map((v, k) => `  exposed[base + shown_${k}] = ${toWgsl(v, rename)};`),
  ];
  const body = (name: string, lines: readonly string[]): string =>
    `fn ${name}(step: u32) {\n${lines.length === 0 ? "" : ["  let base = (step % ring) * words;", ...lines].join("\n")}\n}`;
  return {
    inputs, load, declarations: privates.map((p) => `var<private> ${p}: u32;`),
    functions: `${body("gather", gather)}\n${body("expose", values.length === 0 ? [] : show)}`,
  };
} // prettier-ignore
