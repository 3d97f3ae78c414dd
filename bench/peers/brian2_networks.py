"""COBA and CUBA of Brette et al. (2007), Brunel's network (2000) and neurons whose links learn, in Brian 2: activity of some seeds, or speed of compiled code.

Prints one JSON line a seed or program. Same cells, links, inputs and starts as networks.ts; exponential Euler or exact steps of 0.1 ms as there.
--target cython compiles each object (statistics); cpp writes a C++ program with so many threads of OpenMP, which reads its own clocks
(neither code generation nor the drawing of links is counted). Needs brian2, Cython and a C++ compiler.
"""

import argparse
import json
import tempfile

import numpy as np
import brian2
from brian2 import *

DT = 0.1
SIZES = {"COBA": (3200, 800, 0.8), "CUBA": (3200, 800, 0.8), "Brunel": (10000, 2500, 1.5), "STDP": (1000, 100, 0.1)}
CONDUCTANCES = """
dv/dt = (0.01 * (-60 - v) + ge * (0 - v) + gi * (-80 - v)) / 0.2 / ms : 1 (unless refractory)
dge/dt = -ge / (5 * ms) : 1
dgi/dt = -gi / (10 * ms) : 1
"""
CURRENTS = """
dv/dt = (0.01 * (-49 - v) + ge + gi) / 0.2 / ms : 1 (unless refractory)
dge/dt = -ge / (5 * ms) : 1
dgi/dt = -gi / (10 * ms) : 1
"""


def connected(source, target, on_pre, delay, rng, fan=None, probability=None):
    synapses = Synapses(source, target, on_pre=on_pre, delay=delay * ms)
    if fan is None:
        synapses.connect(p=probability)
    else:  # so many links onto each, none from itself
        i = rng.integers(0, len(source) - (source is target), (len(target), fan))
        j = np.repeat(np.arange(len(target)), fan)
        i = i.ravel()
        synapses.connect(i=i, j=j)
    return synapses

def coba_or_cuba(name, nE, nI, delay):
    conductances = name == "COBA"
    method = "exponential_euler" if conductances else "exact"
    # hillock holds round(5 ms / dt) updates, Brian one less
    cells = NeuronGroup(nE + nI, CONDUCTANCES if conductances else CURRENTS, threshold="v > -50", reset="v = -60", refractory=(5 + DT) * ms, method=method)
    if conductances:
        cells.v = "clip(-65 + 5 * randn(), -80, 0)"
        cells.ge = "clip(0.04 + 0.015 * randn(), 0, 1)"
        cells.gi = "clip(0.2 + 0.12 * randn(), 0, 1)"
    else:
        cells.v = "-60 + 10 * rand()"
    weights = (0.006, 0.067) if conductances else (0.0162, -0.09)
    parts = [cells]
    for source, state, weight in ((cells[:nE], "ge", weights[0]), (cells[nE:], "gi", weights[1])):
        parts.append(connected(source, cells, f"{state}_post += {weight}", delay, None, probability=0.02))
    return cells, parts

def brunel(nE, nI, delay, rng):
    fanE, fanI = nE // 10, nI // 10
    J = 100 / fanE
    rate = 2 * 1000 * 20 / (J * fanE * 20)
    cells = NeuronGroup(nE + nI, "dv/dt = -v / (20 * ms) : 1 (unless refractory)", threshold="v > 20", reset="v = 10", refractory=(2 + DT) * ms, method="exact")
    parts = [cells, PoissonInput(cells, "v", fanE, rate * Hz, weight=J)]
    for start, end, fan, weight in ((0, nE, fanE, J), (nE, nE + nI, fanI, -5 * J)):
        i = rng.integers(0, end - start - 1, (nE + nI, fan))
        j = np.repeat(np.arange(nE + nI), fan).reshape(i.shape)
        own = (j >= start) & (j < end)  # a neuron of the source's population passes over itself
        i = i + (own & (i >= j - start))
        synapses = Synapses(cells[start:end], cells, on_pre=f"v_post += {weight}", delay=delay * ms)
        synapses.connect(i=i.ravel(), j=j.ravel())
        parts.append(synapses)
    return cells, parts

def stdp(inputs, n, delay):
    """Song, Miller and Abbott (2000), n neurons: every pair of spikes counts; post spikes reach links after 0.5 ms."""
    g = 0.015 * 0.01
    sources = PoissonGroup(inputs, 20 * Hz)
    cells = NeuronGroup(n, """
        dv/dt = (0.01 * (-74 - v) + ge * (0 - v)) / 0.2 / ms : 1
        dge/dt = -ge / (5 * ms) : 1
        """, threshold="v > -54", reset="v = -60", method="exponential_euler")
    cells.v = -74
    links = Synapses(sources, cells, """
        w : 1
        dx/dt = -x / (20 * ms) : 1 (event-driven)
        dy/dt = -y / (20 * ms) : 1 (event-driven)
        """,
        on_pre=f"ge_post += w; x += {0.005 * g}; w = clip(w - y, 0, {g})",
        on_post=f"y += {0.00525 * g}; w = clip(w + x, 0, {g})")
    links.connect()
    links.w = f"{g} * rand()"
    links.pre.delay = delay * ms
    links.post.delay = 0.5 * ms
    return cells, [sources, cells, links]

def build(name, k, scale):
    nE, nI, delay = SIZES[name]
    nE, nI = int(nE * scale), int(nI * scale)
    seed(k)
    if name == "STDP":
        return stdp(nE, nI, delay)
    if name == "Brunel":
        return brunel(nE, nI, delay, np.random.default_rng(k))
    return coba_or_cuba(name, nE, nI, delay)

def activity(args):
    """Spikes of each seed, in files: float64 times (ms) and int32 neurons; until so many networks still fire in their second half."""
    prefs.codegen.target = "cython"
    alive = 0
    for k in args.seeds:
        cells, parts = build(args.model, k, args.scale)
        spikes = SpikeMonitor(cells)
        Network(*parts, spikes).run(args.seconds * second)
        path = f"{args.into}/{args.model}-{k}"
        np.asarray(spikes.t / ms, dtype=np.float64).tofile(f"{path}.times")
        np.asarray(spikes.i, dtype=np.int32).tofile(f"{path}.cells")
        print(json.dumps({"peer": f"Brian {brian2.__version__}", "seed": k, "path": path}), flush=True)
        alive += int(np.any(spikes.t > args.seconds / 2 * second))
        if alive == args.alive:
            return

def program(args):
    """Builds a C++ program; each run of it leaves wall and CPU seconds of the simulation and the number of spikes in results/."""
    folder = tempfile.mkdtemp(dir=args.into)
    set_device("cpp_standalone", directory=folder, build_on_run=False)
    prefs.devices.cpp_standalone.openmp_threads = args.threads if args.threads > 1 else 0
    cells, parts = build(args.model, args.seeds[0], args.scale)
    counted = SpikeMonitor(cells, record=False, name="counted")
    device.insert_code("before_network_run", "const clock_t cpu_began = clock();")
    device.insert_code("after_network_run", """
        std::ofstream("results/measured.txt") << Network::_last_run_time << " " << double(clock() - cpu_began) / CLOCKS_PER_SEC << " " << _array_counted_N[0];
    """)
    Network(*parts, counted).run(args.seconds * second)
    device.build(directory=folder, run=False, with_output=False)
    print(json.dumps({"peer": f"Brian {brian2.__version__}", "path": folder}), flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", choices=SIZES, required=True)
    options.add_argument("--target", choices=["cython", "cpp"], required=True)
    options.add_argument("--seconds", type=float, default=1)
    options.add_argument("--scale", type=float, default=1)
    options.add_argument("--seeds", type=int, nargs="*", default=[1])
    options.add_argument("--alive", type=int, default=0, help="networks after which no more seeds are run")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--into", required=True, help="an empty folder")
    args = options.parse_args()
    defaultclock.dt = DT * ms
    (activity if args.target == "cython" else program)(args)

if __name__ == "__main__":
    main()
