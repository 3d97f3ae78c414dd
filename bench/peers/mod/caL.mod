TITLE Dendrite of the NERLab motor neuron

COMMENT
L-type Ca2+ without inactivation, and leak. Written for hillock's benchmark from the model's equations
(docs/mechanisms.md, caL).
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX caL
    NONSPECIFIC_CURRENT i
    RANGE gcaLbar, gamma, vtraub, Ltau, gl
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gcaLbar = 6.2e-6 (S/cm2)
    gamma = 0.2
    vtraub = 34 (mV)
    Ltau = 47 (ms)
    gl = 7.69231e-5 (S/cm2)
}

STATE { L }

ASSIGNED {
    v (mV)
    i (mA/cm2)
}

INITIAL {
    L = steady(v)
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    i = gcaLbar*gamma*L*(v - 140) + gl*v
}

DERIVATIVE gates {
    L' = (steady(v) - L)/Ltau
}

FUNCTION steady(v (mV)) {
    UNITSOFF
    steady = 1/(1 + exp(-(v - vtraub + 30)))
    UNITSON
}
