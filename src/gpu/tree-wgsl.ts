import type { CompiledCells, CompiledTrace } from "../compile/compiled.ts";
import { DRAWN, type TreeDraw, type TreeProgram, type TreeReceptors, type TreeRegion } from "../compile/cells/step-program.ts"; // prettier-ignore
import type { Expr, Stmt } from "../lang/expr.ts";
import { freeNames } from "../lang/names.ts";
import { magnitude, STATE_LIMIT } from "../host/soundness.ts";
import { clampPlace } from "./model-wgsl.ts";
import { drawsOf, type RowLayout, rowLayout, sumGroups, type TreeTable, type VoltageSumTrace } from "./tree-table.ts";
import { mathFunctions, printWgsl, toWgsl } from "../lang/print.ts";

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
        ({ input }, k) =>
          `var<private> ${input}: f32;\nvar<private> ${before(input)}: f32;\nvar<private> gain_${k}: f32;\nvar<private> signal_${k}: u32;`,
      ),
      ...(drawsOf(this.#p).length > 0 ? ["var<private> seed: u32;\nvar<private> element: u32;"] : []),
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
      `fn regions(advance: bool, run: bool, t: u32) {\n${regions.map((_, k) => `  region_${k}(advance, run, t);`).join("\n")}\n}`,
      this.#inputs(),
      this.#inject(),
      this.#sampling(),
    ].join("\n");
    const imports = [
      "import package::trees::{block, shape, rows, gates, params, table, clamps, traces, param_base, input_sum, opaque, g, all};",
      ...[...new Set(drawsOf(this.#p).map(({ law }) => DRAWN[law]))].map((fn) => `import package::gauss::${fn};`),
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
      ...(drawsOf(this.#p).length > 0 ? [`seed = table[${this.#t.start("seeds")}u + entry];`, "element = cell;"] : []),
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
      ...this.#advance(r.draws, r.decay),
      `    if (run) {`,
      ...this.#draw(r.draws, [...r.receive, ...r.currents], "t"),
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

  /** What is given in a pass that runs step t; states advance by what was given in the pass before. */
  #inputs(): string {
    const { clampInputs } = this.#p;
    const were = clampInputs.map(({ input }) => `  ${before(input)} = ${input};`);
    const given = clampInputs.map(({ input }, k) => `    ${input} = gain_${k} * clamps[signal_${k} + t];`);
    return `fn inputs(t: u32, run: bool) {\n${[...were, "  if (run) {", ...given, "  }"].join("\n")}\n}`;
  }

  /** States over the step before. */
  #advance(draws: readonly TreeDraw[], stmts: readonly Stmt[]): string[] {
    const given = new Set(this.#p.clampInputs.map(({ input }) => input));
    const rename = (id: string): string => (given.has(id) ? before(id) : id);
    return [`    if (advance) {`, ...this.#draw(draws, stmts, "t - 1u"), printWgsl(stmts, { indent: "      ", rename }), `    }`]; // prettier-ignore
  }

  /** What statements of a loop draw at a step, for its j-th. */
  #draw(draws: readonly TreeDraw[], stmts: readonly Stmt[], step: string): string[] {
    const read = new Set(stmts.flatMap((s) => [...freeNames(s.value)]));
    return draws.flatMap(({ input, law }) => (read.has(input) ? [`      let ${input} = ${DRAWN[law]}(seed, table[${this.#t.start(input)}u + j], element, block.step + ${step});`] : []));
  } // prettier-ignore

  /** Currents out of the sums of currents, voltages behind conductances into both sums. */
  #inject(): string {
    const { injections } = this.#p;
    const row = (kind: string, node: number): string => `rows[(${kind} + ${node}u) * all + g]`;
    const act = injections.flatMap(({ node, input, conductance }) =>
      conductance === undefined
        ? [`  ${row("CURRENT", node)} -= ${input};`]
        : [
            `  ${row("CONDUCTANCE", node)} += ${conductance};`,
            `  ${row("CURRENT", node)} += ${conductance} * (rows[${node}u * all + g] - ${input} + ${row("LOW", node)});`, // with what it carries
          ],
    );
    return `fn inject() {\n${act.join("\n")}\n}`;
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
      `fn region_${k}(advance: bool, run: bool, t: u32) {`,
      `  let length = table[${this.#t.start("lengths") + k}u];`,
      `  for (var j = 0u; j < length; j++) {`,
      `    let i = table[${this.#t.start(`region${k}`)}u + j];`,
      `    let V = rows[i * all + g];`,
      ...Array.from({ length: quads }, (_, q) => `    let quad_${q} = ${quad(q)};`),
      ...r.states.map((s, m) => `    var ${s} = quad_${Math.floor(m / 4)}.${"xyzw"[m % 4]};`),
      ...this.#declare(all, "    "),
      ...this.#advance(r.draws, r.advance),
      `    if (run) {`,
      ...this.#draw(r.draws, r.currents, "t"),
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

/** What an input was in the step before. */
const before = (input: string): string => `before_${input}`;

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
