"""The circuits of test/fixtures/sonata-cells, sonata-active and sonata-builder in NEURON, their files read anew. Prints potentials (mV) of the
somata, of all compartments with `cai` and `m_na_t` where they are, and spikes (ms) of integrate-and-fire cells.

python3 sonata.py folder build [places.json]: the folder of the circuit, a folder to compile in, and for each population of edges without a
section the [source, target, section, x] of every synapse.
"""

import csv
import json
import math
import pathlib
import sys
from xml.etree import ElementTree

from protocol import compile_mechanisms

KINDS = ("soma", "dend", "apic", "axon")
WHOLE = ("soma", "axon", "dend", "apic")


def table(path):
    """Rows by id; of two columns of one name the one that says something."""
    head, *rows = csv.reader(open(path), delimiter=" ")
    found = {}
    for row in rows:
        by = {}
        for name, value in zip(head, row):
            by[name] = by.get(name) or (None if value in ("NULL", "NONE") else value)
        found[int(by[head[0]])] = by
    return found


def populations(h5py, folder, kind):
    """Each population of the folder's files, open, with its name and the table of its types."""
    for path in sorted((folder / "network").glob(f"*{kind}s.h5")):
        types = table(path.with_name(path.name.replace(f"{kind}s.h5", f"{kind}_types.csv")))
        for name, group in h5py.File(path)[f"{kind}s"].items():
            yield name, group, types


class IntFire:
    """NEURON's own, by the file's times in s."""

    def __init__(self, h, file):
        params = json.loads(file.read_text())
        self.hobj = h.IntFire1()
        self.hobj.tau, self.hobj.refrac = params["tau"] * 1000, params["refrac"] * 1000
        self.secs, self.times = [], h.Vector()
        h.NetCon(self.hobj, None).record(self.times)


def neuroml(cell, file):
    """Densities, pools, Ra and cm of the kinds of sections that a file of NeuroML names."""
    for element in ElementTree.parse(file).iter():
        a, tag = element.attrib, element.tag.split("}")[-1]
        number = lambda key: float(a[key].split()[0])
        for s in cell.secs:
            if a.get("segmentGroup") not in ("all", kind(s)):
                continue
            if tag == "resistivity":
                s.Ra = number("value")
            elif tag == "specificCapacitance":
                s.cm = number("value")
            elif tag == "concentrationModel":
                s.insert(a["type"])
                for key in ("gamma", "decay"):
                    setattr(s, f"{key}_{a['type']}", number(key))
            elif tag.startswith("channelDensity"):
                s.insert(a["ionChannel"])
                setattr(s, "g_pas" if a["ionChannel"] == "pas" else a["id"], number("condDensity"))
                if a["ionChannel"] == "pas":
                    s.e_pas = number("erev")
                elif a["ion"] in ("na", "k"):
                    setattr(s, f"e{a['ion']}", number("erev"))


def kind(section):
    return section.name().split(".")[-1][:4]


def build(h, folder, config, row, dL):
    where = lambda key, name: folder / config["components"][key].replace("$COMPONENTS_DIR", "components").replace("$BASE_DIR/", "") / name
    if row["model_template"] == "nrn:IntFire1":
        return IntFire(h, where("point_neuron_models_dir", row["dynamics_params"]))
    reader = h.Import3d_SWC_read()
    reader.quiet = 1
    reader.input(str(where("morphologies_dir", row["morphology"].removesuffix(".swc") + ".swc")))
    cell = type("Cell", (), {})()
    h.Import3d_GUI(reader, 0).instantiate(cell)
    soma = next(s for s in cell.all if kind(s) == "soma")
    axon = [s for s in cell.all if kind(s) == "axon"]
    if row["model_processing"] == "fullaxon":
        cell.secs = sorted(cell.all, key=lambda s: WHOLE.index(kind(s)))
    else:
        diams, end = (1, 1), 0.5
        if row["model_processing"] == "aibs_allactive":
            diams, end = (axon[0].diam, axon[-1].diam), 1
        if row["model_processing"] == "axon_bbpv5":
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
    cell.soma = soma
    if row["model_template"].startswith("nml:"):
        neuroml(cell, where("biophysical_neuron_models_dir", row["model_template"][4:]))
        for s in cell.secs:
            s.nseg = 1 + 2 * int(s.L / (2 * dL))
        return cell
    fit = json.loads(where("biophysical_neuron_models_dir", row["dynamics_params"]).read_text())
    passive, conditions = fit["passive"][0], fit["conditions"][0]
    for s in cell.secs:
        s.Ra = float(passive["ra"])
        for c in passive.get("cm", []):
            if c["section"] == kind(s):
                s.cm = float(c["cm"])
        s.insert("pas")
        if "e_pas" in passive:
            s.e_pas = passive["e_pas"]
        for gene in fit["genome"]:
            if gene["section"] == kind(s):
                if gene["mechanism"]:
                    s.insert(gene["mechanism"])
                setattr(s, gene["name"], float(gene["value"]))
        for erev in conditions["erev"]:
            if erev["section"] == kind(s):
                for name in ("ena", "ek"):
                    if h.ismembrane(f"{name[1:]}_ion", sec=s):
                        setattr(s, name, erev[name])
        s.nseg = 1 + 2 * int(s.L / (2 * dL))
    return cell


def main():
    folder, out, *given = map(pathlib.Path, sys.argv[1:])
    drawn = json.loads(given[0].read_text()) if given else {}
    library = compile_mechanisms(sorted(folder.glob("**/mechanisms/**/*.mod")), out)
    import h5py
    from neuron import h

    h.nrn_load_dll(str(library))
    h.load_file("stdrun.hoc")
    h.load_file("import3d.hoc")
    config = json.loads((folder / "simulation_config.json").read_text())
    run, conditions = config["run"], config["conditions"]
    h.celsius, h.dt, h.secondorder = conditions["celsius"], run["dt"], 0
    circuit = json.loads((folder / "circuit_config.json").read_text())
    cells, angles = [], {}
    for name, g, types in populations(h5py, folder, "node"):
        cells += [build(h, folder, circuit, types[int(k)], run["dL"]) for k in g["node_type_id"] if name == "cortex"]
        columns = [list(g[f"{k}/tuning_angle"]) if f"{k}/tuning_angle" in g else None for k in sorted(filter(str.isdigit, g))]
        angles[name] = [columns[k][i] if columns[k] else None for k, i in zip(g["node_group_id"], g["node_group_index"])]
    with h5py.File(next(path for path in (folder / "spikes.h5", folder / "inputs/lgn_spikes.h5") if path.exists())) as f:
        times = list(zip(f["spikes/lgn/node_ids"], f["spikes/lgn/timestamps"]))
    virtual, keep = [[] for _ in angles["lgn"]], []
    for node, t in times:  # one generator of one spike each
        stim = h.NetStim()
        stim.number, stim.start, stim.noise = 1, t, 0
        virtual[node].append(stim)
    synapses = folder / circuit["components"]["synaptic_models_dir"].replace("$COMPONENTS_DIR", "components").replace("$BASE_DIR/", "")
    for name, g, edge_types in populations(h5py, folder, "edge"):
        of = g["source_node_id"].attrs["node_population"]
        for k, (source, target, type_id) in enumerate(zip(g["source_node_id"], g["target_node_id"], g["edge_type_id"])):
            row, group, at = edge_types[int(type_id)], g[str(g["edge_group_id"][k])], g["edge_group_index"][k]
            value = lambda key: group[key][at] if key in group else row.get(key)
            params = json.loads((synapses / row["dynamics_params"]).read_text())
            weight = float(value("syn_weight"))
            if row.get("weight_function") == "gaussianLL":
                apart = math.radians(2 * (angles[of][source] - angles["cortex"][target]))
                weight *= math.exp(-((math.degrees(math.acos(math.cos(apart))) / 2 / float(row["weight_sigma"])) ** 2))
            if isinstance(cells[target], IntFire):
                ends = [cells[target].hobj]
                weight *= params["sign"] * value("nsyns")
            else:
                place = ("sec_id", "sec_x") if "sec_id" in group else ("afferent_section_id", "afferent_section_pos")
                own = [(section, x) for s, t, section, x in drawn[name] if (s, t) == (source, target)] if name in drawn else [(value(place[0]), value(place[1]))]
                assert len(own) == int(value("nsyns") or 1)
                ends = []
                for section, x in own:
                    synapse = {"exp2syn": h.Exp2Syn, "expsyn": h.ExpSyn}[row["model_template"].lower()](cells[target].secs[section](x))
                    for key in ("tau", "tau1", "tau2", "erev"):
                        if key in params:
                            setattr(synapse, "e" if key == "erev" else key, value(f"dynamics_params/{key}") if f"dynamics_params/{key}" in group else params[key])
                    ends.append(synapse)
            for end in ends:
                if of == "lgn":
                    links = [h.NetCon(stim, end) for stim in virtual[source]]
                elif isinstance(cells[source], IntFire):
                    links = [h.NetCon(cells[source].hobj, end)]
                else:
                    links = [h.NetCon(cells[source].soma(0.5)._ref_v, end, sec=cells[source].soma)]
                    links[0].threshold = run["spike_threshold"]
                for link in links:
                    link.delay, link.weight[0] = float(value("delay")), weight
                keep += [end, *links]
    for step in config["inputs"].values():
        if step["input_type"] == "spikes":
            continue
        for node in step["node_set"].get("node_id") or step["node_set"]["node_ids"]:
            named = [s for s in cells[node].secs if kind(s) == step.get("section_name", "soma")[:4]]
            place = named[step.get("section_index", 0)](step.get("section_dist", 0.5))
            if step["input_type"] == "voltage_clamp":
                clamp = h.SEClamp(place)
                (clamp.amp1, clamp.amp2, clamp.amp3), (clamp.dur1, clamp.dur2, clamp.dur3), clamp.rs = step["amps"], step["durations"], step["rs"]
                keep.append(clamp)
                continue
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
    recorded = [h.Vector().record(cell.soma(0.5)._ref_v) for cell in cells if cell.secs]
    calcium = [h.Vector().record(cell.soma(0.5)._ref_cai) for cell in cells if cell.secs and h.ismembrane("ca_pool", sec=cell.soma)]
    h.finitialize(conditions["v_init"])
    for _ in range(round(run["tstop"] / run["dt"])):
        h.fadvance()
    print("RESULT" + json.dumps({"nseg": [sum(s.nseg for s in c.secs) for c in cells], "V": [list(v) for v in recorded], "cai": [list(v) for v in calcium], "fired": [list(c.times) for c in cells if not c.secs], "whole": {name: [[[list(v) for v in s] for s in cell] for cell in all_cells] for name, all_cells in whole.items()}}))


main()
