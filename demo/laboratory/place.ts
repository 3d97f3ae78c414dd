import type { Read } from "./document.ts";

/** Units that fields of a text must come to. */
const FIELDS: readonly (readonly [RegExp, string])[] = [
  [/\.(alpha|beta|forward|backward)$/, "a rate in 1/ms"],
  [/\.tau$/, "a time in ms"],
  [/^receptors\.\w+\.g$/, "a conductance in uS"],
  [/^receptors\.\w+\.i$/, "a current in nA, outward positive"],
  [/\.g$/, "a conductance density in S/cm2"],
  [/\.E$/, "a reversal potential in mV"],
  [/\.currents\.\w+\.i$/, "a current density in mA/cm2, outward positive"],
  [/\.(L|diam|points)$/, "a length in um"],
  [/\.Ra$/, "a resistivity in ohm cm"],
  [/\.cm$/, "a capacitance in uF/cm2"],
  [/\.(V0|threshold)$|\.reversals\.\w+$/, "a potential in mV"],
  [/\.celsius$/, "a temperature in degC"],
  [/\.concentrations\.\w+$/, "a concentration in mM"],
  [/\.refractory$/, "a time in ms"],
  [/\.spike$/, "a condition"],
];

/** What stands at a character of a text, and what it has to be. */
export function placeText({ where, subject }: Read, at: number): string {
  const path = where.pathAt(at);
  if (path.length === 0) return "";
  const dotted = path.join(".");
  const wanted = FIELDS.find(([pattern]) => pattern.test(dotted))?.[1] ?? stateUnit(path, subject);
  return wanted === undefined ? path.join(" · ") : `${path.join(" · ")}: ${wanted}`;
}

function stateUnit(path: readonly string[], subject: Read["subject"]): string | undefined {
  const [room, , , field] = path;
  if (subject.kind === "neuron" && path[1] === "states" && path[2] !== undefined) {
    const unit = subject.neuron.states[path[2]]?.unit;
    return unit === undefined || field === "unit" ? undefined : field === "d" ? `its slope in ${unit} per ms` : `a value in ${unit}`; // prettier-ignore
  }
  if ((room === "channels" || room === "pools") && path[2] === "states" && path[4] !== undefined)
    return path[4] === "inf" || path[4] === "init" || path[4] === "next" ? "its value" : path[4] === "d" ? "its slope per ms" : undefined; // prettier-ignore
  return undefined;
}
