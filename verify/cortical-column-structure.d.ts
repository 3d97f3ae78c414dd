import type { CaseFiles, VerifyRow } from "./case.ts";
import type { NetworkCase } from "./cortical-column-case.ts";
import { Table } from "./csv.ts";
/** What must be right before the first step: gids, rules, event times, positions, links. */
export declare function structureRows(files: CaseFiles, one: NetworkCase, events: Table): VerifyRow[];
