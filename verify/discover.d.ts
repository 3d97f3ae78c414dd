/** One case found in a folder. */
export interface FoundCase {
    /** path of its folder relative to where the search began, "" for that itself. */
    readonly folder: string;
    /** stem of its JSON, its CSV without the ending, its folder's name, or "f4". */
    readonly stem: string;
    /** "r1", "rt", "c3", "f2": what its name starts with. */
    readonly kind: string;
    /** its files, relative to `folder`. */
    readonly files: readonly string[];
}
/** What a search looks at: names of files and folders of one folder. */
export interface Listing {
    readonly files: readonly string[];
    readonly folders: readonly string[];
}
/** Finds cases (design section 10): a folder c…, one JSON with the files that share its stem, one CSV (r3…, rt_…), or all
 * f4… files together. Other folders are searched too.
 * @param list  what a folder holds, by path relative to the start; undefined when there is none */
export declare function discover(list: (folder: string) => Listing, folder?: string): FoundCase[];
