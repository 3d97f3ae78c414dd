"""How long does Brian 2 need for the Watanabe motor pool with fixed inputs? 800 motor neurons, 400 + 800 sources, dt 0.025 ms.

Prints one JSON line: wall seconds per simulated second, setup and code generation not counted. Cells, connections and inputs as in
neuron_motor_pool.py; exponential Euler in place of NEURON's staggered step. Needs brian2 (with Cython and a compiler for --target cython).
"""

import argparse
import json
import os
import time

import numpy as np
from brian2 import Network, NeuronGroup, SpikeGeneratorGroup, SpikeMonitor, Synapses, __version__, defaultclock, ms, prefs, second

from neuron_motor_pool import RANGES, per_second, poisson_trains, thresholds

# mV, ms, S/cm2 (1e3 makes mS), uS, nA, nF
EQUATIONS = """
dVs/dt = (-1e3 * ((gnabar * m**3 * h + gnapbar * p**3) * (Vs - 120) + (gkfbar * n**4 + gksbar * r**2) * (Vs + 10) + gl_soma * Vs) + gc * (Vd - Vs) / Cs) / ms : 1
dVd/dt = (-1e3 * (gcaLbar * 0.2 * L * (Vd - 140) + gl_dend * Vd) + (gc * (Vs - Vd) - (B - A) * (Vd - 70)) / Cd) / ms : 1
am = 0.64 * 4 / exprel((15 - Vs) / 4) : 1
bm = 0.56 * 5 / exprel((Vs - 40) / 5) : 1
dm/dt = (am * (1 - m) - bm * m) / ms : 1
ah = 0.928 * exp((17 - Vs) / 18) : 1
bh = 9 / (exp((40 - Vs) / 5) + 1) : 1
dh/dt = (ah * (1 - h) - bh * h) / ms : 1
ap = 0.64 * 4 / exprel((5 - Vs) / 4) : 1
bp = 0.56 * 5 / exprel((Vs - 30) / 5) : 1
dp/dt = (ap * (1 - p) - bp * p) / ms : 1
an = 0.08 * 7 / exprel((15 - Vs) / 7) : 1
bn = 2 * exp((10 - Vs) / 40) : 1
dn/dt = (an * (1 - n) - bn * n) / ms : 1
ar = 3.5 / (exp((55 - Vs) / 4) + 1) : 1
dr/dt = (ar * (1 - r) - rinact * r) / ms : 1
dL/dt = (1 / (1 + exp(vtraub_caL - Vd)) - L) / (Ltau * ms) : 1
dA/dt = -A / (0.2 * ms) : 1
dB/dt = -B / (0.3 * ms) : 1
""" + "".join(f"{name} : 1 (constant)\n" for name in [*RANGES, "gc", "Cs", "Cd"])


def cells(n, v0):
    group = NeuronGroup(n, EQUATIONS, threshold="Vs > 50", refractory="Vs > 50", method="exponential_euler", name="aMN")
    T = thresholds(n)
    p = {key: a + T * (b - a) for key, (a, b) in RANGES.items()}
    for key, values in p.items():
        setattr(group, key, values)
    d, D, L = p["soma_diam_um"], p["dend_diam_um"], p["dend_L_um"]
    # axial resistance from middle to middle, 70 ohm cm: MOhm
    group.gc = 1 / (70 * 0.01 * 4 / np.pi * (d / 2 / d**2 + L / 2 / D**2))
    group.Cs, group.Cd = 1e-5 * np.pi * d * d, 1e-5 * np.pi * D * L
    group.Vs = group.Vd = v0
    return group


def sources(trains, dt):
    at = np.concatenate([np.unique(np.round(t / dt)) for t in trains])
    ids = np.concatenate([np.full(len(np.unique(np.round(t / dt))), k) for k, t in enumerate(trains)])
    return SpikeGeneratorGroup(len(trains), ids, at * dt * ms)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--motor-neurons", type=int, default=800)
    options.add_argument("--seconds", type=float, default=0.2)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--target", choices=["numpy", "cython"], default="cython")
    options.add_argument("--seed", type=int, default=1)
    args = options.parse_args()
    prefs.codegen.target = args.target
    dt, count = 0.025, args.motor_neurons
    defaultclock.dt = dt * ms
    rng = np.random.default_rng(args.seed)
    total = args.seconds * (args.repeat + 1)
    pool = cells(count, -65.0)
    DD, IN = sources(poisson_trains(rng, 400, 65, total), dt), sources(poisson_trains(rng, count, 125, total), dt)
    tp = 0.2 * 0.3 / 0.1 * np.log(0.3 / 0.2)
    f = 1 / (np.exp(-tp / 0.3) - np.exp(-tp / 0.2))
    dd = Synapses(DD, pool, on_pre=f"A_post += {0.1 * f}; B_post += {0.1 * f}".replace("; ", "\n"), delay=1 * ms)
    from_, to = np.nonzero(rng.random((400, count)) < 0.3)
    dd.connect(i=from_, j=to)
    each = Synapses(IN, pool, on_pre=f"A_post += {0.05 * f}; B_post += {0.05 * f}".replace("; ", "\n"), delay=1 * ms)
    each.connect(j="i")
    spikes = SpikeMonitor(pool)
    network = Network(pool, DD, IN, dd, each, spikes)
    walls, cpus = [], []
    for k in range(args.repeat + 1):  # the first one also generates code
        start = time.perf_counter(), time.process_time()
        network.run(args.seconds * second)
        if k > 0:
            walls.append(time.perf_counter() - start[0])
            cpus.append(time.process_time() - start[1])
    print(json.dumps({
        "peer": f"Brian {__version__}", "target": args.target, "motorNeurons": count, "sources": 400 + count, "links": len(to) + count, "dt_ms": dt,
        "seconds": args.seconds, "repeats": args.repeat, "wallPerSimulatedSecond": per_second(walls, args.seconds),
        "cpuPerSimulatedSecond": per_second(cpus, args.seconds), "spikes": int(spikes.num_spikes), "rate_Hz": round(float(spikes.num_spikes) / count / total, 2),
        "load": round(os.getloadavg()[0], 2),
    }))


if __name__ == "__main__":
    main()
