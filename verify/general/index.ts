import type { CaseFiles, VerifyRow } from "../case.ts";
import { notYet, type VerifyContext } from "../rows.ts";
import { listedFiles, wantFiles } from "./data.ts";
import { verifyShortTerm } from "./links.ts";
import { verifyCalcium, verifyKinetic } from "./clamped.ts";
import { verifyInterneurons, verifyReceptors, verifySquid } from "./compartments.ts";
import { verifyForce } from "./force.ts";
import { verifyCoba, verifyDelta } from "./networks.ts";
import { verifyJunctions } from "./junctions.ts";
import { verifyNoise } from "./noise.ts";
import { verifyAdex, verifyIzhikevich, verifyLif } from "./single.ts";
import { verifyStdp } from "./stdp.ts";
import { verifySwc } from "./swc.ts";

type Verifier = (files: CaseFiles, name: string, context: VerifyContext) => Promise<VerifyRow[]>;

/** Kinds of general cases: a folder gNN_… each. */
const KINDS: ReadonlyMap<string, Verifier> = new Map([
  ["g01", verifyLif],
  ["g02", verifyIzhikevich],
  ["g03", verifyAdex],
  ["g04", verifyCoba],
  ["g05", verifyDelta],
  ["g06", verifyShortTerm],
  ["g07", verifyStdp],
  ["g09", verifyNoise],
  ["g10", verifyJunctions],
  ["g11", verifyKinetic],
  ["g12", verifyCalcium],
  ["g16", verifySwc],
  ["g08", verifyReceptors],
  ["g13", verifyInterneurons],
  ["g14", verifyForce],
  ["g15", verifySquid],
]);

/** Tables of which no case says how far one may be from them: conductances of g08, whose voltages are compared. */
const WITHOUT_TOLERANCE: readonly string[] = ["g.csv"];
/** And what FORCE learned step by step, to which float32 is not held: a spike that flips parts them. */
const FOR_FLOAT64: readonly string[] = ["training.csv", "phi.csv"];

export async function verifyGeneral(
  files: CaseFiles,
  name: string,
  kind: string,
  context: VerifyContext,
): Promise<VerifyRow[]> {
  const verifier = KINDS.get(kind);
  if (verifier === undefined) return [notYet(name, "all", "cases of this kind are not part of this version")];
  wantFiles(files);
  const used = new Set<string>();
  const bare = (file: string): string => file.replace(/\.gz$/, "");
  const seen = (file: string): string => {
    used.add(bare(file));
    return file;
  };
  const read: CaseFiles = { list: () => files.list(), bytes: (file) => files.bytes(seen(file)), text: (file) => files.text(seen(file)) }; // prettier-ignore
  const rows = await verifier(read, name, context);
  const others = context.engine === "reference" ? WITHOUT_TOLERANCE : [...WITHOUT_TOLERANCE, ...FOR_FLOAT64];
  const unread = listedFiles(files).filter((file) => !used.has(bare(file)) && !others.includes(bare(file)));
  return unread.length === 0 ? rows : [...rows, unasked(name, unread)];
}

/** A table that case.json lists and of which no part of it says what it is: that part was lost, and its rows with it. */
const unasked = (name: string, unread: readonly string[]): VerifyRow => ({
  case: name, quantity: "files that no part of case.json asks for", measured: unread.join(", "), allowed: "none", values: 0, needed: unread.length, pass: false,
}); // prettier-ignore
