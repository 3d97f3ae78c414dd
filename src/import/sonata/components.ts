import { DataError } from "../../errors.ts";
import * as mechanisms from "../../mechanisms/index.ts";
import type { Channel, Pool } from "../../mechanisms/mechanism.ts";
import { own } from "../../own.ts";
import { nmodl } from "../nmodl/nmodl.ts";
import { type Fields, json, type Paths, type SonataSource, textOf } from "./config.ts";
import type { Fit } from "./fit.ts";
import { neuromlFit } from "./neuroml.ts";

/** A mechanism with what its file says of it. */
export interface KnownMechanism {
  readonly mechanism: Channel | Pool;
  /** What the cell has to give. */
  readonly reads: readonly string[];
  /** hillock's name of a parameter, where it has another. */
  readonly renamed: Readonly<Record<string, string>>;
  /** from the file's unit to hillock's; 1 where it is left out. */
  readonly scale: Readonly<Record<string, number>>;
}

/** Files of a circuit's components, each read once. */
export class Components {
  readonly source: SonataSource;
  readonly notes: string[];
  readonly #circuit: Fields;
  readonly #paths: Paths;
  readonly #mechanisms = new Map<string, KnownMechanism>();
  readonly #json = new Map<string, Fields>();
  readonly #neuroml = new Map<string, Fit>();

  constructor(source: SonataSource, circuit: Fields, paths: Paths, notes: string[]) {
    [this.source, this.#circuit, this.#paths, this.notes] = [source, circuit, paths, notes];
  }

  /** A folder that components name; the config's own where they do not. */
  folder(key: string): string {
    const given = this.#circuit.fields("components")?.text(key);
    if (given === undefined) return this.#paths.folder(this.#circuit.where, "");
    return this.#paths.folder(`${this.#circuit.where}, components, ${key}`, given).replace(/\/?$/, "/");
  }

  json(folder: string, name: string): Fields {
    const path = this.folder(folder) + name;
    const found = this.#json.get(path) ?? json(this.source, path);
    this.#json.set(path, found);
    return found;
  }

  /** The membrane of a cell in NeuroML. */
  neuroml(name: string): Fit {
    const path = this.folder("biophysical_neuron_models_dir") + name;
    const found = this.#neuroml.get(path) ?? neuromlFit(path, textOf(this.source, path), this.notes);
    this.#neuroml.set(path, found);
    return found;
  }

  /** A density mechanism: `pas`, one of a .mod file, or where there is no such file one of hillock's own. */
  mechanism(where: string, name: string): KnownMechanism {
    const found = this.#mechanisms.get(name) ?? this.#read(where, name);
    this.#mechanisms.set(name, found);
    return found;
  }

  #read(where: string, name: string): KnownMechanism {
    if (name === "pas") return { mechanism: mechanisms.pas, reads: [], renamed: { e: "E" }, scale: {} };
    if (!/^\w{1,60}$/.test(name)) throw new DataError(where, `is "${name.slice(0, 60)}"`, "Give the SUFFIX of a .mod file"); // prettier-ignore
    const folders = [`${this.folder("mechanisms_dir")}modfiles/`, this.folder("mechanisms_dir")];
    for (const folder of folders) {
      const [file, text] = [`${folder}${name}.mod`, this.#text(`${folder}${name}.mod`)];
      if (text === undefined) continue;
      const { mechanism, reads, scale, notes } = nmodl(text, { file, include: (other) => this.#text(folder + other) });
      if (mechanism.kind === "synapse" || mechanism.name !== name) throw new DataError(file, `is the ${mechanism.kind} ${mechanism.name}`, `Give a density mechanism of SUFFIX ${name}`); // prettier-ignore
      this.notes.push(...notes.map((note) => `${file}: ${note}`));
      return { mechanism, reads, renamed: {}, scale };
    }
    const ours = own(mechanisms as Readonly<Record<string, unknown>>, name) as Partial<Channel | Pool> | undefined;
    if (ours?.kind !== "channel" && ours?.kind !== "pool") throw new DataError(where, `is "${name}", and neither ${folders.map((f) => `${f}${name}.mod`).join(" nor ")} can be read`, "Add the file to the circuit's mechanisms_dir"); // prettier-ignore
    this.notes.push(`${where} is hillock's own ${name}, in its units: there is no ${name}.mod`);
    return { mechanism: ours as Channel | Pool, reads: ["ena", "ek"], renamed: {}, scale: {} };
  }

  #text(path: string): string | undefined {
    try {
      return this.source.text(path);
    } catch {
      return undefined;
    }
  }
}
