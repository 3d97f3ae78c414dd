TITLE Fast inactivating potassium current
COMMENT
Korngreen & Sakmann (2000), J. Physiol. 525:621-639; the junction potential of 10 mV is taken off.
Rates of 21 degC, faster at 34 degC by 2.3 per 10 degC.
ENDCOMMENT

NEURON {
  SUFFIX k_t
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
  mInf  hInf  mTau (ms)  hTau (ms)
}
STATE { m h }
BREAKPOINT {
  SOLVE gates METHOD cnexp
  ik = gbar * m^4 * h * (v - ek)
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
  LOCAL qt, u
  qt = 2.3^((34 - 21) / 10)
  UNITSOFF
  u = v + 10
  mInf = 1 / (1 + exp(-u / 19))
  mTau = (0.34 + 0.92 * exp(-((u + 71) / 59)^2)) / qt
  hInf = 1 / (1 + exp((u + 66) / 10))
  hTau = (8 + 49 * exp(-((u + 73) / 23)^2)) / qt
  UNITSON
}
