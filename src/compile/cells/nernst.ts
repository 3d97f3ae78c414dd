import { FARADAY, GAS } from "../../constants.ts";
import { add, div, type Expr, mul, name, num } from "../../lang/expr.ts";
import type { Nernst } from "../../mechanisms/mechanism.ts";

/** RT/zF, mV. */
export const thermal = ({ RT_zF, valence }: Nernst, celsius: string): Expr =>
  RT_zF === undefined
    ? div(mul(num(1000 * GAS), add(name(celsius), num(273.15))), num(valence * FARADAY))
    : num(RT_zF.value);
