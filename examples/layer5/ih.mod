TITLE Hyperpolarisation-activated cation current
COMMENT
Kole, Hallermann & Stuart (2006), J. Neurosci. 26:1677-1687.
ENDCOMMENT

NEURON {
  SUFFIX ih
  NONSPECIFIC_CURRENT i
  RANGE gbar
}
UNITS {
  (S) = (siemens)
  (mV) = (millivolt)
  (mA) = (milliamp)
}
PARAMETER {
  gbar = 1e-5 (S/cm2)
  e = -45 (mV)
}
ASSIGNED {
  v (mV)
  i (mA/cm2)
  mInf  mTau (ms)
}
STATE { m }
BREAKPOINT {
  SOLVE gates METHOD cnexp
  i = gbar * m * (v - e)
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
  LOCAL a, b
  UNITSOFF
  if (v == -154.9) {
    v = v + 0.0001
  }
  a = 0.00643 * (v + 154.9) / (exp((v + 154.9) / 11.9) - 1)
  b = 0.193 * exp(v / 33.1)
  mInf = a / (a + b)
  mTau = 1 / (a + b)
  UNITSON
}
