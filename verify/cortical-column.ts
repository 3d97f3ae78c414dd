import type { CaseFiles, VerifyRow } from "./case.ts";
import { notYet, type VerifyContext } from "./rows.ts";

/** Runs one case of the cortical column: kinds c1 (single cells), c2 (cells at rest), c3 to c7 (networks). A case is a folder;
 * all settings come from its files. */
export async function verifyCorticalColumn(
  files: CaseFiles,
  stem: string,
  kind: string,
  context: VerifyContext,
): Promise<VerifyRow[]> {
  if (kind === "c1") return (await import("./cortical-column-single.ts")).verifySingleCells(files, stem, context);
  if (kind === "c2") return (await import("./cortical-column-settle.ts")).verifySettling(files, stem, context);
  if (/^c[3-7]$/.test(kind))
    return (await import("./cortical-column-network.ts")).verifyColumn(files, stem, kind, context);
  return [notYet(stem, "all", `kind ${kind} is not known to this version`)];
}
