"""examples/layer5.mjs in NEURON: the morphology by Import3d, the mechanisms by its compiler. Prints the soma's spikes (ms) and potentials (mV).

python3 layer5.py folder build: the folder of cell.swc and the mechanisms, a folder to compile in.
"""

import json
import math
import pathlib
import sys

from protocol import compile_mechanisms

SOMATIC = {"na_t": 2, "na_p": 0.0017, "k_t": 0.08, "k_p": 0.0022, "k_v3": 0.69, "k_sk": 0.044, "ca_h": 0.001, "ca_l": 0.0034}
APICAL = {"na_t": 0.02, "k_v3": 3e-4, "k_m": 7e-5, "k_sk": 0.0012, "ca_h": 6e-5, "ca_l": 5e-4}
DT, STOP = 0.025, 90


def main():
    folder, build = map(pathlib.Path, sys.argv[1:])
    mods = sorted(folder.glob("*.mod"))
    library = compile_mechanisms(mods, build)
    from neuron import h

    h.nrn_load_dll(str(library))
    h.load_file("stdrun.hoc")
    h.load_file("import3d.hoc")
    reader = h.Import3d_SWC_read()
    reader.quiet = 1
    reader.input(str(folder / "cell.swc"))
    cell = type("Cell", (), {})()
    h.Import3d_GUI(reader, 0).instantiate(cell)
    soma = next(s for s in cell.all if "soma" in s.name())
    h.celsius, h.dt, h.secondorder = 34, DT, 0
    h.distance(0, soma(0.5))

    def put(section, values):
        for name, g in values.items():
            section.insert(name)
            for segment in section:
                setattr(segment, f"gbar_{name}", g(segment) if callable(g) else g)

    for s in cell.all:
        kind = next(k for k in ("soma", "axon", "dend", "apic") if k in s.name())
        s.nseg = 2 * int((s.L / 40 + 0.9) / 2) + 1
        s.Ra, s.cm = 100, 1 if kind == "soma" else 2
        s.insert("pas")
        s.g_pas, s.e_pas = 5e-5, -90
        if kind in ("soma", "axon"):
            put(s, SOMATIC)
        if kind == "apic":
            put(s, {**APICAL, "ih": lambda segment: 2e-4 * (2.087 * math.exp(h.distance(segment) / 323) - 0.87)})
        if kind in ("soma", "dend"):
            put(s, {"ih": 2e-4})
        if kind != "dend":
            s.insert("ca_pool")
            s.gamma_ca_pool, s.decay_ca_pool = 0.0005, 120
            s.ena, s.ek = 50, -85
    h.cao0_ca_ion = 2
    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur, clamp.amp = 50, 200, 1
    recorded = h.Vector().record(soma(0.5)._ref_v)
    h.finitialize(-80)
    for _ in range(round(STOP / DT)):
        h.fadvance()
    print("RESULT" + json.dumps({"sections": len(list(cell.all)), "V": list(recorded)}))


main()
