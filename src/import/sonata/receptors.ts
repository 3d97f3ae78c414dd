import { DataError } from "../../errors.ts";
import { exp2syn, expsyn } from "../../mechanisms/index.ts";
import type { ReceptorSpec } from "../../network/cell.ts";
import { ms, mV } from "../../units.ts";
import type { Biophysical } from "./biophysical.ts";
import type { Components } from "./components.ts";
import { type Compartment, DrawnPlaces } from "./places.ts";

/** Receptors of cells, where edges end. */

/** Columns that place an edge; the last two draw a place by chance. */
export const PLACE: ReadonlySet<string> = new Set(["sec_id", "sec_x", "afferent_section_id", "afferent_section_pos", "target_sections", "distance_range"]); // prettier-ignore

/** Parameters of synapses, which an edge may have of its own. */
const PARAMS = ["tau", "tau1", "tau2", "erev"];
export const OWN_PARAMS: ReadonlySet<string> = new Set(PARAMS.map((name) => `dynamics_params/${name}`));

/** An edge onto a cell. */
interface Placed {
  readonly where: string;
  readonly value: (name: string) => number | undefined;
  readonly type: ReadonlyMap<string, string>;
  readonly weight: number;
  /** What draws its places by target_sections, where it has no section of its own. */
  readonly draw: (places: DrawnPlaces, synapse: number) => Compartment;
}

/** Whether an edge says the section in which it ends. */
export const isPlaced = (value: Placed["value"]): boolean =>
  value("sec_id") !== undefined || value("afferent_section_id") !== undefined;

/** Name of the receptor in which each synapse of an edge ends, which the cell gets where it has not got it: one for each compartment,
 * template and parameters. What is the edge's is looked up once.
 * @throws DataError for what the edge lacks, or that hillock does not take */
export function receptorOf(edge: Placed, cell: Biophysical, files: Components): (synapse: number) => string {
  const { where, type } = edge;
  const templateGiven = type.get("model_template") ?? "";
  const template = templateGiven.toLowerCase();
  if (template !== "exp2syn" && template !== "expsyn") throw new DataError(where, `has the model_template "${templateGiven.slice(0, 60)}"`, "hillock takes exp2syn and expsyn onto biophysical cells"); // prettier-ignore
  if (edge.weight < 0) throw new DataError(where, `has the syn_weight ${edge.weight}`, "Give a conductance in uS, from 0; erev says whether it inhibits"); // prettier-ignore
  const synapses = edge.value("nsyns") ?? 1;
  if (synapses !== 1 && isPlaced(edge.value)) throw new DataError(where, `has ${synapses} synapses (nsyns) at one place`, "Give an edge for each, with its own place"); // prettier-ignore
  const name = type.get("dynamics_params");
  if (name === undefined) throw new DataError(where, `has no dynamics_params for ${template}`, "Name its file in the table of edge types"); // prettier-ignore
  const place = placeOf(edge, cell);
  const given = PARAMS.map((field) => edge.value(`dynamics_params/${field}`) ?? "").join(" ");
  return (synapse) => {
    const { section, x } = place(synapse);
    const nseg = cell.nsegs.get(section) ?? 1;
    const compartment = Math.floor(x * nseg);
    const key = `${section} ${compartment} ${template} ${name} ${given}`;
    const known = cell.receptors.get(key);
    if (known !== undefined) return known.name;
    const made = {
      name: `${template}_${cell.receptors.size}_${section}_${compartment}`,
      section,
      at: (compartment + 0.5) / nseg,
      ...synapseOf(edge, template, name, files),
    };
    cell.receptors.set(key, made);
    return made.name;
  };
}

/** The synapse of an edge: its own parameters, then those of its type's file. */
function synapseOf(edge: Placed, template: "exp2syn" | "expsyn", name: string, files: Components): Pick<ReceptorSpec, "synapse" | "params"> {
  const params = files.json("synaptic_models_dir", name);
  const number = (field: string): number => {
    const found = edge.value(`dynamics_params/${field}`) ?? params.number(field);
    if (found !== undefined) return found;
    throw new DataError(params.at(field), "is missing", "Give ms for tau, mV for erev");
  };
  const e = mV(number("erev"));
  return template === "expsyn"
    ? { synapse: expsyn, params: { tau: ms(number("tau")), e } }
    : { synapse: exp2syn, params: { tau1: ms(number("tau1")), tau2: ms(number("tau2")), e } };
} // prettier-ignore

/** `sec_id` counts sections of the cell as BMTK has processed it; `afferent_section_id` those of the morphology by SONATA's guide, the axon before
 * the dendrites. Writers of files have used the one name for the other's count, so the latter is taken where both say the same. */
function placeOf(
  { where, value, type, draw }: Placed,
  cell: Biophysical,
): (synapse: number) => { section: string; x: number } {
  const own = value("sec_id");
  const id = own ?? value("afferent_section_id");
  const x = own === undefined ? value("afferent_section_pos") : value("sec_x");
  if (id === undefined) {
    const sections = type.get("target_sections");
    if (sections === undefined) throw new DataError(where, "has neither sec_id nor afferent_section_id, and its type no target_sections", "Give sec_id and sec_x, or afferent_section_id and afferent_section_pos, or target_sections and distance_range to draw from"); // prettier-ignore
    const places = drawnPlaces(where, cell, sections, type.get("distance_range"));
    return (synapse) => draw(places, synapse);
  }
  if (x === undefined || !(x > 0 && x < 1)) throw new DataError(where, `has ${x === undefined ? "no" : "the"} ${own === undefined ? "afferent_section_pos" : "sec_x"}${x === undefined ? "" : ` ${x}`}`, "Give a place between the section's ends, which have no membrane: above 0 and below 1"); // prettier-ignore
  const { processed, inFile } = cell;
  const section = processed[id];
  if (section === undefined) throw new DataError(where, `ends on section ${id} of ${processed.length}`, "Give a section that the cell has, from 0"); // prettier-ignore
  if (own === undefined && inFile[id] !== section) throw new DataError(where, `has the afferent_section_id ${id}, which is ${inFile[id] ?? "of the axon that is replaced"} in the morphology's count and ${section} in that of the processed cell`, "Give sec_id and sec_x, which count the processed cell: soma, dendrites, apical ones, the two sections of the axon"); // prettier-ignore
  return () => ({ section, x });
}

/** Of a cell and the texts of a type, made once. */
function drawnPlaces(where: string, { compartments, drawn }: Biophysical, sections: string, range: string | undefined): DrawnPlaces {
  const key = `${sections} ${range ?? ""}`;
  const found = drawn.get(key) ?? new DrawnPlaces(where, compartments, sections, range);
  drawn.set(key, found);
  return found;
} // prettier-ignore
