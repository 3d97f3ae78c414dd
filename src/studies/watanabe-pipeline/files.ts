import { DataError } from "../../errors.ts";
import { decode, writeText, type Files } from "../../storage/files.ts";
import type { StudyContext } from "../study.ts";

/** A JSON file with two spaces of indent, as the published scripts write theirs. NaN becomes null. */
export const writeJson = async (out: Files, name: string, value: unknown): Promise<void> =>
  void (await writeText(out, name, `${JSON.stringify(value, undefined, 2)}\n`));

/** A file that an earlier step wrote. @throws DataError that names the step */
export async function readJson<T>({ out }: StudyContext, name: string, step: string): Promise<T> {
  if (!(await out.exists(name)))
    throw new DataError(`${out.where}/${name}`, "is not there", `Run step ${step} into this folder first`);
  try {
    return JSON.parse(decode(await out.read(name))) as T;
  } catch (error) {
    throw new DataError(
      `${out.where}/${name}`,
      `does not parse (${(error as Error).message})`,
      `Run step ${step} again`,
    );
  }
}
