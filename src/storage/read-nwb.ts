import type { File } from "h5wasm";
import { tried } from "../clipped.ts";
import { DataError } from "../errors.ts";
import { type NwbTable, unitsOf } from "../import/nwb-units.ts";
import { guarded, type SonataGroup } from "../import/sonata/config.ts";
import type { Spikes } from "../run/chunk.ts";
import type { Files } from "./files.ts";
import { openHdf5 } from "./hdf5-file.ts";

/** The units table of an NWB file: `n` units, their spikes in order of time, in ms. `from` and `to` are the first and last instant of
 * its observed intervals; without those, 0 (or the first spike, where that is earlier) and the last spike. */
export type NwbUnits = Spikes & NwbTable;

const RECIPE =
  'Convert it where it was made: import pickle; block = pickle.load(open("x.pkl", "rb")); then write a line "cell,t_ms" for each spike of ' +
  'block.segments[0].spiketrains (times.rescale(\'ms\')), or neo.NWBIO("x.nwb", mode="w").write(block)';

/** Spikes of an NWB 2 file, from hillock, pynwb, neo or MyoGen.
 * @throws DataError for a file that is not there, is no NWB file, has no units or spike times, or is damaged; a pickle is refused with how to
 * convert it, since unpickling runs whatever code the file holds */
export async function readNwb(files: Files, name: string): Promise<NwbUnits> {
  const where = `${files.where}/${name}`;
  if (/\.(pkl|pickle|joblib)$/i.test(name)) throw new DataError(where, "is a pickle, which only Python can read, and which may run code", RECIPE); // prettier-ignore
  if (!(await files.exists(name))) throw new DataError(where, "is not there", "Check the name");
  const folder = await files.hdf5();
  let file: File;
  try {
    file = openHdf5(folder, await folder.open(name), where);
  } catch {
    throw new DataError(where, "cannot be read as HDF5", "Give an NWB 2 file, or restore it from a copy");
  }
  try {
    return unitsOf(where, guarded(where, file as unknown as SonataGroup));
  } finally {
    tried(() => void file.close(), undefined); // a damaged one may not even close
  }
}
