import { DataError } from "../../src/errors.ts";
import { nmodl, swcCell } from "../../src/import/index.ts";
import { isFault, readText } from "./document.ts";
import { presetText, PRESETS } from "./presets.ts";
import { roomOf, withMechanism, withSections } from "./text.ts";

/** What files of others give a cell's text. */

export interface Taken {
  readonly text: string;
  /** character of the text where the part begins that is new. */
  readonly at: number;
  readonly title: string;
  readonly said: readonly string[];
}

/** Files by the names in which others include them: the line of an INCLUDE may give a folder, which a dropped file has not. */
const INCLUDE = /^\s*INCLUDE\s*"([^"\n]*)"/gm;
const baseName = (path: string): string => path.replace(/^.*[\\/]/, "");

/** @param files  texts by name: mechanisms and morphologies, one after the other, and what they include
 * @param into  the cell's text
 * @throws DataError with file, line and column for what cannot be read or is refused, and for a text that has a fault itself */
export function taken(files: ReadonlyMap<string, string>, into: string): Taken {
  const included = new Set([...files.values()].flatMap((text) => [...text.matchAll(INCLUDE)].map(([, path = ""]) => baseName(path)))); // prettier-ignore
  const own = [...files].filter(([name]) => /\.(mod|swc)$/i.test(name) && !included.has(name));
  const include = (path: string): string | undefined => files.get(baseName(path));
  const [first, ...more] = own;
  if (first === undefined) throw new DataError([...files.keys()].join(", ").slice(0, 100), "holds no mechanism or morphology that stands by itself", "Drop it together with the .mod that names it by INCLUDE"); // prettier-ignore
  return more.reduce(
    (before, file) => {
      const next = takenOne(file, include, before.text);
      return { ...next, title: `${before.title} ${next.title}`, said: [...before.said, ...next.said] };
    },
    takenOne(first, include, into),
  );
}

function takenOne(
  [name, file]: readonly [string, string],
  include: (path: string) => string | undefined,
  into: string,
): Taken {
  const base = readText(into);
  if (isFault(base))
    throw new DataError("the cell's text", `has a fault in line ${base.line}: ${base.problem}`, "Mend it, then drop the file again"); // prettier-ignore
  const called = `"${name.slice(0, 60)}"`;
  if (/\.swc$/i.test(name)) {
    const { sections, ...rest } = swcCell(file, { where: name.slice(0, 60) });
    const cell = base.subject.kind === "cell" ? into : presetText(PRESETS[0]?.[0] ?? "");
    const text = withSections(cell, { sections, ...rest });
    return { text, at: text.indexOf("  sections:"), title: `The cell has the sections of ${called}.`, said: [] }; // prettier-ignore
  }
  if (base.subject.kind !== "cell")
    throw new DataError("the text", "describes a point neuron, which has no membrane for a mechanism", "Begin with a cell"); // prettier-ignore
  const { mechanism, plasticity, reads, warnings, notes } = nmodl(file, { file: name.slice(0, 60), include });
  const { text, given } = withMechanism(into, mechanism, { reads, cell: base.subject.cell });
  const said = [
    ...warnings.map((w) => `Units: ${w}`),
    ...notes,
    ...(given.length === 0 ? [] : [`What it reads and the cell did not give stands under "cell" with NEURON's defaults: ${given.join(", ")}.`]), // prettier-ignore
    ...(plasticity === undefined ? [] : ["Its connections have states of their own (a rule of plasticity), which a cell alone does not use."]), // prettier-ignore
  ];
  const at = text.indexOf(`\n  ${mechanism.name}:`, text.indexOf(`${roomOf(mechanism)}:`)) + 1;
  return { text, at, title: `${called} is in the text as the ${mechanism.kind === "synapse" ? "receptor" : mechanism.kind} "${mechanism.name}".`, said }; // prettier-ignore
}
