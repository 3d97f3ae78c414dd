import { DataError } from "../../errors.ts";
import type { NeuronOptions } from "../../mechanisms/neuron.ts";
import type { Given } from "../../units.ts";
import { biophysical, type Biophysical, type Run } from "./biophysical.ts";
import type { Components } from "./components.ts";
import { type Glif, glif, isGlif } from "./glif.ts";
import { nestModel, type NestModel } from "./nest.ts";
import { given, NodeParams, upToSteps } from "./node-params.ts";
import type { Nodes, Rows } from "./nodes.ts";

/** Rows of one population that are one of hillock's: sources, one kind of neuron, or one of cell. */
export interface Part extends Rows {
  readonly name: string;
  readonly model: NestModel | Glif | Biophysical | "virtual";
}

/** A part that has a state: no virtual nodes. */
export const isNeurons = (part: Part): part is Part & { model: NestModel | Glif | Biophysical } =>
  part.model !== "virtual";

export const isCell = (model: Part["model"]): model is Biophysical => model !== "virtual" && "cell" in model;

/** Rows by what they are.
 * @throws DataError for what hillock does not have */
export function partsOf(nodes: Nodes, files: Components, run: () => Run): Part[] {
  const byTemplate = new Map<string, number[]>();
  const cells = new Map<ReadonlyMap<string, string>, string>();
  const ofType = new Map<number, number>();
  /** Of a type, and counted, where nodes of one type are several cells. */
  const cellNamed = (type: ReadonlyMap<string, string>, typeId: number): string => {
    const known = cells.get(type);
    if (known !== undefined) return known;
    const count = (ofType.get(typeId) ?? 0) + 1;
    ofType.set(typeId, count);
    const name = `biophysical ${typeId}${count === 1 ? "" : ` ${count}`}`;
    cells.set(type, name);
    return name;
  };
  nodes.type.forEach((type, row) => {
    const kind = type.get("model_type") ?? "";
    const at = `${nodes.where}, node_type_id ${nodes.typeId[row]}`;
    const template = type.get("model_template") ?? "";
    if (!["virtual", "point_neuron", "point_process", "point_soma", "biophysical"].includes(kind))
      throw new DataError(at, `has the model_type "${kind.slice(0, 60)}"`, "hillock takes point_neuron, point_process, biophysical and virtual"); // prettier-ignore
    const key = kind === "virtual" ? "virtual" : kind === "biophysical" ? cellNamed(type, nodes.typeId[row] as number) : template;
    const rows = byTemplate.get(key) ?? [];
    rows.push(row);
    byTemplate.set(key, rows);
  });
  const word = (text: string): string => text.replaceAll(/\W+/g, "_");
  return [...byTemplate].map(([template, rows]) => {
    const at = `${nodes.where}, node_type_id ${nodes.typeId[rows[0] as number]}`;
    const type = nodes.type[rows[0] as number] as ReadonlyMap<string, string>;
    const cell = type.get("model_type") === "biophysical";
    const pointNeuron = (): NestModel | Glif => (isGlif(template) ? glif(template, { nodes, rows }, files) : nestModel(at, template));
    const model = template === "virtual" ? template : cell ? biophysical(at, type, files, run()) : pointNeuron();
    const ofNode = [...nodes.columns].find(([path, values]) => cell && path.startsWith("dynamics_params/") && rows.some((row) => !Number.isNaN(values[row]))); // prettier-ignore
    if (ofNode !== undefined) throw new DataError(`${nodes.where}, ${ofNode[0]}`, "is of biophysical nodes", "Give their parameters in the file that dynamics_params of their type names"); // prettier-ignore
    const name = byTemplate.size === 1 ? word(nodes.name) : `${word(nodes.name)}_${word(template.replace(/^nest:/, ""))}`;
    return { name, nodes, rows, model };
  });
} // prettier-ignore

/** Parameters of neurons, each from the node's own column, else from its type's file or column, else NEST's default.
 * @param dt  step of the run, ms; undefined where there is none yet */
export function neuronOptions(part: Part & { model: NestModel }, files: Components, dt: number | undefined): NeuronOptions {
  const { nodes, rows, model } = part;
  const own = new NodeParams(part, new Set([...Object.keys(model.params), ...Object.keys(model.initial), ...Object.keys(model.fixed ?? {})]), files);
  const value = (name: string, row: number): number | undefined => own.number(name, row);
  for (const [name, only] of Object.entries(model.fixed ?? {})) {
    const other = rows.map((row) => value(name, row)).find((x) => x !== undefined && x !== only);
    if (other !== undefined) throw new DataError(`${nodes.where}, ${name}`, `is ${other}`, `hillock has it at ${only} only`);
  }
  const units = model.type.mechanism.params;
  const params: Record<string, Given> = {};
  for (const [name, { to, scale, default: otherwise, inSteps = false }] of Object.entries(model.params))
    if (to !== undefined) params[to] = given(rows.map((row) => (inSteps && dt !== undefined ? upToSteps(value(name, row) ?? otherwise, dt) : (value(name, row) ?? otherwise)) * scale), (units[to] as { unit: Given["unit"] }).unit);
  for (const [to, make] of Object.entries(model.derived ?? {}))
    params[to] = given(rows.map((row) => make((name) => value(name, row) ?? model.params[name]?.default ?? NaN)), (units[to] as { unit: Given["unit"] }).unit);
  const initial: Record<string, Given> = {};
  for (const [name, { state, scale }] of Object.entries(model.initial)) {
    const values = rows.map((row) => value(name, row));
    const rest = params["E_L"] ?? params["c"];
    if (values.every((x) => x === undefined) || rest === undefined) continue;
    const usual = (k: number): number => ("values" in rest ? (rest.values[k] as number) : rest.value) / scale;
    initial[state] = given(values.map((x, k) => (x ?? (state === "V" ? usual(k) : 0)) * scale), (model.type.mechanism.states[state] as { unit: Given["unit"] }).unit);
  }
  const rest = model.params["E_L"];
  if (rest !== undefined) own.noteStart((row) => value("E_L", row) ?? rest.default, rest.default);
  own.note();
  return { n: rows.length, params, initial };
} // prettier-ignore
