TITLE Slow potassium current
COMMENT
Korngreen & Sakmann (2000), J. Physiol. 525:621-639; the junction potential of 10 mV is taken off.
Rates of 21 degC, faster at 34 degC by 2.3 per 10 degC.
ENDCOMMENT

NEURON {
  SUFFIX k_p
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
  ik = gbar * m^2 * h * (v - ek)
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
  mInf = 1 / (1 + exp(-(u + 1) / 12))
  if (u < -50) {
    mTau = (1.25 + 175.03 * exp(0.026 * u)) / qt
  } else {
    mTau = (1.25 + 13 * exp(-0.026 * u)) / qt
  }
  hInf = 1 / (1 + exp((u + 54) / 11))
  hTau = (360 + (1010 + 24 * (u + 55)) * exp(-((u + 75) / 48)^2)) / qt
  UNITSON
}
