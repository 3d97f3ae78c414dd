"""How long does NEURON need for the Watanabe motor pool with fixed inputs? 800 motor neurons, 400 + 800 sources, dt 0.025 ms.

Prints one JSON line: wall seconds per simulated second, setup not counted. Inputs and connections are drawn with numpy before
the run; with --case they are those of a reference case, and the spikes are compared with its spikes.
Needs NEURON with its compiler (nrnivmodl) and numpy.
"""

import argparse
import gzip
import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
REFERENCE = HERE.parent.parent / "test" / "reference" / "motor-pool"

# value at threshold 0, value at threshold 1 (docs/quirks.md, row 1: generation B)
RANGES = {
    "soma_diam_um": (78, 113), "gnabar": (0.0325, 0.0775), "gnapbar": (0.00067, 0.00043), "gkfbar": (0.0015, 0.0028),
    "gksbar": (0.016, 0.02), "rinact": (0.018, 0.063), "gl_soma": (0.000952381, 0.001538462), "dend_diam_um": (48, 90),
    "dend_L_um": (5500, 10600), "gcaLbar": (6.2e-6, 1.25e-5), "vtraub_caL": (34, 35), "Ltau": (47, 90),
    "gl_dend": (7.69231e-5, 0.000165289),
}


def load_neuron():
    """NEURON with the mechanisms of mod/, compiled once per content of that folder."""
    mods = sorted((HERE / "mod").glob("*.mod"))
    digest = hashlib.sha256(b"".join(m.read_bytes() for m in mods)).hexdigest()[:16]
    build = pathlib.Path(tempfile.gettempdir()) / f"hillock-neuron-{os.getuid()}-{digest}"
    library = build / platform.machine() / "libnrnmech.so"
    if not library.exists():
        build.mkdir(exist_ok=True)
        for mod in mods:
            shutil.copy(mod, build)
        compile_mechanisms(build, [m.stem for m in mods], library)
    from neuron import h

    h.nrn_load_dll(str(library))
    h.load_file("stdrun.hoc")
    return h


def compile_mechanisms(build, names, library):
    """nrnivmodl; where a distribution has split its files (Debian 12's looks for its makefile in the wrong folder), its steps."""
    done = subprocess.run(["nrnivmodl"], cwd=build, capture_output=True, text=True)
    if done.returncode == 0 and library.exists():
        return
    out = library.parent
    out.mkdir(exist_ok=True)
    steps = [["nocmodl", f"{name}.mod", "-o", str(out)] for name in names]
    calls = "".join(f"extern void _{name}_reg(void); " for name in names)
    calls += "void modl_reg(void) { " + "".join(f"_{name}_reg(); " for name in names) + "}\n"
    (out / "mod_func.c").write_text(calls)
    core = next(pathlib.Path("/usr/lib/nrn").glob("libnrniv.so"), None)
    link = [str(core), f"-Wl,-rpath,{core.parent}"] if core else ["-lnrniv"]
    sources = [str(out / f"{name}.c") for name in [*names, "mod_func"]]
    steps.append(["cc", "-O2", "-shared", "-fPIC", "-w", "-DHAVE_CONFIG_H", f"-I{out}", *sources, *link, "-lm", "-o", str(library)])
    environment = {**os.environ, "MODLUNIT": "/usr/share/nrn/lib/nrnunits.lib"}
    for step in steps:
        made = subprocess.run(step, cwd=build, env=environment, capture_output=True, text=True)
        if made.returncode != 0:
            sys.exit(f"nrnivmodl failed in {build}:\n{done.stderr[-800:]}\nand so did {' '.join(step)}:\n{made.stderr[-2000:]}")


def thresholds(n, slope=10.0, span=100.0):
    """The combined law of recruitment, largest threshold 1."""
    i = np.arange(n)
    s = slope * i / n * np.exp(i * np.log(span / slope) / n)
    return 1 / span + (s - s[0]) * (1 - 1 / span) / (s[-1] - s[0])


def poisson_trains(rng, cells, rate_hz, seconds):
    """Sorted spike times (ms) of each cell, rounded to the time step."""
    counts = rng.poisson(rate_hz * seconds, cells)
    return [np.sort(np.round(rng.uniform(0, seconds * 1e3, c) / 0.025) * 0.025) for c in counts]


def drawn(args):
    """Cells, connections and inputs of the benchmark itself."""
    rng = np.random.default_rng(args.seed)
    n = args.motor_neurons
    cells = [{k: a + T * (b - a) for k, (a, b) in RANGES.items()} for T in thresholds(n)]
    pairs = np.argwhere(rng.random((n // 2, n)) < 0.3)
    dd = poisson_trains(rng, n // 2, 65, args.seconds)
    independent = poisson_trains(rng, n, 125, args.seconds)
    # weights keep the mean conductance of a cell whatever the number of sources
    return dict(cells=cells, pairs=pairs, dd=dd, independent=independent, w_dd=0.1 * 400 / (n // 2), w_in=0.05, v0=-65.0)


def table(name):
    with gzip.open(REFERENCE / name, "rt") as file:
        header = file.readline().strip().split(",")
        rows = [line.strip().split(",") for line in file]
    return {key: [row[k] for row in rows] for k, key in enumerate(header)}


def from_case(case):
    """Cells, connections and inputs of a network case; those of r5 follow from its recruitment."""
    data = json.loads((REFERENCE / f"{case}.json").read_text())
    s = data["settings"]
    cells = data.get("cell_parameters") or [{k: a + T * (b - a) for k, (a, b) in RANGES.items()} for T in thresholds(s["nMN"])]
    links, inputs = table(f"{case}_connections_dd_to_mn.csv.gz"), table(f"{case}_input_spikes.csv.gz")
    trains = {"DD": [[] for _ in range(s["nDD"])], "IN": [[] for _ in range(s["nIN"])]}
    for population, cell, t in zip(inputs["population"], inputs["cell"], inputs["t_ms"]):
        trains[population][int(cell)].append(float(t))
    pairs = np.array([[int(a), int(b)] for a, b in zip(links["dd"], links["mn"])])
    spikes = table(f"{case}_mn_spikes.csv.gz")
    want = sorted(zip(map(int, spikes["mn"]), map(float, spikes["t_ms"])))
    return dict(cells=cells, pairs=pairs, dd=trains["DD"], independent=trains["IN"], w_dd=s["w_DD_uS"], w_in=s["w_IN_uS"],
                v0=s["v_init_mV"], dt=s["dt_ms"], seconds=s["T_ms"] / 1e3, want=want)


class MotorNeuron:
    def __init__(self, h, p):
        self.soma, self.dend = h.Section(name="soma", cell=self), h.Section(name="dend", cell=self)
        self.soma.L = self.soma.diam = p["soma_diam_um"]
        self.dend.L, self.dend.diam = p["dend_L_um"], p["dend_diam_um"]
        self.dend.connect(self.soma(0), 0)
        for section in (self.soma, self.dend):
            section.Ra, section.cm, section.nseg = 70, 1, 1
        self.soma.insert("napp")
        self.dend.insert("caL")
        for name in ("gnabar", "gnapbar", "gkfbar", "gksbar", "rinact"):
            setattr(self.soma(0.5).napp, name, p[name])
        self.soma(0.5).napp.gl = p["gl_soma"]
        ca = self.dend(0.5).caL
        ca.gcaLbar, ca.vtraub, ca.Ltau, ca.gl = p["gcaLbar"], p["vtraub_caL"], p["Ltau"], p["gl_dend"]
        self.exc = h.Exp2Syn(self.dend(0.5))
        self.exc.tau1, self.exc.tau2, self.exc.e = 0.2, 0.3, 70


def connect(h, network, cells):
    """One relay per source; returns what must stay alive, and the relays' inputs."""
    sources = [(train, h.Relay()) for train in [*network["dd"], *network["independent"]]]
    links = [h.NetCon(sources[d][1], cells[m].exc, 0, 1.0, network["w_dd"]) for d, m in network["pairs"]]
    first = len(network["dd"])
    links += [h.NetCon(sources[first + m][1], cells[m].exc, 0, 1.0, network["w_in"]) for m in range(len(network["independent"]))]
    inputs = [h.NetCon(None, relay) for _, relay in sources]
    return sources, links, inputs


def run(h, network, seconds, dt, threads, repeat):
    """Wall and CPU seconds of each repetition, and the spikes of the last: sorted (cell, ms)."""
    cells = [MotorNeuron(h, p) for p in network["cells"]]
    sources, links, inputs = connect(h, network, cells)
    times, ids = h.Vector(), h.Vector()
    detectors = []
    for k, cell in enumerate(cells):
        detector = h.NetCon(cell.soma(0.5)._ref_v, None, sec=cell.soma)
        detector.threshold = 50
        detector.record(times, ids, k)
        detectors.append(detector)
    pc = h.ParallelContext()
    pc.nthread(threads)
    h.dt, h.steps_per_ms, h.secondorder, h.celsius = dt, 1 / dt, 2, 36
    pc.set_maxstep(1)
    walls, cpus = [], []
    for _ in range(repeat):
        h.finitialize(network["v0"])
        for (train, _), line in zip(sources, inputs):
            for t in train:
                line.event(t)
        start = time.perf_counter(), time.process_time()
        pc.psolve(seconds * 1e3)
        walls.append(time.perf_counter() - start[0])
        cpus.append(time.process_time() - start[1])
    del links
    return walls, cpus, sorted(zip(np.array(ids).astype(int).tolist(), np.array(times).tolist()))


def compare(got, want):
    """How many spikes of the reference are met within 1e-6 ms and within 0.05 ms, cell by cell in order."""
    by_cell = lambda spikes: {c: [t for k, t in spikes if k == c] for c in {k for k, _ in spikes}}
    a, b = by_cell(got), by_cell(want)
    near = [min((abs(t - x) for x in a.get(c, [])), default=np.inf) for c in b for t in b[c]]
    return {"spikes": len(want), "exact": int(np.sum(np.array(near) < 1e-6)), "within_0.05_ms": int(np.sum(np.array(near) <= 0.05 + 1e-6))}


def per_second(measured, seconds):
    each = np.array(measured) / seconds
    return {"min": round(each.min(), 4), "median": round(float(np.median(each)), 4), "max": round(each.max(), 4)}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--motor-neurons", type=int, default=800)
    options.add_argument("--seconds", type=float, default=1.0)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--dt", type=float, help="ms; default 0.025, or the case's")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--perturb", type=float, help="repeat with every gnabar changed by this fraction: how far do spikes move?")
    options.add_argument("--case", choices=["r4", "r5", "r8", "r9"], help="inputs of a reference case, spikes compared with it")
    args = options.parse_args()
    network = from_case(args.case) if args.case else drawn(args)
    seconds = min(args.seconds, network["seconds"]) if args.case else args.seconds
    dt = args.dt or network.get("dt", 0.025)
    h = load_neuron()
    walls, cpus, spikes = run(h, network, seconds, dt, args.threads, args.repeat)
    result = {
        "peer": f"NEURON {h.nrnversion(5)}", "motorNeurons": len(network["cells"]),
        "sources": len(network["dd"]) + len(network["independent"]), "links": len(network["pairs"]) + len(network["independent"]),
        "dt_ms": dt, "seconds": seconds, "threads": args.threads, "repeats": args.repeat,
        "wallPerSimulatedSecond": per_second(walls, seconds), "cpuPerSimulatedSecond": per_second(cpus, seconds), "spikes": len(spikes), "cpus": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }
    if args.perturb:
        changed = {**network, "cells": [{**c, "gnabar": c["gnabar"] * (1 + args.perturb)} for c in network["cells"]]}
        result["perturbed"] = compare(run(h, changed, seconds, dt, args.threads, 1)[2], spikes)
    if args.case:
        end = seconds * 1e3
        result["reference"] = compare(spikes, [(c, t) for c, t in network["want"] if t < end - dt / 2])
    print(json.dumps(result))


if __name__ == "__main__":
    main()
