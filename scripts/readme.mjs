// Writes the README's tables from measurements that are committed: bench/results/*.json (npm run bench) and
// bench/results/verify-*.json (hillock verify test/reference/motor-pool --json, with --engine gpu and reference). `--check` only compares.
import { readFileSync, writeFileSync } from "node:fs";

const file = (path) => new URL(`../${path}`, import.meta.url);
const read = (path) => JSON.parse(readFileSync(file(path), "utf8"));
const readme = readFileSync(file("README.md"), "utf8");

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

function speedTable() {
  const cell = (c) => (typeof c === "object" && c !== null ? c.median : c);
  const lines = [];
  const results = ["watanabe", "neuron"].map((name) => read(`bench/results/${name}.json`));
  const where = results.map(
    (r) =>
      `${r.name}: ${r.machine.cores} cores of ${r.machine.cpu}, ${r.adapter === undefined ? "no adapter used" : r.adapter.description}, ${r.date.slice(0, 10)}`,
  );
  const watanabe = read("bench/results/watanabe.json").tables.find((t) => t.columns.includes("s per simulated second"));
  for (const row of watanabe.rows) {
    const at = (column) => cell(row[watanabe.columns.indexOf(column)]);
    lines.push(
      `| ${Number(cell(row[0])).toLocaleString("en")} motor neurons, as many private and 400 shared sources, dt 0.025 ms | ${number(at("s per simulated second"))} s per simulated second (${number(at("ns per cell-step"))} ns per cell-step) |`,
    );
  }
  const neuron = read("bench/results/neuron.json").tables.find((t) => t.columns[0] === "threads");
  for (const row of neuron.rows)
    lines.push(
      `| the first of them in NEURON 8.2.2 with inputs drawn before, ${cell(row[0])} thread${cell(row[0]) === 1 ? "" : "s"} | ${number(cell(row[1]))} s |`,
    );
  return [
    "| what | measured |",
    "| --- | --- |",
    ...lines,
    "",
    `Measured on (bench/results): ${where.join("; ")}.`,
  ].join("\n");
}

const fill = (text, name, content) =>
  text.replace(
    new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`),
    `<!-- ${name} -->\n${content}\n<!-- /${name} -->`,
  );
const filled = fill(fill(readme, "verify", verifyTable()), "speed", speedTable());
if (process.argv.includes("--check")) {
  if (filled !== readme) {
    console.error("README.md does not say what bench/results says: run node scripts/readme.mjs");
    process.exit(1);
  }
} else writeFileSync(file("README.md"), filled);
