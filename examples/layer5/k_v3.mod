TITLE Fast potassium current of Kv3.1 channels
COMMENT
Rettig et al. (1992), EMBO J. 11:2473-2486.
ENDCOMMENT

NEURON {
  SUFFIX k_v3
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
  UNITSOFF
  mInf = 1 / (1 + exp(-(v - 18.7) / 9.7))
  mTau = 4 / (1 + exp(-(v + 46.56) / 44.14))
  UNITSON
}
