import { add, div, type Expr, mul, name, num } from "../../lang/expr.ts";
import type { Nernst } from "../../mechanisms/mechanism.ts";

/** Of CODATA 2018: J/(mol K) and C/mol. */
const [GAS, FARADAY] = [8.31446261815324, 96485.33212331001];

/** RT/zF, mV. */
export const thermal = ({ RT_zF, valence }: Nernst, celsius: string): Expr =>
  RT_zF === undefined
    ? div(mul(num(1000 * GAS), add(name(celsius), num(273.15))), num(valence * FARADAY))
    : num(RT_zF.value);
