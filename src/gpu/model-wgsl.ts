import type { CompiledCells } from "../compile/compiled.ts";
import { type CellProgram, DRAWN, hearsFirst, potentials } from "../compile/cells/step-program.ts";
import { gatherLength, gatherWgsl } from "./gather-wgsl.ts";
import { emptied, filled } from "./looped.ts";
import type { Stmt } from "../lang/expr.ts";
import { magnitude, STATE_LIMIT } from "../host/soundness.ts";
import { mathFunctions, printWgsl, toWgsl } from "../lang/print.ts";

/** Where each part of the `table` buffer of shaders/cells.wgsl begins, in words. */
export interface TableLayout {
  /** of several populations: cell 0 of each among all cells. */
  readonly firsts: number;
  /** [receptor][population], of cell 0 of all. */
  readonly slots: number;
  /** of several populations: ids, of cell 0 of all. */
  readonly sources: number;
  /** [receptor][entry][population] */
  readonly inputScale: number;
  readonly clampRow: number;
  readonly traceRow: number;
  readonly heads: number;
  /** of the entries, where cells draw noise. */
  readonly seeds: number;
  /** see gather-wgsl.ts. */
  readonly gathers: number;
  readonly length: number;
}

/** @param populations  whose cells these are, see joined.ts */
export function tableLayout(cells: CompiledCells, entries: number, populations: number): TableLayout {
  const own = populations > 1 ? populations : 0;
  const firsts = 0;
  const slots = firsts + own;
  const sources = slots + cells.receptors.length * populations;
  const inputScale = sources + own;
  const clampRow = inputScale + cells.receptors.length * entries * populations;
  const traceRow = clampRow + clampOffset(cells, cells.program.clampInputs.length, entries);
  const heads = traceRow + cells.traces.length * cells.n;
  const seeds = heads + 2 * cells.traces.length;
  const gathers = seeds + (cells.program.draws.length > 0 ? entries : 0);
  const length = gathers + gatherLength(cells);
  return { firsts, slots, sources, inputScale, clampRow, traceRow, heads, seeds, gathers, length };
}

/** Rows of a population's clamps before the k-th: one per entry, or one per entry and cell. */
export const clampOffset = ({ program, n }: CompiledCells, k: number, entries: number): number =>
  program.clampInputs.slice(0, k).reduce((sum, { each }) => sum + (each ? n : 1) * entries, 0);

/** The same in WGSL. */
export function clampPlace({ program }: CompiledCells, k: number): string {
  const each = program.clampInputs.slice(0, k).filter((c) => c.each).length;
  return (
    [...(each < k ? [`${k - each}u * shape.entries`] : []), ...(each > 0 ? [`${each}u * all`] : [])].join(" + ") || "0u"
  );
}

/** The virtual module `model` of one cell type: its equations over private variables, and how they are loaded and stored.
 * The text depends on the equations and on what is connected, clamped and recorded, never on a value.
 * @param detects  whether its `detect` does; false where spikes have been detected before delivery
 * @param populations  whose cells these are, see joined.ts */
export function modelWgsl(
  cells: CompiledCells,
  program: CellProgram,
  { detects = true, populations = 1 } = {},
): string {
  const { traces, receptors } = cells;
  const { states, params } = program;
  const phases = [...program.receive, ...program.currents, ...program.solve, ...program.advance];
  const outs = traces.flatMap((t, k) => (t.phase === "current" ? [`out_${k}`] : []));
  const gather = gatherWgsl(cells);
  const arms = detects && !("stmts" in program.detect);
  const variables = [
    ...states,
    ...params,
    ...outs,
    ...program.inputs,
    ...program.clampInputs.map((c) => c.input),
    ...program.draws.map((d) => d.input),
    ...gather.inputs,
  ];
  const body = [
    ...variables.map((v) => `var<private> ${v}: f32;`),
    ...receptors.map(
      (_, k) => `var<private> slot_${k}: u32;\nvar<private> scale_${k}: f32;\nvar<private> quad_${k}: vec4i;`,
    ),
    ...program.clampInputs.map((_, k) => `var<private> gain_${k}: f32;\nvar<private> signal_${k}: u32;`),
    ...traces.map((_, k) => `var<private> row_${k}: u32;\nvar<private> next_${k}: u32;\nvar<private> at_${k}: u32;`),
    ...(program.draws.length > 0 ? ["var<private> seed: u32;\nvar<private> element: u32;"] : []),
    ...gather.declarations,
    `var<private> armed: bool;`,
    `var<private> before: u32;`, // bits of the largest that a reset may have replaced
    loadFunction(cells, arms, populations),
    ...(populations > 1 ? ["var<private> population: u32;"] : []),
    `fn source_of(cell: u32) -> u32 { return ${populations > 1 ? `table[${populations * (1 + receptors.length)}u + population]` : "shape.first_source"} + cell; }`,
    storeFunction(states, arms),
    detectFunction(cells, program, detects),
    `const LARGEST = ${magnitude(STATE_LIMIT)}u;`,
    `fn largest_potential() -> u32 { return max(before, ${largest(potentials(program))}); }`,
    `fn largest_state() -> u32 { return ${largest(states.filter((s) => !potentials(program).includes(s)))}; }`,
    inputsFunction(cells),
    stepFunction(cells, program, phases),
    gather.functions,
    sampling(cells),
  ].join("\n");
  const imports = [
    "import package::cells::{block, shape, state, params, table, acc, clamps, traces, exposed, param, opaque};",
    "import package::log::magnitude;",
    ...[...new Set(program.draws.map(({ law }) => DRAWN[law]))].map((fn) => `import package::gauss::${fn};`),
    ...mathFunctions(body).map((f) => `import package::math::${f};`),
  ];
  return `${imports.join("\n")}\n${body}\n`;
}

/** The armed bit, where it is used, is the row after the states. */
function storeFunction(states: readonly string[], arms: boolean): string {
  const rows = [...states, ...(arms ? ["select(0.0, 1.0, armed)"] : [])];
  const lines = emptied(rows, (k, value) => `state[${k} * all + g] = ${value};`);
  return `fn store(g: u32, all: u32) {\n${lines.map((l) => `  ${l}`).join("\n")}\n}`;
}

/** Gives the step's inputs and says whether a spike is born at it; a point neuron's reset is done here. */
function detectFunction({ receptors }: CompiledCells, { detect, clampInputs }: CellProgram, detects: boolean): string {
  const heard = hearsFirst(detect) ? inputLines(receptors) : [];
  const injected = clampInputs.map(({ input }, k) => `  ${input} = gain_${k} * clamps[signal_${k} + t];`);
  const lines = !detects
    ? ["  return false;"]
    : "stmts" in detect
      ? [
          ...(detect.replaced.length > 0 ? [`  before = max(before, ${largest(detect.replaced)});`] : []),
          printWgsl(detect.stmts),
          `  return ${detect.fired} > 0.5;`,
        ]
      : [
          `  let is_above = ${detect.state} > ${detect.threshold};`,
          "  let born = is_above && armed;",
          "  armed = !is_above;",
          "  return born;",
        ];
  return `fn detect(t: u32) -> bool {\n${[...heard, ...injected, ...lines].join("\n")}\n}`;
}

/** What is due at the step, of the four that are there. */
const inputLines = (receptors: CompiledCells["receptors"]): string[] =>
  receptors.map((r, k) => `  ${r.input} = f32(quad_${k}.x) * scale_${k};\n  quad_${k} = quad_${k}.yzwx;`);

/** Bits of the largest magnitude of these variables. */
const largest = (names: readonly string[]): string =>
  names.reduce((most, name) => (most === "" ? `magnitude(${name})` : `max(${most}, magnitude(${name}))`), "") || "0u";

function loadFunction(cells: CompiledCells, arms: boolean, populations: number): string {
  const { program, receptors, traces } = cells;
  const several = populations > 1;
  const scales = populations * receptors.length + (several ? 2 * populations : 0);
  const later = Array.from({ length: populations - 1 }, (_, p) => p + 1);
  const slot = (k: number, p: number): string => `table[${several ? populations * (1 + k) + p : k}u]`;
  const { states, params } = program;
  const { cellStride, entryStride } = cells.params;
  const varying = [...params.entries()].filter(([k]) => cellStride[k] !== 0 || entryStride[k] !== 0);
  const lines = [
    ...filled(new Map(states.entries()), "held", states.length, (k) => `state[${k} * all + g]`),
    ...(arms ? [`armed = state[${states.length}u * all + g] != 0.0;`] : []),
    // at a constant place, where a software adapter reads once for all lanes
    ...params.map((p, k) => `${p} = params[${k}u];`),
    ...filled(new Map(varying), "given", params.length, (k) => `param(${k}, cell, entry)`),
    ...receptors.map((_, k) => `slot_${k} = ${slot(k, 0)};`),
    ...later.map((p) => `if (cell >= table[${p}u]) { population = ${p}u; ${receptors.map((_, k) => `slot_${k} = ${slot(k, p)};`).join(" ")} }`), // prettier-ignore
    ...receptors.map((_, k) => `scale_${k} = bitcast<f32>(table[${scales}u + ${several ? `(${k}u * shape.entries + entry) * ${populations}u + population` : `${k}u * shape.entries + entry`}]);`), // prettier-ignore
    ...(program.draws.length > 0
      ? [`seed = table[shape.heads + ${2 * traces.length}u + entry];`, "element = cell;"]
      : []),
    ...gatherWgsl(cells).load,
    ...(program.clampInputs.length > 0 || traces.length > 0
      ? [`let clamp_row = ${scales}u + ${populations * receptors.length}u * shape.entries;`]
      : []),
    ...program.clampInputs.flatMap(({ each }, k) => [
      `gain_${k} = params[shape.gains + ${k}u * all + g];`,
      `signal_${k} = table[clamp_row + ${clampPlace(cells, k)} + ${each ? "g" : "entry"}] * block.stride + block.offset;`,
    ]),
    ...(traces.length > 0 ? [`let trace_row = clamp_row + ${clampPlace(cells, program.clampInputs.length)};`] : []),
    ...traces.flatMap((t, k) => {
      const m = t.everySteps;
      const first = t.phase === "state" ? `block.step / ${m}u + 1u` : `(block.step + ${m - 1}u) / ${m}u`;
      return [
        `row_${k} = table[trace_row + ${k}u * shape.n + cell];`,
        `let sample_${k} = ${first};`,
        `next_${k} = sample_${k} * ${m}u${t.phase === "state" ? "" : " + 1u"};`,
        `at_${k} = table[shape.heads + ${2 * k + 1}u] + ((sample_${k} - table[shape.heads + ${2 * k}u]) * shape.entries + entry) * ${t.cells.length}u + row_${k};`,
      ];
    }),
  ];
  return `fn load(g: u32, all: u32, cell: u32, entry: u32) {\n${lines.map((l) => `  ${l}`).join("\n")}\n}`;
}

/** Four steps of every input at once, turned so that the next one comes first. */
function inputsFunction({ receptors }: CompiledCells): string {
  const lines = receptors.map((_, k) => `  quad_${k} = acc[at + slot_${k}];`);
  const turns = receptors.map((_, k) => `    quad_${k} = quad_${k}.yzwx;`);
  const turn = receptors.length === 0 ? "" : `  for (var k = 0u; k < turns; k++) {\n${turns.join("\n")}\n  }\n`;
  return `fn load_inputs(at: u32, turns: u32) {\n${lines.join("\n")}\n${turn}}`;
}

function stepFunction({ receptors }: CompiledCells, { draws, detect }: CellProgram, phases: readonly Stmt[]): string {
  const inputs = hearsFirst(detect) ? [] : inputLines(receptors);
  const drawn = draws.map(({ input, stream, law }) => `  ${input} = ${DRAWN[law]}(seed, ${stream}u, element, block.step + t);`); // prettier-ignore
  return `fn step(t: u32) {\n${[...inputs, ...drawn, "  gather(block.step + t);", printWgsl(phases)].join("\n")}\n}`;
}

/** Traces sampled more often than this are looked at after every step; for the others the loop over steps stops where they are due. */
const OFTEN = 4;

/** `next_sample`: the end of the step after which a rare trace is due next; `sample_rare`, `sample_often`: write what is due then. */
function sampling({ traces }: CompiledCells): string {
  const rare = traces.flatMap((t, k) => (t.everySteps < OFTEN ? [] : [`next_${k}`]));
  const next = rare.reduce((a, b) => (a === "" ? b : `min(${a}, ${b})`), "");
  const writes = traces.map((t, k) => {
    const store = `if (row_${k} != 0xffffffffu) { traces[at_${k}] = ${toWgsl(t.value)}; }\n    at_${k} += shape.entries * ${t.cells.length}u;`;
    if (t.everySteps === 1) return `    ${store}`;
    return `  if (end == next_${k}) {\n    ${store}\n    next_${k} += ${t.everySteps}u;\n  }`;
  });
  const of = (often: boolean): string =>
    writes.filter((_, k) => (traces[k] as (typeof traces)[number]).everySteps < OFTEN === often).join("\n");
  return [
    `fn next_sample() -> u32 { return ${next === "" ? "0xffffffffu" : next}; }`,
    `fn sample_rare(end: u32) {\n${of(false)}\n}`,
    `fn sample_often(end: u32) {\n${of(true)}\n}`,
  ].join("\n");
}
