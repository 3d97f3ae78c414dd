"""The circuit of test/fixtures/sonata-cells in NEURON, its files read anew. Prints potentials (mV) of the somata.

python3 sonata.py folder build: the folder of the circuit, a folder to compile in.
"""

import csv
import json
import pathlib
import sys

from protocol import compile_mechanisms

KINDS = ("soma", "dend", "apic", "axon")


def table(path):
    return {int(row[next(iter(row))]): row for row in csv.DictReader(open(path), delimiter=" ")}


def kind(section):
    return section.name().split(".")[-1][:4]


def build(h, folder, row, dL):
    reader = h.Import3d_SWC_read()
    reader.quiet = 1
    reader.input(str(folder / "morphologies" / (row["morphology"].removesuffix(".swc") + ".swc")))
    cell = type("Cell", (), {})()
    h.Import3d_GUI(reader, 0).instantiate(cell)
    soma = next(s for s in cell.all if kind(s) == "soma")
    kept = [s for s in cell.all if kind(s) != "axon"]
    for s in [s for s in cell.all if kind(s) == "axon"]:
        h.delete_section(sec=s)
    stub = [h.Section(name=f"axon{k}", cell=cell) for k in range(2)]
    for s in stub:
        s.L, s.diam = 30, 1
    stub[0].connect(soma(0.5), 0)
    stub[1].connect(stub[0](1), 0)
    cell.secs = sorted(kept, key=lambda s: KINDS.index(kind(s))) + stub
    fit = json.loads((folder / "fits" / row["dynamics_params"]).read_text())
    passive, conditions = fit["passive"][0], fit["conditions"][0]
    for s in cell.secs:
        s.Ra = passive["ra"]
        s.cm = next(c["cm"] for c in passive["cm"] if c["section"] == kind(s))
        s.insert("pas")
        s.e_pas = passive["e_pas"]
        for gene in fit["genome"]:
            if gene["section"] == kind(s):
                if gene["mechanism"]:
                    s.insert(gene["mechanism"])
                setattr(s, gene["name"], gene["value"])
        for erev in conditions["erev"]:
            if erev["section"] == kind(s):
                for name in ("ena", "ek"):
                    if h.ismembrane(f"{name[1:]}_ion", sec=s):
                        setattr(s, name, erev[name])
        s.nseg = 1 + 2 * int(s.L / (2 * dL))
    cell.soma = soma
    return cell


def main():
    folder, out = map(pathlib.Path, sys.argv[1:])
    library = compile_mechanisms(sorted((folder / "mechanisms/modfiles").glob("*.mod")), out)
    import h5py
    from neuron import h

    h.nrn_load_dll(str(library))
    h.load_file("stdrun.hoc")
    h.load_file("import3d.hoc")
    config = json.loads((folder / "simulation_config.json").read_text())
    run, conditions, step = config["run"], config["conditions"], config["inputs"]["step"]
    h.celsius, h.dt, h.secondorder = conditions["celsius"], run["dt"], 0
    types, edge_types = table(folder / "network/node_types.csv"), table(folder / "network/edge_types.csv")
    with h5py.File(folder / "network/nodes.h5") as f:
        cells = [build(h, folder, types[int(k)], run["dL"]) for k in f["nodes/cortex/node_type_id"]]
    with h5py.File(folder / "spikes.h5") as f:
        times = list(zip(f["spikes/lgn/node_ids"], f["spikes/lgn/timestamps"]))
    virtual, keep = [[], []], []
    for node, t in times:  # one generator of one spike each
        stim = h.NetStim()
        stim.number, stim.start, stim.noise = 1, t, 0
        virtual[node].append(stim)
    with h5py.File(folder / "network/edges.h5") as f:
        for g in f["edges"].values():
            of = g["source_node_id"].attrs["node_population"]
            place = ("sec_id", "sec_x") if "sec_id" in g["0"] else ("afferent_section_id", "afferent_section_pos")
            columns = (g["source_node_id"], g["target_node_id"], g["edge_type_id"], g["0/syn_weight"], *(g[f"0/{p}"] for p in place))
            for source, target, type_id, weight, section, x in zip(*columns):
                row = edge_types[int(type_id)]
                params = json.loads((folder / "synapses" / row["dynamics_params"]).read_text())
                synapse = {"exp2syn": h.Exp2Syn, "expsyn": h.ExpSyn}[row["model_template"].lower()](cells[target].secs[section](x))
                synapse.e = params["erev"]
                for name in ("tau", "tau1", "tau2"):
                    if name in params:
                        setattr(synapse, name, params[name])
                if of == "lgn":
                    links = [h.NetCon(stim, synapse) for stim in virtual[source]]
                else:
                    links = [h.NetCon(cells[source].soma(0.5)._ref_v, synapse, sec=cells[source].soma)]
                    links[0].threshold = run["spike_threshold"]
                for link in links:
                    link.delay, link.weight[0] = float(row["delay"]), weight
                keep += [synapse, *links]
    clamp = h.IClamp(cells[0].soma(0.5))
    clamp.amp, clamp.delay, clamp.dur = step["amp"], step["delay"], step["duration"]
    recorded = [h.Vector().record(cell.soma(0.5)._ref_v) for cell in cells]
    h.finitialize(conditions["v_init"])
    for _ in range(round(run["tstop"] / run["dt"])):
        h.fadvance()
    print("RESULT" + json.dumps({"nseg": [sum(s.nseg for s in c.secs) for c in cells], "V": [list(v) for v in recorded]}))


main()
