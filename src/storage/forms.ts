import { DataError, ModelError } from "../errors.ts";
import { bool, type Check, finite, list, numbers, object, oneOf, refuse, text, whole } from "../shapes.ts";

/** Forms of what a run folder's files say: a file that parses, with a checksum that is right, may still have been made by another hand. */

const anything: Check = () => {};
const optional = (...names: readonly string[]): Readonly<Record<string, Check>> =>
  Object.fromEntries(names.map((name) => [name, anything]));

/** A plain name: no way out of the folder. */
const file: Check = (where, x) =>
  void ((typeof x === "string" && /^chunk-\d+\.\w+$/.test(x)) || refuse(where, x, "a chunk's name"));

const CHUNKS = list(object({ file, from: whole(0), to: whole(0), bytes: whole(0, 2 ** 53), crc: whole(0) }));
const RESUMED = list(object({ step: whole(0), bitwise: bool }));

/** run.json. */
export const RUN = object(
  {
    ...{ dt: finite, hash: text, engine: text, adapter: text, entries: whole(1), complete: bool },
    ...{ durationSteps: whole(0), doneSteps: whole(0), chunks: CHUNKS, resumed: RESUMED },
    populations: list(object({ name: text, kind: text, n: whole(0) }, optional("about"))),
    traces: list(
      object(
        { population: text, variable: text, report: text, everySteps: whole(1), cells: numbers },
        optional("unit", "phase"),
      ),
    ),
  },
  optional("format", "version", "method", "seed", "structureSeed", "precision", "droppedLinks", "warnings", "about", "description", "crc"), // prettier-ignore
);

/** The line of JSON of a checkpoint. */
export const CHECKPOINT = object({
  header: object({
    ...{ version: whole(0), step: whole(0), dt: finite, hash: text, engine: text, adapter: text },
    ...{ chunks: CHUNKS, resumed: RESUMED },
    inForce: list(
      object(
        { step: whole(0), what: oneOf("rate", "scale", "gain", "param", "freeze"), target: text },
        optional("param", "entry", "value"),
      ),
    ),
  }),
  arrays: list(
    object({
      name: text,
      type: oneOf("Uint32Array", "Int32Array", "Float32Array", "Float64Array"),
      length: whole(0, 2 ** 40),
    }),
  ),
});

/** @throws DataError that names the file and the field which is not as it is written */
export function checkForm(where: string, form: Check, x: unknown, remedy: string): void {
  try {
    form("", x);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new DataError(where, `${error.where.slice(1)} ${error.problem}`.trimStart(), remedy);
  }
}
