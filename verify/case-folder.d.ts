import type { CaseFiles } from "./case.ts";
import type { FoundCase, Listing } from "./discover.ts";
/** Files and folders of a folder under `root`; hidden ones and node_modules are left out. */
export declare function listing(root: string): (folder: string) => Listing;
/** A case's files. Names that the case does not have are looked up beside it, then in the further folders (absolute). */
export declare function caseFiles(root: string, found: FoundCase, further: readonly string[]): CaseFiles;
