"""Compiles artificial cells and records when they fire: two of each, the first driven by given events and the second by the first, or a
generator alone.

python3 artificial.py job.json out.json; job: {"mods": [path], "build": folder, "cases": [...]}. Needs NEURON with its compiler.
"""

import json
import pathlib
import sys

from protocol import compile_mechanisms


def spikes(h, case):
    h.dt = case["dt"]
    cells = [getattr(h, case["cell"])() for _ in range(case["cells"])]
    found = [h.Vector() for _ in cells]
    keep = []
    for cell, into in zip(cells, found):
        connection = h.NetCon(cell, None)
        connection.record(into)
        keep.append(connection)
    events = []
    for weight, times in case["trains"]:
        connection = h.NetCon(None, cells[0])
        connection.weight[0] = weight
        events.append((connection, times))
    if "pulses" in case:  # sent as time goes on, so that events of a cell's own may have been sent before
        source = h.NetStim()
        source.start, source.interval, source.number = case["pulses"]["train"]
        keep.append((source, h.NetCon(source, cells[0], 0, case["delay"], case["pulses"]["weight"])))
    if len(cells) > 1:
        keep.append(h.NetCon(cells[0], cells[1], 0, case["delay"], case["weight"]))
    h.finitialize(-65)
    for connection, times in events:
        for time in times:
            connection.event(time)
    for _ in range(round(case["stop"] / case["dt"])):
        h.fadvance()
    return [list(v) for v in found]


def main():
    job = json.loads(pathlib.Path(sys.argv[1]).read_text())
    library = compile_mechanisms([pathlib.Path(m) for m in job["mods"]], pathlib.Path(job["build"]))
    from neuron import h

    h.nrn_load_dll(str(library))
    anchor = h.Section(name="anchor")  # NEURON's fixed step needs one
    found = {case["name"]: spikes(h, case) for case in job["cases"]}
    assert anchor is not None
    pathlib.Path(sys.argv[2]).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
