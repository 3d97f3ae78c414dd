TITLE High-voltage activated calcium current
COMMENT
Reuveni, Friedman, Amitai & Gutnick (1993), J. Neurosci. 13:4609-4621.
ENDCOMMENT

NEURON {
  SUFFIX ca_h
  USEION ca READ eca WRITE ica
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
  eca (mV)
  ica (mA/cm2)
  mInf  hInf  mTau (ms)  hTau (ms)
}
STATE { m h }
BREAKPOINT {
  SOLVE gates METHOD cnexp
  ica = gbar * m^2 * h * (v - eca)
}
DERIVATIVE gates {
  rates(v)
  m' = (mInf - m) / mTau
  h' = (hInf - h) / hTau
}
INITIAL {
  rates(v)
  m = mInf
  h = hInf
}
PROCEDURE rates(v (mV)) {
  LOCAL a, b
  UNITSOFF
  a = 0.055 * linexp(v + 27, 3.8)
  b = 0.94 * exp(-(v + 75) / 17)
  mInf = a / (a + b)
  mTau = 1 / (a + b)
  a = 0.000457 * exp(-(v + 13) / 50)
  b = 0.0065 / (1 + exp(-(v + 15) / 28))
  hInf = a / (a + b)
  hTau = 1 / (a + b)
  UNITSON
}
FUNCTION linexp(x, y) {  : x / (1 - exp(-x / y)), also at 0
  UNITSOFF
  if (fabs(x / y) < 1e-6) {
    linexp = y * (1 + x / y / 2)
  } else {
    linexp = x / (1 - exp(-x / y))
  }
  UNITSON
}
