TITLE Calcium below the membrane
COMMENT
A shell that fills and decays: Destexhe, Contreras, Sejnowski & Steriade (1994), J. Neurophysiol. 72:803-818.
ENDCOMMENT

NEURON {
  SUFFIX ca_pool
  USEION ca READ ica WRITE cai
  RANGE gamma, decay
}
UNITS {
  (mA) = (milliamp)
  (mM) = (milli/liter)
  (um) = (micron)
  FARADAY = (faraday) (coulombs)
}
PARAMETER {
  gamma = 0.05
  decay = 80 (ms)
  depth = 0.1 (um)
  rest = 1e-4 (mM)
}
ASSIGNED { ica (mA/cm2) }
STATE { cai (mM) }
BREAKPOINT { SOLVE fill METHOD cnexp }
DERIVATIVE fill {
  cai' = -(10000) * ica * gamma / (2 * FARADAY * depth) - (cai - rest) / decay
}
INITIAL { cai = rest }
