// Writes the tables of README, docs/connections.md and docs/performance.md from measurements that are committed: bench/results/*.json (npm run bench) and
// bench/results/verify-*.json (hillock verify test/reference/motor-pool --json, with --engine gpu and reference). `--check` only compares.
import { readFileSync, writeFileSync } from "node:fs";

const file = (path) => new URL(`../${path}`, import.meta.url);
const read = (path) => JSON.parse(readFileSync(file(path), "utf8"));

const number = (x) => (Number.isInteger(x) || Math.abs(x) >= 100 ? x.toFixed(0) : String(Number(x.toPrecision(3))));
const allowed = (row) => (typeof row.allowed === "number" ? number(row.allowed) : row.allowed);

function verifyTable() {
  const [gpu, reference] = ["gpu", "reference"].map((engine) => read(`bench/results/verify-${engine}.json`));
  const rows = (report, label) =>
    report.rows.map(
      (r) =>
        `| ${r.case} | ${label} | ${r.quantity} | ${typeof r.measured === "number" ? number(r.measured) : r.measured} | ${allowed(r)} |`,
    );
  const count = (report) => `${report.rows.filter((r) => r.pass === true).length} of ${report.rows.length}`;
  const shown = (report, label, want) =>
    rows({ rows: report.rows.filter((r) => want.some(([c, q]) => r.case.startsWith(c) && q.test(r.quantity))) }, label);
  const f32 = [
    ["r1_nerlab_comb", /count|2 steps/],
    ["r2", /volt|spikes/],
    ["r3", /counts|rheobase/],
    ["r4", /0\.05|total/],
    ["r5", /./],
    ["r6", /count|worst/],
    ["r7", /consistent/],
    ["r9", /0\.05|total/],
  ];
  const f64 = [
    ["r1_nerlab_comb", /off/],
    ["r4", /off/],
    ["r5", /0\.05/],
    ["r6", /off/],
    ["r9", /off/],
  ];
  return [
    `All ${count(gpu)} rows pass in float32 (${gpu.adapter.split(" (")[0]}), ${count(reference)} in float64. The main ones:`,
    "",
    "| case | engine | quantity | measured | allowed |",
    "| --- | --- | --- | --- | --- |",
    ...shown(gpu, "float32", f32),
    ...shown(reference, "float64", f64),
  ].join("\n");
}

const median = (c) => (typeof c === "object" && c !== null ? c.median : c);
const result = (name) => read(`bench/results/${name}.json`);
/** Rows of a result's table that has a column, each by the names of its columns. */
function rowsOf(name, column) {
  const { columns, rows } = result(name).tables.find((t) => t.columns.includes(column));
  return rows.map((row) => Object.fromEntries(columns.map((c, k) => [c, median(row[k])])));
}
const measuredOn = (names) => {
  const where = names.map(result).map((r) => {
    const adapter = r.adapter === undefined ? "no adapter used" : r.adapter.description;
    return `${r.name}: ${r.machine.cores} cores of ${r.machine.cpu}, ${adapter}, ${r.date.slice(0, 10)}, load before ${r.machine.loadBefore}`;
  });
  return `Measured on (bench/results): ${where.join("; ")}.`;
};
const tableOf = (head, lines) => [
  `| ${head.join(" | ")} |`,
  `|${" --- |".repeat(head.length)}`,
  ...lines.map((l) => `| ${l.join(" | ")} |`),
];

function speedTable() {
  const pools = rowsOf("watanabe", "s per simulated second").map((row) => [
    `${row["motor neurons"].toLocaleString("en")} motor neurons, as many private and 400 shared sources, dt 0.025 ms`,
    `${number(row["s per simulated second"])} s per simulated second (${number(row["ns per cell-step"])} ns per cell-step)`,
  ]);
  const peers = rowsOf("neuron", "threads").map((row) => [
    `the first of them in NEURON 8.2.2 with inputs drawn before, ${row.threads} thread${row.threads === 1 ? "" : "s"}`,
    `${number(row["s per simulated second"])} s`,
  ]);
  return [...tableOf(["what", "measured"], [...pools, ...peers]), "", measuredOn(["watanabe", "neuron"])].join("\n");
}

/** ns of a phase in a cell-step. */
const partOf = (row, phase) => (Number.parseFloat(row[phase]) / 100) * row["ns per cell-step"];

function phaseTable() {
  const lengths = rowsOf("block-length", "K, steps");
  const cells = Number(/(\d+) motor neurons/.exec(result("block-length").tables[0].title)[1]);
  const [one, long] = [1, 400].map((K) => lengths.find((row) => row["K, steps"] === K)["ns per cell-step"]);
  const events = rowsOf("deliver", "rates").map((row) => row["ns per event"]);
  const floor = rowsOf("deliver", "ns per event")[0]["ns per event"];
  const pool = rowsOf("watanabe", "s per simulated second")[0];
  const prices = rowsOf("watanabe", "ns wall").reduce((sum, row) => sum + Number(row["ns wall"]), 0);
  return [
    ...tableOf(
      ["term", "measured", "from"],
      [
        [
          "dispatches of a block, with their clears",
          `${number(((one - long) * cells) / 1e6)} ms: what a step of ${cells} motor neurons takes at K = 1, beyond that at K = 400`,
          "`block-length.json`",
        ],
        [
          "drive",
          `${number(partOf(pool, "drive"))} ns per cell-step of the Watanabe network (one source of its own a cell, 400 shared)`,
          "`watanabe.json`",
        ],
        [
          "deliver",
          `${number(Math.min(...events))} to ${number(Math.max(...events))} ns per event where the floor is ${number(floor)}`,
          "`deliver.json`",
        ],
        [
          "integrate",
          `${number(partOf(pool, "integrate"))} ns per cell-step of a motor neuron; the operations' own prices add up to ${number(prices)} with nothing overlapped`,
          "`watanabe.json`",
        ],
      ],
    ),
    "",
    measuredOn(["block-length", "watanabe", "deliver"]),
  ].join("\n");
}

function sizeTable() {
  const rows = rowsOf("watanabe", "s per simulated second");
  const phases = ["drive", "deliver", "integrate"];
  const lines = rows.map((row) => [
    row["motor neurons"].toLocaleString("en"),
    number(row["ns per cell-step"]),
    ...phases.map((phase) => number(partOf(row, phase))),
  ]);
  return tableOf(["motor neurons", "ns per cell-step", ...phases], lines).join("\n");
}

function threadTable() {
  const per = "s per simulated second";
  const rows = rowsOf("threads", "threads");
  const peerOf = ({ threads }) => rows.find((row) => row.threads === threads && !row.what.startsWith("hillock"));
  const lines = rows.map((row) => [
    row.what,
    row.threads,
    number(row[per]),
    number(row[`${per}, CPU`]),
    row.what.startsWith("hillock") ? `${number(peerOf(row)[per] / row[per])} times as fast` : "",
  ]);
  const floors = rowsOf("threads", "ns").filter((row) => typeof row.ns === "number");
  const cells = Number(
    /(\d+) motor neurons/.exec(result("threads").tables.find((t) => t.columns.includes("threads")).title)[1],
  );
  const least = (floors.reduce((sum, row) => sum + row.ns, 0) * cells * 40_000) / 1e9; // steps of 0.025 ms in a second
  const prices = floors.map((row) => `${row.number} ${row.what} ${number(row.ns)} ns`).join(", ");
  return [
    `A cell-step's operations one by one, at their price in a loop of JavaScript (kernels do two at once): ${prices}; ${number(least)} s per simulated second of ${cells} cells.`,
    "",
    ...tableOf(["what", "threads", per, "CPU", "beside NEURON with as many"], lines),
    "",
    measuredOn(["threads"]),
  ].join("\n");
}

function memoryTable() {
  const ratio = "taken / said";
  const lines = rowsOf("memory", ratio).map((row) => [`\`${row.run}\``, row.said, row.taken, row[ratio].toFixed(2)]);
  return [...tableOf(["run", "said before, MiB", "taken, MiB", ratio], lines), "", measuredOn(["memory"])].join("\n");
}

function fill(text, name, content) {
  const filled = text.replace(
    new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`),
    () => `<!-- ${name} -->\n${content}\n<!-- /${name} -->`,
  );
  if (!filled.includes(`<!-- ${name} -->`)) throw new Error(`no place for "${name}"`);
  return filled;
}

const DOCUMENTS = {
  "README.md": { verify: verifyTable, speed: speedTable },
  "docs/connections.md": { memory: memoryTable },
  "docs/performance.md": { threads: threadTable, phases: phaseTable, sizes: sizeTable },
};
for (const [path, tables] of Object.entries(DOCUMENTS)) {
  const text = readFileSync(file(path), "utf8");
  const filled = Object.entries(tables).reduce((now, [name, table]) => fill(now, name, table()), text);
  if (!process.argv.includes("--check")) writeFileSync(file(path), filled);
  else if (filled !== text) {
    console.error(`${path} does not say what bench/results says: run node scripts/readme.mjs`);
    process.exitCode = 1;
  }
}
