import type { CompiledCells, CompiledGather } from "../compile/compiled.ts";
import { type CellProgram, DRAWN, hearsFirst } from "../compile/cells/step-program.ts";
import { copyOf, showing } from "../host/exposed.ts";
import { jsLibrary, type JsOptions, printJs, toJs } from "../lang/print.ts";
import { even, gauss } from "../random/gauss.ts";
import type { Span } from "./split.ts";
import { CELL_LOOP, printTree, treeDetection } from "./trees.ts";

/** Everything a printed integrate function reads and writes; arrays as laid out in compiled.ts and engine.ts. */
export interface CellBuffers {
  readonly state: Float64Array | Float32Array; // [state][entry][cell]
  readonly armed: Uint32Array; // [entry][cell]
  readonly params: Float64Array | Float32Array;
  readonly acc: Float64Array | Int32Array; // [step][entry][slot], zero again after the block
  readonly inputScale: Float64Array; // [input][entry], 1/q in float32 mode, 1 in float64
  readonly clamps: Float64Array; // [row][step]
  readonly clampRow: readonly Uint32Array[]; // by clamp of the network: [entry] or [entry][cell]
  readonly gains: readonly Float64Array[]; // by clamp of the network
  readonly traceRow: readonly Int32Array[]; // per trace and cell, -1 where it is not recorded
  readonly traces: readonly (Float64Array | Float32Array)[]; // per trace: [sample of the segment][entry][row]
  readonly potentialLimit: number; // mV
  readonly exposed: Float64Array | Float32Array; // ring of CompiledNetwork.exposed
  readonly ring: number;
  readonly words: number;
  readonly gathers: readonly CompiledGather[];
  readonly weights: readonly (Float64Array | Float32Array)[]; // of each
  readonly seeds: Uint32Array; // per entry
  /** called when a potential was beyond the limit after some step of the block. */
  readonly unsound: () => void;
  readonly traceFrom: readonly number[]; // per trace: index (step / everySteps) of sample 0 of the segment
}

export type Integrate = (
  b: CellBuffers,
  block: {
    readonly step: number;
    readonly steps: number;
    /** numbers in a row of `clamps`, of which this is the first step's. */
    readonly clampSteps: number;
    readonly clampFrom: number;
    readonly entries: number;
    readonly slots: number;
    readonly nSources: number;
    /** what this thread owns. */
    readonly own: { readonly entries: Span; readonly cells: Span };
  },
  spike: (step: number, id: number) => void,
) => void;

/** Prints the step of one cell type as a JavaScript function over the cells and entries that a thread owns.
 * @param f32  round every operation to float32, with the GPU's integer sums as input */
export function printIntegrate(cells: CompiledCells, f32: boolean): Integrate {
  const lines =
    cells.program.kind === "tree" ? printTree(cells, cells.program, f32) : printSmall(cells, cells.program, f32);
  return made(lines, f32);
}

/** Prints the detection alone, for cells that detect before delivery. */
export function printDetect(cells: CompiledCells, f32: boolean): Integrate {
  const { n, firstSource, program, params } = cells;
  const detect =
    program.kind === "tree" ? treeDetection(cells, program) : detection(program.detect, { f32, indent: "    " });
  const read =
    program.kind === "tree"
      ? []
      : [
          ...program.states.map((s, k) => `  let ${s} = b_state[${k} * N + g];`),
          ...program.params.map(
            (p, k) =>
              `  const ${p} = b_params[${params.offset[k]} + c * ${params.cellStride[k]} + e * ${params.entryStride[k]}];`,
          ),
          ...program.clampInputs.map(({ clamp, each, input }) => {
            const [gain, value] = [`b_gains[${clamp}][g]`, `b_clamps[b_clampRow[${clamp}][${each ? "g" : "e"}] * block_clampSteps + block_clampFrom]`];
            return `  const ${input} = ${f32 ? `fr(fr(${gain}) * fr(${value}))` : `${gain} * ${value}`};`;
          }),
        ]; // prettier-ignore
  const written = program.kind === "tree" ? [] : program.states.map((s, k) => `  b_state[${k} * N + g] = ${s};`);
  return made(
    [
      CELL_LOOP,
      `  const g = e * ${n} + c, N = block_entries * ${n};`,
      ...read,
      `  let armed = b_armed[g];`,
      ...detect,
      `  if (born) spike(block_step, e * block_nSources + ${firstSource} + c);`,
      ...written,
      `  b_armed[g] = armed;`,
      `}`,
    ],
    f32,
  );
}

/** Read once a block: in the loops an object's fields would be looked up at every step of every cell. */
const FIELDS = {
  b: ["state", "armed", "params", "acc", "inputScale", "clamps", "clampRow", "gains", "traceRow", "traces", "potentialLimit", "exposed", "ring", "words", "gathers", "weights", "seeds", "unsound", "traceFrom"],
  block: ["step", "steps", "clampSteps", "clampFrom", "entries", "slots", "nSources"],
} satisfies { b: (keyof CellBuffers)[]; block: (keyof Parameters<Integrate>[1])[] }; // prettier-ignore
const READ = Object.entries(FIELDS).map(
  ([of, fields]) => `const { ${fields.map((field) => `${field}: ${of}_${field}`).join(", ")} } = ${of};`,
);

function made(lines: readonly string[], f32: boolean): Integrate {
  const library = { ...jsLibrary(f32), gauss, even };
  const make = new Function(
    ...Object.keys(library),
    `"use strict"; return (b, block, spike) => {\n${[...READ, ...lines].join("\n")}\n};`,
  );
  return make(...Object.values(library)) as Integrate;
}

function printSmall(cells: CompiledCells, program: CellProgram, f32: boolean): string[] {
  const { n, params, receptors, traces } = cells;
  const fr = (x: string): string => (f32 ? `fr(${x})` : x);
  const options = { f32, indent: "        " };
  const inputs = [
    `    const slots = (t * block_entries + e) * block_slots + c;`,
    ...receptors.map(
      (r, k) =>
        `    const ${r.input} = ${fr(`${fr(`b_acc[slots + ${r.slot}]`)} * b_inputScale[${k} * block_entries + e]`)}; b_acc[slots + ${r.slot}] = 0;`,
    ),
  ];
  return [
    CELL_LOOP,
    `  const g = e * ${n} + c, N = block_entries * ${n};`,
    ...program.states.map((s, k) => `  let ${s} = b_state[${k} * N + g];`),
    ...program.params.map(
      (p, k) =>
        `  const ${p} = b_params[${params.offset[k]} + c * ${params.cellStride[k]} + e * ${params.entryStride[k]}];`,
    ),
    ...traces.flatMap((t, k) => (t.phase === "current" ? [`  let out_${k} = 0;`] : [])),
    ...traces.map((_, k) => `  const row_${k} = b_traceRow[${k}][c];`),
    ...program.clampInputs.map(
      ({ clamp, each }, k) =>
        `  const gain_${k} = b_gains[${clamp}][g], signal_${k} = b_clampRow[${clamp}][${each ? "g" : "e"}] * block_clampSteps + block_clampFrom;`,
    ),
    `  let armed = b_armed[g], sound = true;`,
    `  for (let t = 0; t < block_steps; t++) {`,
    ...program.clampInputs.map(
      ({ input }, k) => `    const ${input} = ${fr(`${fr(`gain_${k}`)} * ${fr(`b_clamps[signal_${k} + t]`)}`)};`,
    ),
    ...(hearsFirst(program.detect) ? inputs : []),
    ...(cells.detectsFirst === true ? [] : detectionLines(cells, program, options)),
    ...program.draws.map(
      ({ input, stream, law }) => `    const ${input} = ${DRAWN[law]}(b_seeds[e], ${stream}, c, block_step + t);`,
    ),
    ...gatherLines(cells, fr),
    ...(hearsFirst(program.detect) ? [] : inputs),
    printJs([...program.receive, ...program.currents, ...program.solve, ...program.advance], options),
    ...program.voltages.map((V) => `    sound = sound && Math.abs(${V}) <= b_potentialLimit;`),
    ...traces.map((t, k) => {
      const label = t.phase === "state" ? "block_step + t + 1" : "block_step + t";
      const at = `((${label}) / ${t.everySteps} - b_traceFrom[${k}]) * block_entries + e`;
      return `    if (row_${k} >= 0 && (${label}) % ${t.everySteps} === 0) b_traces[${k}][(${at}) * ${t.cells.length} + row_${k}] = ${toJs(t.value, { f32 })};`;
    }),
    ...showLines(cells, f32),
    `  }`,
    ...program.states.map((s, k) => `  b_state[${k} * N + g] = ${s};`),
    `  b_armed[g] = armed;`,
    `  if (!sound) b_unsound();`,
    `}`,
  ];
}

/** Tells a spike, and looks at what its reset replaces. */
function detectionLines({ firstSource }: CompiledCells, { detect }: CellProgram, options: JsOptions): string[] {
  const replaced = "stmts" in detect ? detect.replaced : [];
  return [
    ...replaced.map((s, k) => `    const before_${k} = ${s};`),
    ...detection(detect, options),
    `    if (born) {`,
    ...replaced.map((_, k) => `      sound = sound && Math.abs(before_${k}) <= b_potentialLimit;`),
    `      spike(block_step + t, e * block_nSources + ${firstSource} + c);`,
    `    }`,
  ];
}

/** Sums over links of what others show at this step. */
function gatherLines({ gathers }: CompiledCells, fr: (x: string) => string): string[] {
  if (gathers.length === 0) return [];
  return [
    `    const shown = ((block_step + t) % b_ring) * b_words;`,
    ...gathers.flatMap(({ sums }, k) => [
      ...sums.map(({ input }) => `    let ${input} = 0;`),
      `    for (let k = b_gathers[${k}].start[c], end = b_gathers[${k}].start[c + 1], w = b_weights[${k}], from = b_gathers[${k}].source; k < end; k++) {`,
      ...sums.map(({ input, offset, n }) => `      ${input} = ${fr(`${input} + ${fr(`w[k] * b_exposed[shown + ${offset} + e * ${n} + from[k]]`)}`)};`),
      `    }`,
    ]),
  ];
} // prettier-ignore

/** What others see of the cell at the next step, after its detection there. */
function showLines(cells: CompiledCells, f32: boolean): string[] {
  const { copied, stmts, values, rename } = showing(cells);
  if (values.length === 0) return [];
  const options = { f32, rename, indent: "      " };
  return [
    `    {`,
    `      const next = ((block_step + t + 1) % b_ring) * b_words;`,
    ...copied.map((s) => `      let ${copyOf(s)} = ${s};`),
    printJs(stmts, options),
    ...values.map((v, k) => `      b_exposed[next + ${cells.exposes[k]?.offset} + g] = ${toJs(v, options)};`),
    `    }`,
  ];
}

/** `born`: whether a spike is born at this step; a point neuron's reset is done here. */
function detection(detect: CellProgram["detect"], options: JsOptions): string[] {
  if ("stmts" in detect) return [printJs(detect.stmts, options), `    const born = ${detect.fired} > 0.5;`];
  return [
    `    const above = ${detect.state} > ${detect.threshold};`,
    `    const born = above && armed === 1;`,
    `    armed = above ? 0 : 1;`,
  ];
}
