import { DataError } from "../../errors.ts";
import { decode, writeText, type Files } from "../../storage/files.ts";
import { own } from "../../own.ts";
import { isPlain } from "../../shapes.ts";
import type { StudyContext } from "../study.ts";

/** A JSON file with two spaces of indent, as the published scripts write theirs. NaN becomes null. */
export const writeJson = async (out: Files, name: string, value: unknown): Promise<void> =>
  void (await writeText(out, name, `${JSON.stringify(value, undefined, 2)}\n`));

/** A file that an earlier step wrote. @param numbers  paths of what is read of it, finite numbers
 * @throws DataError that names the step */
export async function readJson<T>(
  { out }: StudyContext,
  name: string,
  step: string,
  numbers: readonly string[],
): Promise<T> {
  const where = `${out.where}/${name}`;
  if (!(await out.exists(name))) throw new DataError(where, "is not there", `Run step ${step} into this folder first`);
  let found: unknown;
  try {
    found = JSON.parse(decode(await out.read(name)));
  } catch (error) {
    throw new DataError(where, `does not parse (${(error as Error).message})`, `Run step ${step} again`);
  }
  for (const path of numbers) {
    const value = path.split(".").reduce<unknown>((x, key) => (isPlain(x) ? own(x, key) : undefined), found);
    if (!Number.isFinite(value)) throw new DataError(where, `has no number ${path}`, `Run step ${step} again`);
  }
  return found as T;
}
