TITLE Low-voltage activated calcium current
COMMENT
Avery & Johnston (1996), J. Neurosci. 16:5567-5582; Randall & Tsien (1997), Neuropharmacology 36:879-893.
Rates of 21 degC, faster at 34 degC by 2.3 per 10 degC.
ENDCOMMENT

NEURON {
  SUFFIX ca_l
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
  LOCAL qt
  qt = 2.3^((34 - 21) / 10)
  UNITSOFF
  mInf = 1 / (1 + exp(-(v + 40) / 6))
  mTau = (5 + 20 / (1 + exp((v + 35) / 5))) / qt
  hInf = 1 / (1 + exp((v + 90) / 6.4))
  hTau = (20 + 50 / (1 + exp((v + 50) / 7))) / qt
  UNITSON
}
