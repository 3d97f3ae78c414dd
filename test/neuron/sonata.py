"""The circuits of test/fixtures/sonata-cells and sonata-active in NEURON, their files read anew. Prints potentials (mV) of the somata, and
of all compartments with `cai` and `m_na_t` where they are.

python3 sonata.py folder build [places.json]: the folder of the circuit, a folder to compile in, and for each population of edges without a
section the [source, target, section, x] of every synapse.
"""

import csv
import json
import math
import pathlib
import sys

from protocol import compile_mechanisms

KINDS = ("soma", "dend", "apic", "axon")
WHOLE = ("soma", "axon", "dend", "apic")


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
    axon = [s for s in cell.all if kind(s) == "axon"]
    if row["model_processing"] == "fullaxon":
        cell.secs = sorted(cell.all, key=lambda s: WHOLE.index(kind(s)))
    else:
        diams, end = (1, 1), 0.5
        if row["model_processing"] == "aibs_allactive":
            h.distance(0, soma(0))
            far = next((s for s in axon if h.distance(s(0.5)) > 60), axon[0])
            diams, end = (axon[0].diam, far.diam), 1
        kept = [s for s in cell.all if kind(s) != "axon"]
        for s in axon:
            h.delete_section(sec=s)
        stub = [h.Section(name=f"axon{k}", cell=cell) for k in range(2)]
        for s, diam in zip(stub, diams):
            s.L, s.diam = 30, diam
        stub[0].connect(soma(end), 0)
        stub[1].connect(stub[0](1), 0)
        cell.secs = sorted(kept, key=lambda s: KINDS.index(kind(s))) + stub
    fit = json.loads((folder / "fits" / row["dynamics_params"]).read_text())
    passive, conditions = fit["passive"][0], fit["conditions"][0]
    for s in cell.secs:
        s.Ra = passive["ra"]
        for c in passive.get("cm", []):
            if c["section"] == kind(s):
                s.cm = c["cm"]
        s.insert("pas")
        if "e_pas" in passive:
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
    folder, out, *given = map(pathlib.Path, sys.argv[1:])
    drawn = json.loads(given[0].read_text()) if given else {}
    library = compile_mechanisms(sorted((folder / "mechanisms").glob("**/*.mod")), out)
    import h5py
    from neuron import h

    h.nrn_load_dll(str(library))
    h.load_file("stdrun.hoc")
    h.load_file("import3d.hoc")
    config = json.loads((folder / "simulation_config.json").read_text())
    run, conditions = config["run"], config["conditions"]
    h.celsius, h.dt, h.secondorder = conditions["celsius"], run["dt"], 0
    types, edge_types = table(folder / "network/node_types.csv"), table(folder / "network/edge_types.csv")
    with h5py.File(folder / "network/nodes.h5") as f:
        cells = [build(h, folder, types[int(k)], run["dL"]) for k in f["nodes/cortex/node_type_id"]]
        angles = {name: list(g.get("0/tuning_angle", [])) for name, g in f["nodes"].items()}
    with h5py.File(folder / "spikes.h5") as f:
        times = list(zip(f["spikes/lgn/node_ids"], f["spikes/lgn/timestamps"]))
    virtual, keep = [[] for _ in angles["lgn"] or range(2)], []
    for node, t in times:  # one generator of one spike each
        stim = h.NetStim()
        stim.number, stim.start, stim.noise = 1, t, 0
        virtual[node].append(stim)
    with h5py.File(folder / "network/edges.h5") as f:
        for name, g in f["edges"].items():
            of = g["source_node_id"].attrs["node_population"]
            place = ("sec_id", "sec_x") if "sec_id" in g["0"] else ("afferent_section_id", "afferent_section_pos")
            for k, (source, target, type_id) in enumerate(zip(g["source_node_id"], g["target_node_id"], g["edge_type_id"])):
                row = edge_types[int(type_id)]
                value = lambda key: g[f"0/{key}"][k] if key in g["0"] else row.get(key)
                params = json.loads((folder / "synapses" / row["dynamics_params"]).read_text())
                weight = float(value("syn_weight"))
                if row.get("weight_function") == "gaussianLL":
                    apart = math.radians(2 * (angles[of][source] - angles["cortex"][target]))
                    weight *= math.exp(-((math.degrees(math.acos(math.cos(apart))) / 2 / float(row["weight_sigma"])) ** 2))
                own = [(section, x) for s, t, section, x in drawn[name] if (s, t) == (source, target)] if name in drawn else [(value(place[0]), value(place[1]))]
                assert len(own) == int(value("nsyns") or 1)
                for section, x in own:
                    synapse = {"exp2syn": h.Exp2Syn, "expsyn": h.ExpSyn}[row["model_template"].lower()](cells[target].secs[section](x))
                    for key in ("tau", "tau1", "tau2", "erev"):
                        if key in params:
                            setattr(synapse, "e" if key == "erev" else key, g[f"0/dynamics_params/{key}"][k] if f"0/dynamics_params/{key}" in g else params[key])
                    if of == "lgn":
                        links = [h.NetCon(stim, synapse) for stim in virtual[source]]
                    else:
                        links = [h.NetCon(cells[source].soma(0.5)._ref_v, synapse, sec=cells[source].soma)]
                        links[0].threshold = run["spike_threshold"]
                    for link in links:
                        link.delay, link.weight[0] = float(value("delay")), weight
                    keep += [synapse, *links]
    for step in config["inputs"].values():
        if step["input_type"] == "spikes":
            continue
        for node in step["node_set"]["node_id"]:
            named = [s for s in cells[node].secs if kind(s) == step.get("section_name", "soma")[:4]]
            place = named[step.get("section_index", 0)](step.get("section_dist", 0.5))
            if step["input_type"] == "csv":
                rows = list(csv.DictReader(open(folder / step["file"]), delimiter=" "))
                times, amps = (h.Vector([float(r[c]) for r in rows]) for c in ("timestamps", "amps"))
                clamp = h.IClamp(place)
                clamp.dur = 1e9
                amps.play(clamp._ref_amp, times)
                keep += [clamp, times, amps]
                continue
            many = lambda key: step[key] if isinstance(step[key], list) else [step[key]]
            for amp, delay, duration in zip(many("amp"), many("delay"), many("duration")):
                clamp = h.IClamp(place)
                clamp.amp, clamp.delay, clamp.dur = amp, delay, duration
                keep.append(clamp)
    whole = {name: [[[h.Vector().record(ref(seg)) for seg in s if has(seg)] for s in cell.secs] for cell in cells] for name, (has, ref) in {
        "v": (lambda seg: True, lambda seg: seg._ref_v),
        "cai": (lambda seg: h.ismembrane("ca_pool", sec=seg.sec), lambda seg: seg._ref_cai),
        "m_na_t": (lambda seg: h.ismembrane("na_t", sec=seg.sec), lambda seg: seg.na_t._ref_m),
    }.items()} if given else {}  # fmt: skip
    recorded = [h.Vector().record(cell.soma(0.5)._ref_v) for cell in cells]
    h.finitialize(conditions["v_init"])
    for _ in range(round(run["tstop"] / run["dt"])):
        h.fadvance()
    print("RESULT" + json.dumps({"nseg": [sum(s.nseg for s in c.secs) for c in cells], "V": [list(v) for v in recorded], "whole": {name: [[[list(v) for v in s] for s in cell] for cell in all_cells] for name, all_cells in whole.items()}}))


main()
