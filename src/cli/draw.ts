import { join } from "node:path";
import { saidBy } from "../clipped.ts";
import { collectGarbage } from "../node/process-memory.ts";
import { writeText, type Files } from "../storage/files.ts";
import type { Result } from "../studies/study.ts";
import { say } from "./say.ts";

/** Exit code when results are written and a figure could not be drawn. */
const NO_FIGURE = 3;

/** Draws what can be drawn; the results are written already. One picture is in memory at a time. @returns the exit code */
export async function draw(result: Result, files: Files): Promise<number> {
  const { toPng } = await import("../plot/png.ts");
  const drawn: string[] = [];
  let code = 0;
  const tried = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      code = NO_FIGURE;
      process.stderr.write(`${what} could not be drawn: ${saidBy(error)}\nThe results are in ${files.where}.\n`);
    }
  };
  await tried("the figures", async () => {
    for (const { name, svg } of await result.figures()) {
      await tried(`figure ${name}`, async () => {
        const text = await svg();
        await writeText(files, `${name}.svg`, text);
        await collectGarbage();
        await files.write(`${name}.png`, toPng(text));
        drawn.push(join(files.where, `${name}.png`));
      });
    }
  });
  if (drawn.length > 0) say(`figures (PNG and SVG): ${drawn.join(", ")}`);
  return code;
}
