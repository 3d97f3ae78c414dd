import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { pythonWith } from "../../../scripts/requirements.mjs";
import { ModelError } from "../../../src/errors.ts";
import { iaf_cond_exp } from "../../../src/mechanisms/neurons/index.ts";
import { fixedInDegree, fixedProbability, Hz, linksOf, list, ms, Network, nS, openFolder, perCell, poisson, uniformValues, writeSonataNetwork } from "../../../src/node.ts"; // prettier-ignore

const folder = mkdtempSync(join(tmpdir(), "hillock-sonata-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function network(procedural = false): Network {
  const net = new Network({ seed: 3 });
  const E = net.cells("E", iaf_cond_exp({ n: 40 }));
  const input = net.sources("input", 3, poisson({ rate: Hz(10) }));
  net.connect(input, E.excitatory, list([[2, 5], [0, 7], [0, 6], [2, 5]]), { name: "given", weight: perCell(nS, [1, 2, 3, 4]), delay: perCell(ms, [0.5, 1, 1.5, 2]) }); // prettier-ignore
  net.connect(E, E.inhibitory, fixedProbability(0.2), { name: "random", weight: nS(2), delay: ms(1.5), procedural });
  net.connect(E, E.excitatory, fixedInDegree(4), { name: "degree", weight: uniformValues({ from: nS(1), to: nS(2) }), delay: ms(1) }); // prettier-ignore
  return net;
}

describe("linksOf", () => {
  test("a list comes back as it was given, by source, weights and delays with their links", () => {
    const { source, target, weight, unit, delay, receptors } = linksOf(network(), "given");
    const rows = Array.from(source, (s, k) => [s, target[k], weight[k], delay[k]]).sort((a, b) => a[3]! - b[3]!);
    const factor = unit === "uS" ? 1e-3 : 1;
    expect(rows.map(([s, t]) => [s, t])).toEqual([[2, 5], [0, 7], [0, 6], [2, 5]]); // prettier-ignore
    expect(rows.map((r) => r[2]! / factor)).toEqual([1, 2, 3, 4].map((w) => expect.closeTo(w, 12) as number));
    expect(rows.map((r) => r[3])).toEqual([0.5, 1, 1.5, 2]);
    expect(receptors).toHaveLength(1);
  });

  test("procedural links are those that would be kept; another structure has others", () => {
    const kept = linksOf(network(), "random");
    expect(linksOf(network(true), "random")).toEqual(kept);
    expect(linksOf(network(), "random", 4).target).not.toEqual(kept.target);
    expect(kept.source.length).toBeGreaterThan(200);
  });

  test("every cell has the in-degree of the rule, and the drawn weights lie within their limits", () => {
    const { target, weight, unit } = linksOf(network(), "degree");
    const into = new Array<number>(40).fill(0);
    for (const t of target) into[t]! += 1;
    expect(into).toEqual(new Array<number>(40).fill(4));
    expect(weight.every((w) => w >= (unit === "uS" ? 1e-3 : 1) && w <= (unit === "uS" ? 2e-3 : 2))).toBe(true);
  });

  test("a name that is not there is refused", () => {
    expect(() => linksOf(network(), "randon")).toThrow(ModelError);
    expect(() => linksOf(network(), "randon")).toThrow('Did you mean "random"');
  });
});

test("nodes and edges are read with h5py as SONATA has them", async () => {
  const files = await openFolder(folder);
  const net = network();
  await writeSonataNetwork(files, net);
  const script = `
import csv, h5py, json, sys
config = json.load(open(sys.argv[1] + "/circuit_config.json"))["networks"]
nodes, edges = h5py.File(sys.argv[1] + "/" + config["nodes"][0]["nodes_file"]), h5py.File(sys.argv[1] + "/" + config["edges"][0]["edges_file"])
types = list(csv.DictReader(open(sys.argv[1] + "/" + config["edges"][0]["edge_types_file"]), delimiter=" "))
kinds = list(csv.DictReader(open(sys.argv[1] + "/" + config["nodes"][0]["node_types_file"]), delimiter=" "))
r = edges["edges/random"]
print(json.dumps({"magic": int(edges.attrs["magic"]), "nodes": {k: len(v["node_id"]) for k, v in nodes["nodes"].items()}, "kinds": kinds,
  "populations": [r["source_node_id"].attrs["node_population"], r["target_node_id"].attrs["node_population"]],
  "source": r["source_node_id"][:].tolist(), "target": r["target_node_id"][:].tolist(), "weight": r["0/syn_weight"][:].tolist(), "delay": r["0/delay"][:].tolist(),
  "type": types[int(r["edge_type_id"][0])], "group": r["edge_group_index"][:].tolist(), "units": r["0/delay"].attrs["units"], "names": sorted(edges["edges"])}))`;
  const read = JSON.parse(execFileSync(pythonWith(["h5py"]), ["-c", script, folder], { encoding: "utf8" })) as Record<string, unknown>; // prettier-ignore
  const own = linksOf(net, "random");
  expect(read).toMatchObject({
    magic: 0x0a7a,
    nodes: { E: 40, input: 3 },
    kinds: [{ node_type_id: "0", pop_name: "E", model_type: "point_neuron" }, { node_type_id: "1", pop_name: "input", model_type: "virtual" }],
    populations: ["E", "E"],
    source: [...own.source],
    target: [...own.target],
    weight: [...own.weight],
    delay: [...own.delay],
    type: { projection: "random", receptor: own.receptors[0], weight_units: own.unit },
    group: [...own.source.keys()],
    units: "ms",
    names: ["degree", "given", "random"],
  }); // prettier-ignore
});
