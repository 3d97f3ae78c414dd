TITLE Calcium-activated potassium current of small conductance
COMMENT
Kohler et al. (1996), Science 273:1709-1714.
ENDCOMMENT

NEURON {
  SUFFIX k_sk
  USEION k READ ek WRITE ik
  USEION ca READ cai
  RANGE gbar
}
UNITS {
  (S) = (siemens)
  (mV) = (millivolt)
  (mA) = (milliamp)
  (mM) = (milli/liter)
}
PARAMETER {
  gbar = 1e-5 (S/cm2)
  half = 0.00043 (mM)
  tau = 1 (ms)
}
ASSIGNED {
  v (mV)
  ek (mV)
  cai (mM)
  ik (mA/cm2)
}
STATE { z }
BREAKPOINT {
  SOLVE gate METHOD cnexp
  ik = gbar * z * (v - ek)
}
DERIVATIVE gate {
  z' = (share(cai) - z) / tau
}
INITIAL {
  z = share(cai)
}
FUNCTION share(c (mM)) {
  share = 1 / (1 + (half / c)^4.8)
}
