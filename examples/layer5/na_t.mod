TITLE Fast transient sodium current
COMMENT
Colbert & Pan (2002), Nature Neurosci. 5:533-538.
Rates of 21 degC, faster at 34 degC by 2.3 per 10 degC.
ENDCOMMENT

NEURON {
  SUFFIX na_t
  USEION na READ ena WRITE ina
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
  ena (mV)
  ina (mA/cm2)
  mInf  hInf  mTau (ms)  hTau (ms)
}
STATE { m h }
BREAKPOINT {
  SOLVE gates METHOD cnexp
  ina = gbar * m^3 * h * (v - ena)
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
  LOCAL qt, a, b
  qt = 2.3^((34 - 21) / 10)
  UNITSOFF
  a = 0.182 * linexp(v + 38, 6)
  b = 0.124 * linexp(-(v + 38), 6)
  mInf = a / (a + b)
  mTau = 1 / (a + b) / qt
  a = 0.015 * linexp(-(v + 66), 6)
  b = 0.015 * linexp(v + 66, 6)
  hInf = a / (a + b)
  hTau = 1 / (a + b) / qt
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
