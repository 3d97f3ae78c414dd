import type { CaseFiles, VerifyRow } from "../case.ts";
import { notYet, type VerifyContext } from "../rows.ts";
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

export async function verifyGeneral(
  files: CaseFiles,
  name: string,
  kind: string,
  context: VerifyContext,
): Promise<VerifyRow[]> {
  const verifier = KINDS.get(kind);
  return verifier === undefined
    ? [notYet(name, "all", "cases of this kind are not part of this version")]
    : verifier(files, name, context);
}
