"""Compiles mechanisms and runs a protocol for each in NEURON: one compartment, a leak, a step of current, events for point processes.

python3 protocol.py job.json out.json; job: {"mods": [path], "build": folder, "cases": [...]}. Needs NEURON with its compiler.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

os.environ["NEURON_MODULE_OPTIONS"] = "-nogui"


def compile_mechanisms(mods, build):
    """nrnivmodl's steps one by one: Debian 12's looks for its makefile in the wrong folder."""
    build.mkdir(parents=True, exist_ok=True)
    names = [f"m{k}_{mod.stem}".replace("-", "_") for k, mod in enumerate(mods)]
    for name, mod in zip(names, mods):
        shutil.copy(mod, build / f"{name}.mod")
    for included in {path for mod in mods for path in mod.parent.glob("*.inc")}:
        shutil.copy(included, build)
    environment = {**os.environ, "MODLUNIT": "/usr/share/nrn/lib/nrnunits.lib"}

    def run(*step):
        done = subprocess.run(step, cwd=build, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(step)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")

    for name in names:
        run("nocmodl", f"{name}.mod")
    calls = "".join(f"extern void _{name}_reg(void); " for name in names)
    calls += "void modl_reg(void) { " + "".join(f"_{name}_reg(); " for name in names) + "}\n"
    (build / "mod_func.c").write_text(calls)
    core = next(pathlib.Path("/usr/lib/nrn").glob("libnrniv.so"), None)
    link = [str(core), f"-Wl,-rpath,{core.parent}"] if core else ["-lnrniv"]
    sources = [str(build / f"{name}.c") for name in [*names, "mod_func"]]
    library = build / "mechanisms.so"
    run("cc", "-O1", "-shared", "-fPIC", "-w", "-DHAVE_CONFIG_H", f"-I{build}", *sources, *link, "-lm", "-o", str(library))
    return library


def passive(h, case):
    soma = h.Section(name="soma")
    soma.L = soma.diam = case["diam"]
    soma.cm = 1
    soma.insert("pas")
    soma.g_pas, soma.e_pas = case["leak"], -65
    return soma


def voltage(h, case):
    soma = passive(h, case)
    h.celsius, h.dt = case["celsius"], case["dt"]
    for name in case["insert"]:
        soma.insert(name)
    for name, value in case.get("set", {}).items():
        setattr(soma(0.5), name, value)
    for name, value in case.get("globals", {}).items():
        setattr(h, name, value)
    for into, pointer, of, variable in case.get("pointers", []):
        place = soma(0.5)
        h.setpointer(getattr(getattr(place, of) if of else place, f"_ref_{variable}"), pointer, getattr(place, into))
    vectors = []
    for name, table in case.get("tables", {}).items():
        if "z" in table:  # over two arguments, on a grid of equal spacing
            x, y, z, values = table["x"], table["y"], table["z"], f"values_{name}"
            h(f"double {values}[{len(x)}][{len(y)}]")
            for k, row in enumerate(z):
                for j, value in enumerate(row):
                    getattr(h, values)[k][j] = value
            first = getattr(h, f"_ref_{values}")[0][0]
            getattr(h, f"table_{name}")(first, len(x), x[0], x[-1], len(y), y[0], y[-1])
            continue
        vectors += [h.Vector(table["y"]), h.Vector(table["x"])]
        getattr(h, f"table_{name}")(vectors[-2], vectors[-1])
    keep = []
    for point in case["points"]:
        process = getattr(h, point["name"])(soma(0.5))
        for name, value in point.get("set", {}).items():
            setattr(process, name, value)
        connection = None
        if point["events"]:
            connection = h.NetCon(None, process)
            connection.weight[0], connection.delay = point["weight"], 0
        if "train" in point:  # a source, whose events are sent as it fires
            source = h.NetStim()
            source.start, source.interval, source.number = point["train"]
            keep.append((source, h.NetCon(source, process, 0, point["delay"], point["weight"]), []))
        for link in point.get("links", []):  # several connections, each with its weight
            keep.append((process, h.NetCon(None, process), link["events"]))
            keep[-1][1].weight[0], keep[-1][1].delay = link["weight"], 0
        keep.append((process, connection, point["events"]))
    for ion in case["reversals"]:
        if not h.ismembrane(f"{ion}_ion", sec=soma):
            continue
        for name, value in case["concentrations"].items():
            if name[:-1] == ion:
                setattr(h, f"{name}0_{ion}_ion", value)
                try:
                    setattr(soma(0.5), name, value)
                except Exception:  # a mechanism's own state
                    pass
        try:
            setattr(soma(0.5), f"e{ion}", case["reversals"][ion])
        except Exception:  # computed by Nernst
            pass
    sides = [soma]
    if "across" in case:  # a process on each side, which reads the other
        sides = [soma, passive(h, case)]
        for side in sides:
            for name in case["across"].get("insert", []):
                side.insert(name)
        for here, there in (sides, sides[::-1]):
            process = getattr(h, case["across"]["name"])(here(0.5))
            for name, value in case["across"]["set"].items():
                setattr(process, name, value)
            h.setpointer(getattr(there(0.5), f"_ref_{case['across'].get('variable', 'v')}"), case["across"]["pointer"], process)
            keep.append((process, None, []))
    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur, clamp.amp = case["clamp"]
    recorded = [h.Vector().record(side(0.5)._ref_v) for side in sides]
    h.finitialize(case["v0"])
    for _, connection, events in keep:
        for time in events:
            connection.event(time)
    for _ in range(round(case["stop"] / case["dt"])):
        h.fadvance()
    return [v for side in recorded for v in side]


def apart(h, case):
    """In a process of its own: what a case leaves behind in NEURON (styles and values of ions) reaches no other."""
    read, write = os.pipe()
    if os.fork() == 0:
        os.close(read)
        with os.fdopen(write, "w") as out:
            json.dump(voltage(h, case), out)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as given:
        found = json.load(given)
    os.wait()
    return found


def main():
    job = json.loads(pathlib.Path(sys.argv[1]).read_text())
    library = compile_mechanisms([pathlib.Path(m) for m in job["mods"]], pathlib.Path(job["build"]))
    from neuron import h

    h.nrn_load_dll(str(library))
    h.load_file("stdrun.hoc")
    found = {case["name"]: apart(h, case) for case in job["cases"]}
    pathlib.Path(sys.argv[2]).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
