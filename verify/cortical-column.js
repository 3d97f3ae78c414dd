import { notYet } from "./rows.js";
/** Runs one case of the cortical column: kinds c1 (single cells), c2 (cells at rest), c3 to c7 (networks). A case is a folder;
 * all settings come from its files. */
export async function verifyCorticalColumn(files, stem, kind, context) {
    if (kind === "c1")
        return (await import("./cortical-column-single.js")).verifySingleCells(files, stem, context);
    if (kind === "c2")
        return (await import("./cortical-column-settle.js")).verifySettling(files, stem, context);
    if (/^c[3-7]$/.test(kind))
        return (await import("./cortical-column-network.js")).verifyColumn(files, stem, kind, context);
    return [notYet(stem, "all", `kind ${kind} is not known to this version`)];
}
//# sourceMappingURL=cortical-column.js.map