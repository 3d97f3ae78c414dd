import type { CompiledCells, CompiledTrace } from "../compile/compiled.ts";
import type { TreeProgram, TreeReceptors, TreeRegion } from "../compile/cells/step-program.ts";
import type { Expr, Stmt } from "../lang/expr.ts";
import { freeNames } from "../lang/names.ts";
import { magnitude, STATE_LIMIT } from "../host/soundness.ts";
import { clampPlace } from "./model-wgsl.ts";
import { mathFunctions, printWgsl, toWgsl } from "../lang/print.ts";

/** Rows of the `rows` buffer of shaders/trees.wgsl. */
export interface RowLayout {
  readonly receptors: number; // first row of the receptors' states
  readonly conductance: number;
  readonly current: number;
  readonly armed: number;
  /** what each voltage carries, where they do. */
  readonly low: number;
  readonly rows: number;
  /** vec4s of gates per cell. */
  readonly quads: number;
}

export function rowLayout(p: TreeProgram): RowLayout {
  const nodes = p.parents.length;
  const receptorRows = p.receptors.reduce((sum, r) => sum + r.nodes.length * r.states.length, 0);
  const conductance = nodes + receptorRows;
  const quads = p.regions.reduce((sum, r) => sum + (r.nodes.length * r.width) / 4, 0);
  return {
    receptors: nodes,
    conductance,
    current: conductance + nodes,
    armed: conductance + 2 * nodes,
    low: conductance + 2 * nodes + 1,
    rows: conductance + 2 * nodes + 1 + (p.lowRow < 0 ? 0 : nodes),
    quads,
  };
}

/** The words of `table` by name, and where each begins. */
export class TreeTable {
  readonly words: number[] = [];
  readonly at = new Map<string, number>();

  constructor(
    cells: CompiledCells,
    p: TreeProgram,
    clampRow: (clamp: number) => ArrayLike<number>,
    scales: (input: number) => ArrayLike<number>,
  ) {
    this.#put(
      "parents",
      Array.from(p.parents, (x) => Math.max(0, x)),
    );
    const runs = chainRuns(p.parents);
    this.#put("runs", [runs.length, ...runs.flat()]);
    // lengths of loops are read, not written out: a driver that knows them unrolls, and then compiles for half a minute
    this.#put(
      "lengths",
      [...p.regions, ...p.receptors].map((r) => r.nodes.length),
    );
    p.regions.forEach((r, k) => this.#put(`region${k}`, [...r.nodes]));
    p.receptors.forEach((r, k) => {
      this.#put(`nodes${k}`, [...r.nodes]);
      this.#put(
        `slots${k}`,
        Array.from(r.input, (i) => (i < 0 ? 0 : (cells.receptors[i] as { slot: number }).slot)),
      );
      this.#put(
        `inputs${k}`,
        Array.from(r.input, (i) => (i < 0 ? cells.receptors.length : i)),
      );
    });
    cells.traces.forEach((t, k) => {
      const row = new Uint32Array(cells.n).fill(0xffffffff);
      t.cells.forEach((c, j) => (row[c] = j));
      this.#put(`trace${k}`, [...row]);
    });
    const groups = sumGroups(cells, p);
    for (const [every, traces] of groups) {
      const records = traces.map(({ trace, terms }) => {
        const bits = new Uint32Array(Float32Array.from(terms, (t) => t.weight).buffer);
        const width = (cells.traces[trace] as CompiledTrace).cells.length;
        return [
          trace,
          this.start(`trace${trace}`),
          width,
          terms.length,
          ...terms.flatMap((t, k) => [t.node, bits[k] as number]),
        ];
      });
      this.#put(`sums${every}`, [traces.length, ...records.flat()]);
    }
    // What grows with the batch comes last, so that the printed places, and with them a cached shader, suit any batch.
    this.#put(
      "clamps",
      p.clampInputs.flatMap(({ clamp }) => [...(clampRow(clamp) as number[])]),
    );
    const linked = cells.receptors.flatMap((_, k) => [...(scales(k) as number[])]);
    const none = Array.from(scales(0), () => 0); // receptors without links take any sum, times 0: a branch would cost more
    this.#put("scales", [...new Uint32Array(new Float32Array([...linked, ...none]).buffer)]);
    this.#put(
      "heads",
      cells.traces.flatMap(() => [0, 0]),
    );
  }

  start(name: string): number {
    return this.at.get(name) as number;
  }

  #put(name: string, words: readonly number[]): void {
    this.at.set(name, this.words.length);
    for (const w of words) this.words.push(w);
  }
}

/** A trace that is a weighted sum of voltages: read in one loop from the table, since hundreds of printed ones take minutes to compile. */
interface VoltageSumTrace {
  readonly trace: number;
  readonly terms: readonly { readonly node: number; readonly weight: number }[];
}

/** By the number of steps between samples. */
function sumGroups(cells: CompiledCells, p: TreeProgram): Map<number, VoltageSumTrace[]> {
  const groups = new Map<number, VoltageSumTrace[]>();
  const node = new Map(p.states.slice(0, p.parents.length).map((id, k) => [id, k]));
  cells.traces.forEach(({ phase, value, everySteps }, trace) => {
    const terms = phase === "state" ? linear(value, node) : undefined;
    if (terms !== undefined) groups.set(everySteps, [...(groups.get(everySteps) ?? []), { trace, terms }]);
  });
  return groups;
}

/** The terms of a sum of voltages with literal weights; undefined for anything else. */
function linear(e: Expr, node: ReadonlyMap<string, number>): VoltageSumTrace["terms"] | undefined {
  if (e.kind === "name") {
    const found = node.get(e.name);
    return found === undefined ? undefined : [{ node: found, weight: 1 }];
  }
  if (e.kind !== "binary") return undefined;
  if (e.op === "*" && e.left.kind === "number") {
    const { value } = e.left;
    return linear(e.right, node)?.map((t) => ({ ...t, weight: value * t.weight }));
  }
  if (e.op !== "+") return undefined;
  const [left, right] = [linear(e.left, node), linear(e.right, node)];
  return left === undefined || right === undefined ? undefined : [...left, ...right];
}

/** Maximal runs of nodes whose parent is the node before. */
function chainRuns(parents: Int32Array): [number, number][] {
  const runs: [number, number][] = [];
  parents.forEach((p, i) => {
    const last = runs.at(-1);
    if (last !== undefined && p === i - 1) last[1] = i;
    else runs.push([i, i]);
  });
  return runs;
}

/** The virtual module `model` of a large cell. */
export function treeWgsl(cells: CompiledCells, program: TreeProgram, table: TreeTable): string {
  return new TreeWgsl(cells, program, table).text();
}

class TreeWgsl {
  readonly #cells: CompiledCells;
  readonly #p: TreeProgram;
  readonly #t: TreeTable;
  readonly #rows: RowLayout;
  readonly #column: ReadonlyMap<string, number>;
  readonly #state: ReadonlyMap<string, string>; // state name -> its load
  readonly #sums: ReadonlyMap<number, readonly VoltageSumTrace[]>;
  readonly #printed: readonly (readonly [CompiledTrace, number])[]; // traces that are not sums, with their indices

  constructor(cells: CompiledCells, program: TreeProgram, table: TreeTable) {
    this.#cells = cells;
    this.#p = program;
    this.#t = table;
    this.#rows = rowLayout(program);
    this.#column = new Map(program.params.map((id, k) => [id, k]));
    this.#state = this.#loads();
    this.#sums = sumGroups(cells, program);
    const sums = new Set([...this.#sums.values()].flat().map((t) => t.trace));
    this.#printed = cells.traces.flatMap((t, k) => (sums.has(k) ? [] : [[t, k] as const]));
  }

  text(): string {
    const { params, clampInputs, receptors, regions, factor, detect, axial, diagonal } = this.#p;
    const body = [
      ...params.map((id) => (this.#varies(id) ? `var<private> at_${id}: u32;` : `var<private> ${id}: f32;`)),
      `var<private> axial: u32;\nvar<private> axial_stride: u32;\nvar<private> diagonal: u32;\nvar<private> diagonal_stride: u32;`,
      ...clampInputs.map(
        ({ input }, k) => `var<private> ${input}: f32;\nvar<private> gain_${k}: f32;\nvar<private> signal_${k}: u32;`,
      ),
      ...this.#printed.map(
        ([, k]) => `var<private> row_${k}: u32;\nvar<private> next_${k}: u32;\nvar<private> sample_at_${k}: u32;`,
      ),
      `const CONDUCTANCE = ${this.#rows.conductance}u;\nconst CURRENT = ${this.#rows.current}u;\nconst ARMED = ${this.#rows.armed}u;\nconst CARRIES = ${String(this.#p.lowRow >= 0)};\nconst LOW = ${this.#rows.low}u;`,
      `const LARGEST = ${magnitude(STATE_LIMIT)}u;`,
      `const QUADS = ${this.#rows.quads}u;`,
      `const FACTOR = ${factor}.0;`,
      `const DETECTS = ${String(this.#cells.detectsFirst !== true)};`,
      `const NEEDS_ADVANCE = ${String(this.#needsAdvance())};`,
      this.#load(axial, diagonal),
      `fn above() -> bool { return ${this.#state.get(detect.state)} > ${detect.threshold}; }`,
      ...receptors.map((r, k) => this.#receptorFunction(r, k)),
      `fn receptors(advance: bool, run: bool, t: u32, cell: u32, entry: u32) {`,
      `  if (run) { for (var i = 0u; i < shape.nodes; i++) { rows[(CONDUCTANCE + i) * all + g] = 0.0; rows[(CURRENT + i) * all + g] = 0.0; } }`,
      ...receptors.map((_, k) => `  receptors_${k}(advance, run, t, cell, entry);`),
      `}`,
      ...regions.map((r, k) => this.#regionFunction(r, k)),
      `fn regions(advance: bool, run: bool) {\n${regions.map((_, k) => `  region_${k}(advance, run);`).join("\n")}\n}`,
      this.#inject(),
      this.#sampling(),
    ].join("\n");
    const imports = [
      "import package::trees::{block, shape, rows, gates, params, table, clamps, traces, param_base, input_sum, opaque, g, all};",
      ...mathFunctions(body).map((f) => `import package::math::${f};`),
    ];
    return `${imports.join("\n")}\n${body}\n`;
  }

  #varies(id: string): boolean {
    return (this.#cells.params.nodeStride[this.#column.get(id) as number] as number) > 0;
  }

  /** How each state is read outside its loop: in traces and by the detector. */
  #loads(): Map<string, string> {
    const { states, parents, regions, receptors, lowRow } = this.#p;
    const loads = new Map<string, string>();
    for (let i = 0; i < parents.length; i++) {
      loads.set(states[i] as string, `rows[${i}u * all + g]`);
      if (lowRow >= 0) loads.set(states[lowRow + i] as string, `rows[${this.#rows.low + i}u * all + g]`);
    }
    let quad = 0;
    for (const r of regions) {
      for (let k = 0; k < r.nodes.length * r.width; k++) {
        loads.set(states[r.firstRow + k] as string, `gates[${quad + Math.floor(k / 4)}u * all + g].${"xyzw"[k % 4]}`);
      }
      quad += (r.nodes.length * r.width) / 4;
    }
    let row = this.#rows.receptors;
    for (const r of receptors) {
      for (let k = 0; k < r.nodes.length * r.states.length; k++, row++)
        loads.set(states[r.firstRow + k] as string, `rows[${row}u * all + g]`);
    }
    return loads;
  }

  #load(axial: string, diagonal: string): string {
    const { clampInputs, params } = this.#p;
    const lines = [
      ...params.flatMap((id, k) =>
        this.#varies(id)
          ? [`at_${id} = param_base(${k}u, cell, entry);`]
          : [`${id} = params[param_base(${k}u, cell, entry)];`],
      ),
      ...[axial, diagonal].flatMap((id, k) => {
        const to = ["axial", "diagonal"][k];
        return [
          `${to} = param_base(${this.#column.get(id)}u, cell, entry);`,
          `${to}_stride = shape.strides[${this.#column.get(id)}].w;`,
        ];
      }),
      ...clampInputs.flatMap(({ each }, k) => [
        `gain_${k} = params[shape.gains + ${k}u * all + g];`,
        `signal_${k} = table[${this.#t.start("clamps")}u + ${clampPlace(this.#cells, k)} + ${each ? "g" : "entry"}] * block.stride + block.offset;`,
      ]),
      ...this.#printed.flatMap(([t, k]) => {
        const m = t.everySteps;
        const first = t.phase === "state" ? `block.step / ${m}u + 1u` : `(block.step + ${m - 1}u) / ${m}u`;
        return [
          `row_${k} = table[${this.#t.start(`trace${k}`)}u + cell];`,
          `let first_${k} = ${first};`,
          `next_${k} = first_${k} * ${m}u;`,
          `sample_at_${k} = table[shape.heads + ${2 * k + 1}u] + ((first_${k} - table[shape.heads + ${2 * k}u]) * shape.entries + entry) * ${t.cells.length}u + row_${k};`,
        ];
      }),
    ];
    return `fn load(cell: u32, entry: u32) {\n${lines.map((l) => `  ${l}`).join("\n")}\n}`;
  }

  /** Declarations of the node parameters that expressions read, for node `j` of a loop. */
  #declare(exprs: readonly Expr[], indent: string): string[] {
    const read = new Set(exprs.flatMap((x) => [...freeNames(x)]));
    return [...read]
      .filter((id) => this.#column.has(id) && this.#varies(id))
      .map((id) => `${indent}let ${id} = params[at_${id} + j * shape.strides[${this.#column.get(id)}].w];`);
  }

  #receptorFunction(r: TreeReceptors, k: number): string {
    const first = this.#receptorRow(k);
    const row = (m: number): string => `rows[(${first + m}u + j * ${r.states.length}u) * all + g]`;
    return [
      `fn receptors_${k}(advance: bool, run: bool, t: u32, cell: u32, entry: u32) {`,
      `  let length = table[${this.#t.start("lengths") + this.#p.regions.length + k}u];`,
      `  for (var j = 0u; j < length; j++) {`,
      `    let i = table[${this.#t.start(`nodes${k}`)}u + j];`,
      ...r.states.map((s, m) => `    var ${s} = ${row(m)};`),
      ...this.#declare(
        [...r.receive, ...r.currents, ...r.decay].map((s) => s.value),
        "    ",
      ),
      `    let V = rows[i * all + g];`,
      `    if (advance) {\n${printWgsl(r.decay, { indent: "      " })}\n    }`,
      `    if (run) {`,
      this.#cells.receptors.length === 0 ? `      let w = 0.0;` : this.#weight(k),
      printWgsl(r.receive, { indent: "      " }),
      printWgsl(r.currents, { indent: "      " }),
      `      rows[(CONDUCTANCE + i) * all + g] += g_;`,
      `      rows[(CURRENT + i) * all + g] += i_;`,
      `    }`,
      ...r.states.map((s, m) => `    ${row(m)} = ${s};`),
      `  }`,
      `}`,
    ].join("\n");
  }

  /** Currents out of the sums of currents, voltages behind conductances into both sums. */
  #inject(): string {
    const { clampInputs, injections } = this.#p;
    const given = clampInputs.map(({ input }, k) => `  ${input} = gain_${k} * clamps[signal_${k} + t];`);
    const row = (kind: string, node: number): string => `rows[(${kind} + ${node}u) * all + g]`;
    const act = injections.flatMap(({ node, input, conductance }) =>
      conductance === undefined
        ? [`  ${row("CURRENT", node)} -= ${input};`]
        : [
            `  ${row("CONDUCTANCE", node)} += ${conductance};`,
            `  ${row("CURRENT", node)} += ${conductance} * (rows[${node}u * all + g] - ${input} + ${row("LOW", node)});`, // with what it carries
          ],
    );
    return `fn inject(t: u32) {\n${[...given, ...act].join("\n")}\n}`;
  }

  #weight(k: number): string {
    const scales = `${this.#t.start("clamps")}u + ${clampPlace(this.#cells, this.#p.clampInputs.length)}`;
    const scale = `bitcast<f32>(table[${scales} + table[${this.#t.start(`inputs${k}`)}u + j] * shape.entries + entry])`;
    return `      let w = f32(input_sum(table[${this.#t.start(`slots${k}`)}u + j] + cell, t, entry)) * ${scale};`;
  }

  #receptorRow(k: number): number {
    return this.#p.receptors
      .slice(0, k)
      .reduce((sum, r) => sum + r.nodes.length * r.states.length, this.#rows.receptors);
  }

  #regionFunction(r: TreeRegion, k: number): string {
    const quads = r.width / 4;
    const firstQuad = this.#p.regions.slice(0, k).reduce((sum, x) => sum + (x.nodes.length * x.width) / 4, 0);
    const quad = (q: number): string => `gates[(${firstQuad + q}u + j * ${quads}u) * all + g]`;
    const parts = (q: number): string[] => [0, 1, 2, 3].map((m) => r.states[4 * q + m] ?? "0.0");
    const rename = (id: string): string => (id === "G" || id === "I" ? `${id}_` : id);
    const all = [...r.advance, ...r.currents].map((s: Stmt) => s.value);
    return [
      `fn region_${k}(advance: bool, run: bool) {`,
      `  let length = table[${this.#t.start("lengths") + k}u];`,
      `  for (var j = 0u; j < length; j++) {`,
      `    let i = table[${this.#t.start(`region${k}`)}u + j];`,
      `    let V = rows[i * all + g];`,
      ...Array.from({ length: quads }, (_, q) => `    let quad_${q} = ${quad(q)};`),
      ...r.states.map((s, m) => `    var ${s} = quad_${Math.floor(m / 4)}.${"xyzw"[m % 4]};`),
      ...this.#declare(all, "    "),
      `    if (advance) {\n${printWgsl(r.advance, { indent: "      " })}\n    }`,
      `    if (run) {`,
      `      var G_ = 0.0;\n      var I_ = 0.0;`,
      printWgsl(r.currents, { indent: "      ", rename }),
      `      rows[(CONDUCTANCE + i) * all + g] += G_;`,
      `      rows[(CURRENT + i) * all + g] += I_;`,
      `    }`,
      ...Array.from({ length: quads }, (_, q) => `    ${quad(q)} = vec4f(${parts(q).join(", ")});`),
      `  }`,
      `}`,
    ].join("\n");
  }

  /** Whether a state trace reads gates or receptors, which advance one pass late. */
  #needsAdvance(): boolean {
    const { states, parents, lowRow } = this.#p;
    const rows = (first: number): readonly string[] => (first < 0 ? [] : states.slice(first, first + parents.length));
    const voltages = new Set([...rows(0), ...rows(lowRow)]);
    return this.#printed.some(
      ([t]) => t.phase === "state" && [...freeNames(t.value)].some((id) => this.#state.has(id) && !voltages.has(id)),
    );
  }

  #sampling(): string {
    const rename = (id: string): string => this.#state.get(id) ?? id;
    const write = ([t, k]: readonly [CompiledTrace, number]): string =>
      `  if (now == next_${k}) {\n    if (row_${k} != 0xffffffffu) { traces[sample_at_${k}] = ${toWgsl(t.value, rename)}; }\n    sample_at_${k} += shape.entries * ${t.cells.length}u;\n    next_${k} += ${t.everySteps}u;\n  }`;
    const of = (phase: "state" | "current") => this.#printed.filter(([t]) => t.phase === phase);
    const everies = [...this.#sums.keys()];
    const due = [...of("state").map(([, k]) => `now == next_${k}`), ...everies.map((m) => `now % ${m}u == 0u`)].join(
      " || ",
    );
    const sums = everies.map(
      (m) => `  if (now % ${m}u == 0u) { sample_sums(${this.#t.start(`sums${m}`)}u, now / ${m}u); }`,
    );
    return [
      `fn due(now: u32) -> bool { return ${due === "" ? "false" : due}; }`,
      ...(everies.length > 0 ? [SAMPLE_SUMS] : []),
      `fn sample(now: u32) {\n${[...sums, ...of("state").map(write)].join("\n")}\n}`,
      `fn sample_currents(now: u32) {\n${of("current").map(write).join("\n")}\n}`,
    ].join("\n");
  }
}

/** Writes sample number `sample` of every weighted sum of voltages that `first` lists; see TreeTable. */
const SAMPLE_SUMS = `fn sample_sums(first: u32, sample: u32) {
  let entry = g / shape.n;
  let cell = g % shape.n;
  var at = first + 1u;
  for (var k = 0u; k < table[first]; k++) {
    let head = shape.heads + 2u * table[at];
    let row = table[table[at + 1u] + cell];
    let width = table[at + 2u];
    let terms = table[at + 3u];
    var sum = 0.0;
    for (var j = 0u; j < terms; j++) { sum += bitcast<f32>(table[at + 5u + 2u * j]) * rows[table[at + 4u + 2u * j] * all + g]; }
    if (row != 0xffffffffu) { traces[table[head + 1u] + ((sample - table[head]) * shape.entries + entry) * width + row] = sum; }
    at += 4u + 2u * terms;
  }
}`;
