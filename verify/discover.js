const KIND = /^(rt|[rcf]\d)/;
/** Finds cases (design section 10): a folder c…, one JSON with the files that share its stem, one CSV (r3…, rt_…), or all
 * f4… files together. Other folders are searched too.
 * @param list  what a folder holds, by path relative to the start; undefined when there is none */
export function discover(list, folder = "") {
    const { files, folders } = list(folder);
    const path = (name) => (folder === "" ? name : `${folder}/${name}`);
    const found = [];
    const f4 = files.filter((name) => /^f4\W/.test(name));
    if (f4.length > 0)
        found.push({ folder, stem: "f4", kind: "f4", files: f4 });
    const rest = files.filter((name) => KIND.test(name) && !f4.includes(name));
    const stems = rest.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));
    const owner = (name) => stems
        .filter((stem) => name.startsWith(stem) && /^[^A-Za-z0-9]/.test(name.slice(stem.length)))
        .sort((a, b) => b.length - a.length)[0];
    for (const stem of stems) {
        found.push({ folder, stem, kind: kindOf(stem), files: rest.filter((name) => owner(name) === stem) });
    }
    for (const name of rest.filter((candidate) => owner(candidate) === undefined)) {
        const stem = /^(.*)\.csv(\.gz)?$/.exec(name)?.[1];
        if (stem !== undefined)
            found.push({ folder, stem, kind: kindOf(stem), files: [name] });
    }
    for (const name of folders) {
        if (/^c\d/.test(name))
            found.push({ folder: path(name), stem: name, kind: kindOf(name), files: list(path(name)).files });
        else
            found.push(...discover(list, path(name)));
    }
    return found.sort((a, b) => a.folder.localeCompare(b.folder) || a.stem.localeCompare(b.stem));
}
const kindOf = (name) => KIND.exec(name)[0];
//# sourceMappingURL=discover.js.map