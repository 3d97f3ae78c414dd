/** A leak with whatever a test puts in. */
export const leak = (
  more: { neuron?: string; assigned?: string; breakpoint?: string; blocks?: string } = {},
): string => `
NEURON {
  SUFFIX leak
  NONSPECIFIC_CURRENT i
  ${more.neuron ?? ""}
}
PARAMETER { g = .001 (mho/cm2) e = -65 (mV) : where it drives the cell
} UNITS { (mV) = (millivolt) (mA) = (milliamp) (pS) = (picosiemens) (um) = (micron) }
ASSIGNED { v (mV) i (mA/cm2) ${more.assigned ?? ""} }
BREAKPOINT {
  ${more.breakpoint ?? ""}
  i = g*(v - e)
}
${more.blocks ?? ""}`;
