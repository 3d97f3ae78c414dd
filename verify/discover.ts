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

const KIND = /^(rt|[rcf]\d|g\d\d)/;
/** Folders that are a case each: c3_evoked, g04_coba. */
export const CASE_FOLDER = /^(c\d|g\d\d_)/;

/** Finds cases: a folder c… or gNN_…, one JSON with the files that share its stem, one CSV (r3…, rt_…), or all
 * f4… files together. Other folders are searched too.
 * @param list  what a folder holds, by path relative to the start; undefined when there is none */
export function discover(list: (folder: string) => Listing, folder = ""): FoundCase[] {
  const { files, folders } = list(folder);
  const path = (name: string): string => (folder === "" ? name : `${folder}/${name}`);
  const found: FoundCase[] = [];
  const f4 = files.filter((name) => /^f4\W/.test(name));
  if (f4.length > 0) found.push({ folder, stem: "f4", kind: "f4", files: f4 });
  const rest = files.filter((name) => KIND.test(name) && !/^g/.test(name) && !f4.includes(name));
  const stems = rest.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));
  const owner = (name: string): string | undefined =>
    stems
      .filter((stem) => name.startsWith(stem) && /^[^A-Za-z0-9]/.test(name.slice(stem.length)))
      .sort((a, b) => b.length - a.length)[0];
  for (const stem of stems) {
    found.push({ folder, stem, kind: kindOf(stem), files: rest.filter((name) => owner(name) === stem) });
  }
  for (const name of rest.filter((candidate) => owner(candidate) === undefined)) {
    const stem = /^(.*)\.csv(\.gz)?$/.exec(name)?.[1];
    if (stem !== undefined) found.push({ folder, stem, kind: kindOf(stem), files: [name] });
  }
  for (const name of folders) {
    if (CASE_FOLDER.test(name))
      found.push({ folder: path(name), stem: name, kind: kindOf(name), files: list(path(name)).files });
    else found.push(...discover(list, path(name)));
  }
  return found.sort((a, b) => a.folder.localeCompare(b.folder) || a.stem.localeCompare(b.stem));
}

const kindOf = (name: string): string => (KIND.exec(name) as RegExpExecArray)[0];
