import type { CaseFiles } from "./case.ts";
/** A table of a reference file: columns by name, in the file's order of rows. */
export declare class Table {
    #private;
    readonly rows: number;
    constructor(where: string, text: string);
    get names(): string[];
    strings(name: string): readonly string[];
    numbers(name: string): Float64Array;
}
/** The table of a case's file, compressed or not, or undefined when it is not there. */
export declare function optionalTable(files: CaseFiles, name: string): Table | undefined;
/** @throws DataError when neither the file nor its compressed form is there */
export declare function table(files: CaseFiles, name: string): Table;
