import { DataError } from "../../errors.ts";

/** Files that a run has in its folder besides those of a config: its record, chunks, checkpoint, locks, pictures and summaries. */
const OF_RUN = /^(?:run\.json|summary\.(?:json|txt)|chunk-\d+\.\w+|checkpoint\.bin|.*\.(?:lock|partial|svg|png))$/i;

/** Names of the files that a config asks for, each for one of them: they all lie in one folder, without those of their paths. */
export class Outputs {
  readonly #takenBy = new Map<string, string>();

  /** @returns the name without its folder
   * @throws DataError for one that is another output's, the run's own, or none */
  claim(where: string, path: string): string {
    const name = path.replace(/^.*[\\/]/, "");
    const shown = `is "${path.slice(0, 60)}"`;
    if (/^\.{0,2}$/.test(name)) throw new DataError(where, `${shown}, which names no file`, "Give a file's name, as spikes.h5"); // prettier-ignore
    if (OF_RUN.test(name)) throw new DataError(where, `${shown}, a file that the run itself writes`, "Give another name, as report.h5"); // prettier-ignore
    const key = name.toLowerCase(); // one file, where a disk does not tell capitals apart
    const other = this.#takenBy.get(key);
    if (other !== undefined) throw new DataError(where, `${shown}, as ${other} is: all outputs lie in the run's folder`, "Give each a file name of its own"); // prettier-ignore
    this.#takenBy.set(key, where);
    return name;
  }
}
