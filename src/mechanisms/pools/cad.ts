import { param, pool } from "../mechanism.ts";
import { mM, ms, mV, um } from "../../units.ts";

/** R T / 2F at 37 degC with the constants of the published run: R 8.3134, F 96485.309, T 310.15 K. */
const RT_2F = (1000 * 8.3134 * 310.15) / (2 * 96485.309);

export default pool({
  name: "cad",
  doc: `Calcium under the membrane of the cortical column's layer 5 cells: filled by inward Ca2+ current, emptied with one time
constant. Sets eca, at 37 degC, with 2 mM outside. Source: Jones et al. (2009), J. Neurophysiol. 102:3554-3572, as run by HNN-core.`,
  ion: "ca",
  params: {
    depth: param(um(0.1), "depth of the shell", { min: 1e-3 }),
    taur: param(ms(20), "time constant of removal", { min: 1e-3 }),
    cainf: param(mM(1e-4), "concentration at rest", { min: 1e-9 }),
  },
  states: {
    // 1e4 converts mA/cm2 over 2 F (96485.3 C/mol) times um to mM/ms
    cai: { inf: "cainf + taur * max(0, -1e4 * ica / (2 * 96485.3 * depth))", tau: "taur", init: "1e-4" },
  },
  nernst: { RT_zF: mV(RT_2F), out: mM(2) },
});
