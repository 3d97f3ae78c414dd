import type { Program } from "./syntax.ts";

const VALENCE: ReadonlyMap<string, number> = new Map([["na", 1], ["k", 1], ["ca", 2]]); // prettier-ignore

/** Whether NEURON knows an ion by itself, or the file names it. */
export const isIon = ({ ions }: Program, ion: string): boolean => VALENCE.has(ion) || ions.some((i) => i.ion === ion);

/** An ion's charge number: the file's, or that of NEURON's own ions; 0 where it is unknown. */
export const valenceOf = ({ ions }: Program, ion: string): number =>
  ions.find((i) => i.ion === ion && i.valence !== undefined)?.valence ?? VALENCE.get(ion) ?? 0;

/** Where a file reads an ion's reversal potential beside a concentration, and changes neither, NEURON computes it at the start by Nernst's equation,
 * whatever a script gave: the file then reads the concentrations alone. */
export function readBoth(program: Program): void {
  const { ions, computed, notes } = program;
  for (const ion of new Set(ions.map((x) => x.ion))) {
    const own = ions.filter((x) => x.ion === ion);
    const [read, write] = [own.flatMap((x) => x.read), own.flatMap((x) => x.write)];
    const [e, inside, outside] = [`e${ion}`, `${ion}i`, `${ion}o`];
    if (!read.includes(e) || !(read.includes(inside) || read.includes(outside)) || valenceOf(program, ion) === 0)
      continue;
    if ([e, inside, outside].some((name) => write.includes(name))) continue;
    computed.add(ion);
    const [first] = own as [(typeof own)[0], ...typeof own];
    for (const name of [inside, outside]) if (!read.includes(name)) (first.read as string[]).push(name);
    notes.push(`${e} is computed from ${inside} and ${outside} by Nernst's equation, as in NEURON where a file reads it beside a concentration`); // prettier-ignore
  }
}
