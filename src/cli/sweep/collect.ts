import { writeText } from "../../storage/files.ts";
import { openFolder } from "../../storage/node-folder.ts";
import { decimal } from "../../studies/schema.ts";
import { readPlan, type Point } from "../../sweep/plan.ts";
import { csvOf, parquetOf, tableOf } from "../../sweep/table.ts";
import { summaryOf } from "./outcome.ts";
import { queued } from "./queue.ts";
import { failures, statusLine, statusOf, type PointStatus } from "./status.ts";

/** `hillock sweep collect`: table.csv and table.parquet of the points that are done, in the order of the plan: what each set, its
 * seed, what it measured, and what computed it. @returns 1 where points are missing and `partial` does not say that they may */
export async function collectCommand(dir: string, { partial = false }: { partial?: boolean }): Promise<number> {
  const files = await openFolder(dir);
  const plan = await readPlan(files);
  const all = await statusOf(dir, plan, await queued(dir));
  const done = all.filter(({ state }) => state === "done");
  const rows = await Promise.all(done.map((one) => rowOf(dir, one)));
  const table = tableOf(rows);
  await writeText(files, "table.csv", csvOf(table));
  await files.write("table.parquet", await parquetOf(table));
  process.stdout.write(`${done.length} of ${all.length} points in ${files.where}/table.csv and table.parquet\n`);
  if (done.length === all.length) return 0;
  for (const line of [...failures(dir, all), statusLine(all)]) process.stderr.write(`${line}\n`);
  if (!partial) process.stderr.write(`The rest: hillock sweep run ${dir}\n`);
  return partial ? 0 : 1;
}

async function rowOf(dir: string, { point, outcome }: PointStatus): Promise<Record<string, number | string>> {
  if (outcome === undefined) throw new Error(`${point.id} has no outcome`);
  const { values } = await summaryOf(dir, point.id, outcome);
  const { engine, adapter, hillock, host } = outcome;
  return { point: point.id, ...settings(point), seed: point.seed, replicate: point.replicate, ...values, engine, adapter, hillock, host }; // prettier-ignore
}

const settings = ({ set }: Point): Record<string, number | string> =>
  Object.fromEntries(Object.entries(set).map(([path, text]) => [path, decimal(text) ?? text]));
