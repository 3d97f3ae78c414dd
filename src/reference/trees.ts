import type { CompiledCells } from "../compile/compiled.ts";
import { DRAWN, type TreeDraw, type TreeProgram, type TreeReceptors, type TreeRegion } from "../compile/cells/step-program.ts"; // prettier-ignore
import type { Expr, Stmt } from "../lang/expr.ts";
import { freeNames } from "../lang/names.ts";
import { printJs, toJs } from "../lang/print.ts";

/** Over the cells of a thread. */
export const CELL_LOOP =
  "for (let e = block.own.entries.first; e < block.own.entries.end; e++) for (let c = block.own.cells.first; c < block.own.cells.end; c++) {";

/** Prints a large tree's step as the lines of an integrate function (see cells.ts): the phases of a step as loops over nodes. */
export function printTree(cells: CompiledCells, program: TreeProgram, f32: boolean): string[] {
  return new TreePrinter(cells, program, f32).lines();
}

/** The detection on its own; the rest of the loop is that of small cells. */
export function treeDetection(cells: CompiledCells, program: TreeProgram): string[] {
  const { offset, cellStride, entryStride } = cells.params;
  const column = program.params.indexOf(program.detect.threshold);
  const threshold = `b_params[${offset[column]} + c * ${cellStride[column]} + e * ${entryStride[column]}]`;
  const V = `b_state[${program.states.indexOf(program.detect.state)} * N + g]`;
  return [`  const above = ${V} > ${threshold}, born = above && armed === 1;`, `  armed = above ? 0 : 1;`];
}

class TreePrinter {
  readonly #cells: CompiledCells;
  readonly #p: TreeProgram;
  readonly #f32: boolean;
  readonly #column: ReadonlyMap<string, number>;
  readonly #row: ReadonlyMap<string, number>;

  constructor(cells: CompiledCells, program: TreeProgram, f32: boolean) {
    this.#cells = cells;
    this.#p = program;
    this.#f32 = f32;
    this.#column = new Map(program.params.map((id, k) => [id, k]));
    this.#row = new Map(program.states.map((id, k) => [id, k]));
  }

  lines(): string[] {
    const { n, firstSource, traces } = this.#cells;
    const { detect, parents, clampInputs, regions, receptors } = this.#p;
    const array = this.#f32 ? "Float32Array" : "Float64Array";
    return [
      `const M = ${parents.length}, P = [${parents.join(",")}];`,
      `const G = new ${array}(M), I = new ${array}(M), D = new ${array}(M), R = new ${array}(M);`,
      ...regions.map((r, k) => `const region${k} = [${r.nodes.join(",")}];`),
      ...[...regions, ...receptors].flatMap(({ draws }) =>
        draws.map(({ input, streams }) => `const stream_${input} = [${streams.join(",")}];`),
      ),
      ...receptors.flatMap((r, k) => [
        `const at${k} = [${r.nodes.join(",")}];`,
        `const slot${k} = [${this.#slots(r).join(",")}];`,
        `const scale${k} = [${r.input.join(",")}];`,
      ]),
      CELL_LOOP,
      `  const g = e * ${n} + c, N = block_entries * ${n}, S = b_state, Q = b_params;`,
      ...this.#shared().map((id) => `  const ${id} = ${this.#param(id, "0")};`),
      ...traces.map((_, k) => `  const row_${k} = b_traceRow[${k}][c];`),
      ...clampInputs.map(
        ({ clamp, each }, k) =>
          `  const gain_${k} = b_gains[${clamp}][g], signal_${k} = b_clampRow[${clamp}][${each ? "g" : "e"}] * block_clampSteps + block_clampFrom;`,
      ),
      `  let armed = b_armed[g], sound = true;`,
      `  for (let t = 0; t < block_steps; t++) {`,
      ...(this.#cells.detectsFirst === true
        ? []
        : [
            `    const above = ${this.#state(this.#row.get(detect.state) as number)} > ${detect.threshold};`,
            `    if (above && armed === 1) spike(block_step + t, e * block_nSources + ${firstSource} + c);`,
            `    armed = above ? 0 : 1;`,
          ]),
      `    const slots = (t * block_entries + e) * block_slots + c;`,
      ...clampInputs.map(
        ({ input }, k) =>
          `    const ${input} = ${this.#fr(`${this.#fr(`gain_${k}`)} * ${this.#fr(`b_clamps[signal_${k} + t]`)}`)};`,
      ),
      `    G.fill(0); I.fill(0);`,
      ...receptors.flatMap((r, k) => this.#receive(r, k)),
      ...regions.flatMap((r, k) =>
        this.#loop(r, k, r.currents, [
          `G[i] ${this.#f32 ? "= fr(G[i] + G_)" : "+= G_"};`,
          `I[i] ${this.#f32 ? "= fr(I[i] + I_)" : "+= I_"};`,
        ]),
      ),
      ...this.#p.injections.map((i) => this.#inject(i)),
      ...this.#samples("current"),
      ...this.#solve(),
      ...regions.flatMap((r, k) => this.#loop(r, k, r.advance, [])),
      ...receptors.flatMap((r, k) => this.#decay(r, k)),
      ...this.#samples("state"),
      `  }`,
      `  b_armed[g] = armed;`,
      `  if (!sound) b_unsound();`,
      `}`,
    ];
  }

  /** A current out of the sum of currents, or a voltage behind a conductance. */
  #inject({ node, input, conductance }: TreeProgram["injections"][number]): string {
    if (conductance === undefined) return `    I[${node}] = ${this.#fr(`I[${node}] - ${input}`)};`;
    const [above, low] = [this.#fr(`${this.#state(node)} - ${input}`), this.#state(this.#p.lowRow + node)];
    const flow = this.#fr(`${conductance} * ${this.#fr(`${above} + ${low}`)}`);
    return `    G[${node}] = ${this.#fr(`G[${node}] + ${conductance}`)}; I[${node}] = ${this.#fr(`I[${node}] + ${flow}`)};`;
  }

  #fr(x: string): string {
    return this.#f32 ? `fr(${x})` : `(${x})`;
  }

  #state(row: number | string): string {
    return typeof row === "number" ? `S[${row} * N + g]` : `S[(${row}) * N + g]`;
  }

  #param(id: string, node: string): string {
    const k = this.#column.get(id) as number;
    const { offset, cellStride, entryStride, nodeStride } = this.#cells.params;
    return `Q[${offset[k]} + ${node} * ${nodeStride[k]} + c * ${cellStride[k]} + e * ${entryStride[k]}]`;
  }

  /** Parameters that are the same at every node: read once per cell. */
  #shared(): string[] {
    return this.#p.params.filter((id) => this.#varies(id) === false);
  }

  #varies(id: string): boolean | undefined {
    const k = this.#column.get(id);
    return k === undefined ? undefined : (this.#cells.params.nodeStride[k] as number) > 0;
  }

  /** Node parameters that some expressions read, as declarations for node `j` of a loop. */
  #declare(exprs: readonly Expr[]): string[] {
    const read = new Set(exprs.flatMap((x) => [...freeNames(x)]));
    return [...read].filter((id) => this.#varies(id)).map((id) => `      const ${id} = ${this.#param(id, "j")};`);
  }

  #loop(region: TreeRegion, k: number, stmts: TreeRegion["currents"], after: readonly string[]): string[] {
    const rename = (id: string): string => (id === "G" || id === "I" ? `${id}_` : id);
    const written = new Set(
      stmts.flatMap((s) => (s.op === "let" ? [] : [s.name, ...(s.carry === undefined ? [] : [s.carry])])),
    );
    const row = (s: number): string => this.#state(`${region.firstRow + s} + j * ${region.width}`);
    return [
      `    for (let j = 0; j < ${region.nodes.length}; j++) {`,
      `      const i = region${k}[j], V = S[i * N + g];`,
      ...(written.has("G") ? [`      let G_ = 0, I_ = 0;`] : []),
      ...region.states.map((s, m) => `      let ${s} = ${row(m)};`),
      ...this.#declare(stmts.map((s) => s.value)),
      ...this.#draw(region.draws, stmts),
      printJs(stmts, { f32: this.#f32, rename, indent: "      " }),
      ...region.states.flatMap((s, m) => (written.has(s) ? [`      ${row(m)} = ${s};`] : [])),
      ...after.map((l) => `      ${l}`),
      `    }`,
    ];
  }

  /** What statements of a loop draw, for its j-th. */
  #draw(draws: readonly TreeDraw[], stmts: readonly Stmt[]): string[] {
    const read = new Set(stmts.flatMap((s) => [...freeNames(s.value)]));
    return draws.flatMap(({ input, law }) => (read.has(input) ? [`      const ${input} = ${DRAWN[law]}(b_seeds[e], stream_${input}[j], c, block_step + t);`] : []));
  } // prettier-ignore

  #slots(r: TreeReceptors): number[] {
    return [...r.input].map((k) => (k < 0 ? -1 : (this.#cells.receptors[k] as { slot: number }).slot));
  }

  #receive(r: TreeReceptors, k: number): string[] {
    const read = [...r.receive, ...r.currents].map((s) => s.value);
    const input = this.#fr(
      `${this.#fr(`b_acc[slots + slot${k}[j]]`)} * b_inputScale[scale${k}[j] * block_entries + e]`,
    );
    return [
      ...this.#receptorHead(r, k),
      ...this.#declare(read),
      ...this.#draw(r.draws, [...r.receive, ...r.currents]),
      ...(r.everyStep ? [`      let w = 0;`] : []),
      `      if (slot${k}[j] >= 0) { ${r.everyStep ? "" : "const "}w = ${input}; b_acc[slots + slot${k}[j]] = 0;`,
      ...(r.everyStep ? [`      }`] : []),
      printJs(r.receive, { f32: this.#f32, indent: "        " }),
      ...(r.everyStep ? [] : [`      }`]),
      ...this.#storeReceptor(r),
      printJs(r.currents, { f32: this.#f32, indent: "      " }),
      `      G[i] = ${this.#fr("G[i] + g_")}; I[i] = ${this.#fr("I[i] + i_")};`,
      `    }`,
    ];
  }

  #decay(r: TreeReceptors, k: number): string[] {
    return [
      ...this.#receptorHead(r, k),
      ...this.#declare(r.decay.map((s) => s.value)),
      ...this.#draw(r.draws, r.decay),
      printJs(r.decay, { f32: this.#f32, indent: "      " }),
      ...this.#storeReceptor(r),
      `    }`,
    ];
  }

  #receptorHead(r: TreeReceptors, k: number): string[] {
    const row = (s: number): string => this.#state(`${r.firstRow + s} + j * ${r.states.length}`);
    return [
      `    for (let j = 0; j < ${r.nodes.length}; j++) {`,
      `      const i = at${k}[j], V = S[i * N + g];`,
      ...r.states.map((s, m) => `      let ${s} = ${row(m)};`),
    ];
  }

  #storeReceptor(r: TreeReceptors): string[] {
    return r.states.map((s, m) => `      ${this.#state(`${r.firstRow + m} + j * ${r.states.length}`)} = ${s};`);
  }

  #solve(): string[] {
    const { axial, diagonal, factor, lowRow } = this.#p;
    const a = this.#param(axial, "i");
    const f = (x: string): string => this.#fr(x);
    const change = factor === 1 ? "R[i]" : f("2 * R[i]");
    return [
      `    for (let i = 0; i < M; i++) { D[i] = ${f(`${this.#param(diagonal, "i")} + G[i]`)}; R[i] = -I[i]; }`,
      `    for (let i = 1; i < M; i++) { const p = P[i], flow = ${f(`${a} * ${f("S[p * N + g] - S[i * N + g]")}`)}; R[i] = ${f("R[i] + flow")}; R[p] = ${f("R[p] - flow")}; }`,
      `    for (let i = M - 1; i > 0; i--) { const p = P[i], a = ${a}, q = ${f("a / D[i]")}; D[p] = ${f(`D[p] - ${f("q * a")}`)}; R[p] = ${f(`R[p] + ${f("q * R[i]")}`)}; }`,
      `    R[0] = ${f("R[0] / D[0]")};`,
      `    for (let i = 1; i < M; i++) R[i] = ${f(`${f(`R[i] + ${f(`${a} * R[P[i]]`)}`)} / D[i]`)};`,
      this.#f32 && lowRow >= 0
        ? `    for (let i = 0; i < M; i++) { const v = S[i * N + g], low = (${lowRow} + i) * N + g, more = fr(${change} + S[low]), sum = fr(v + more); S[low] = fr(more - fr(sum - v)); S[i * N + g] = sum; }`
        : `    for (let i = 0; i < M; i++) S[i * N + g] = ${f(`S[i * N + g] + ${change}`)};`,
      `    for (let i = 0; i < M; i++) sound = sound && Math.abs(S[i * N + g]) <= b_potentialLimit;`,
    ];
  }

  #samples(phase: "state" | "current"): string[] {
    const rename = (id: string): string => {
      const row = this.#row.get(id);
      return row === undefined ? id : this.#state(row);
    };
    return this.#cells.traces.flatMap((t, k) => {
      if (t.phase !== phase) return [];
      const label = phase === "state" ? "block_step + t + 1" : "block_step + t";
      const at = `((${label}) / ${t.everySteps} - b_traceFrom[${k}]) * block_entries + e`;
      return [
        `    if (row_${k} >= 0 && (${label}) % ${t.everySteps} === 0) b_traces[${k}][(${at}) * ${t.cells.length} + row_${k}] = ${toJs(t.value, { f32: this.#f32, rename })};`,
      ];
    });
  }
}
