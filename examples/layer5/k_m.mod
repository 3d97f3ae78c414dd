TITLE Muscarinic potassium current
COMMENT
Adams, Brown & Constanti (1982), J. Physiol. 330:537-572.
Rates of 21 degC, faster at 34 degC by 2.3 per 10 degC.
ENDCOMMENT

NEURON {
  SUFFIX k_m
  USEION k READ ek WRITE ik
  RANGE gbar
}
UNITS {
  (S) = (siemens)
  (mV) = (millivolt)
  (mA) = (milliamp)
}
PARAMETER {
  gbar = 1e-5 (S/cm2)
}
ASSIGNED {
  v (mV)
  ek (mV)
  ik (mA/cm2)
  mInf  mTau (ms)
}
STATE { m }
BREAKPOINT {
  SOLVE gates METHOD cnexp
  ik = gbar * m * (v - ek)
}
DERIVATIVE gates {
  rates(v)
  m' = (mInf - m) / mTau
}
INITIAL {
  rates(v)
  m = mInf
}
PROCEDURE rates(v (mV)) {
  LOCAL qt, a, b
  qt = 2.3^((34 - 21) / 10)
  UNITSOFF
  a = 3.3e-3 * exp(0.1 * (v + 35))
  b = 3.3e-3 * exp(-0.1 * (v + 35))
  mInf = a / (a + b)
  mTau = 1 / (a + b) / qt
  UNITSON
}
