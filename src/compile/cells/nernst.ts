import { FARADAY, GAS } from "../../constants.ts";
import { add, call, div, type Expr, mul, name, num } from "../../lang/expr.ts";
import type { Nernst } from "../../mechanisms/mechanism.ts";
import type { Quantity } from "../../units.ts";
import type { ResolvedDensity, ResolvedNode } from "./resolved-cell.ts";

/** RT/zF, mV. */
const thermal = ({ RT_zF, valence }: Nernst, celsius: string): Expr =>
  RT_zF === undefined
    ? div(mul(num(1000 * GAS), add(name(celsius), num(273.15))), num(valence * FARADAY))
    : num(RT_zF.value);

/** The reversal potential (mV) of an ion of a pool, by Nernst's equation. Its concentrations are the pool's own, else the cell's, else numbers of
 * the pool. */
export function reversal(d: ResolvedDensity, node: ResolvedNode, ion: string, nernst: Nernst): Expr {
  const concentration = (called: string, otherwise: Quantity | undefined): Expr => {
    if (Object.hasOwn(d.mechanism.states, called)) return name(`${d.prefix}_${called}`);
    const given = nernst.valence === undefined ? undefined : node.concentrations[called];
    return given === undefined ? num((otherwise as Quantity).value) : name(given);
  };
  const ratio = div(concentration(`${ion}o`, nernst.out), concentration(`${ion}i`, nernst.inside));
  return mul(thermal(nernst, d.params["celsius"] as string), call("log", ratio));
}
