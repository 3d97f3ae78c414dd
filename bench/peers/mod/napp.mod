TITLE Soma of the NERLab motor neuron

COMMENT
Fast and persistent Na+, fast and slow K+, leak; rest near 0 mV. Written for hillock's benchmark from the model's equations
(docs/mechanisms.md, napp).
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX napp
    NONSPECIFIC_CURRENT i
    RANGE gnabar, gnapbar, gkfbar, gksbar, gl, rinact, vtraub
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gnabar = 0.0325 (S/cm2)
    gnapbar = 0.00067 (S/cm2)
    gkfbar = 0.0015 (S/cm2)
    gksbar = 0.016 (S/cm2)
    gl = 0.000952381 (S/cm2)
    rinact = 0.018 (/ms)
    vtraub = 0 (mV)
}

STATE { m h p n r }

ASSIGNED {
    v (mV)
    i (mA/cm2)
    minf hinf pinf ninf rinf
    mtau (ms) htau (ms) ptau (ms) ntau (ms) rtau (ms)
}

INITIAL {
    rates(v)
    m = minf
    h = hinf
    p = pinf
    n = ninf
    r = rinf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    i = (gnabar*m*m*m*h + gnapbar*p*p*p)*(v - 120) + (gkfbar*n*n*n*n + gksbar*r*r)*(v + 10) + gl*v
}

DERIVATIVE gates {
    rates(v)
    m' = (minf - m)/mtau
    h' = (hinf - h)/htau
    p' = (pinf - p)/ptau
    n' = (ninf - n)/ntau
    r' = (rinf - r)/rtau
}

FUNCTION lin(x, k) {
    if (fabs(x/k) < 1e-6) {
        lin = k*(1 - x/k/2)
    } else {
        lin = x/(exp(x/k) - 1)
    }
}

PROCEDURE rates(v (mV)) {
    LOCAL u, a, b
    UNITSOFF
    u = v - vtraub
    a = 0.64*lin(15 - u, 4)
    b = 0.56*lin(u - 40, 5)
    mtau = 1/(a + b)
    minf = a/(a + b)
    a = 0.928*exp((17 - u)/18)
    b = 9/(exp((40 - u)/5) + 1)
    htau = 1/(a + b)
    hinf = a/(a + b)
    a = 0.64*lin(5 - u, 4)
    b = 0.56*lin(u - 30, 5)
    ptau = 1/(a + b)
    pinf = a/(a + b)
    a = 0.08*lin(15 - u, 7)
    b = 2*exp((10 - u)/40)
    ntau = 1/(a + b)
    ninf = a/(a + b)
    a = 3.5/(exp((55 - u)/4) + 1)
    rtau = 1/(a + rinact)
    rinf = a/(a + rinact)
    UNITSON
}
