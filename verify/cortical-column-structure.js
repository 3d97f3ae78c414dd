import { localLinks, prepareDrives } from "../src/models/cortical-column/index.js";
import { DataError } from "../src/errors.js";
import { parseJson } from "./cortical-column-run.js";
import { COLUMN } from "./cortical-column-tolerances.js";
import { optionalTable, Table } from "./csv.js";
import { atMost } from "./rows.js";
/** What must be right before the first step: gids, rules, event times, positions, links. */
export function structureRows(files, one, events) {
    const { stem, info, column } = one;
    const gids = Object.entries(info.gid_ranges_inclusive).filter(([name, [first, last]]) => {
        const own = column.gids[name];
        return own?.first !== first || own.first + own.n - 1 !== last;
    });
    return [
        atMost(stem, "gid ranges that differ", gids.length, 0, gids.map(([name]) => name).join(", ")),
        atMost(stem, "connection rules, difference", Math.abs(column.links.length - info.n_connection_rules), 0),
        ...eventRows(stem, column, events),
        ...positionRows(files, stem, column),
        ...linkRows(files, one),
    ];
}
function eventRows(stem, column, stored) {
    const [drives, cells, times] = [stored.strings("drive"), stored.numbers("drive_cell"), stored.numbers("time_ms")];
    const want = new Map();
    drives.forEach((drive, k) => {
        const key = `${drive} ${cells[k]}`;
        want.set(key, [...(want.get(key) ?? []), times[k]]);
    });
    let [error, others] = [0, 0];
    for (const drive of column.drives) {
        drive.events.forEach((own, cell) => {
            const key = `${drive.name} ${cell}`;
            const listed = want.get(key) ?? [];
            want.delete(key);
            if (listed.length !== own.length)
                others++;
            own.forEach((t, k) => (error = Math.max(error, Math.abs(t - (listed[k] ?? NaN)) || 0)));
        });
    }
    const note = `${times.length} events`;
    return [
        atMost(stem, "drive cells with another number of events", others + want.size, 0, note),
        atMost(stem, "event times, worst (ms)", error, COLUMN.events.float64),
    ];
}
function positionRows(files, stem, { layout }) {
    if (!files.list().includes("positions.json"))
        return [];
    const stored = parseJson(files, "positions.json");
    let error = 0;
    for (const [type, places] of Object.entries(layout.positions)) {
        places.forEach((place, k) => {
            const want = stored[type]?.[k];
            place.forEach((x, c) => (error = Math.max(error, want === undefined ? Infinity : Math.abs(x - (want[c] ?? NaN)))));
            if ((stored[type]?.length ?? 0) !== places.length)
                error = Infinity;
        });
    }
    return [atMost(stem, "positions, worst (um)", error, COLUMN.positions.float64)];
}
/** Every link that the case's files list: all of them, or the drives', and the shared list of local ones where the case has the
 * default mesh and weights. */
function linkRows(files, { stem, column }) {
    const own = allLinks(column);
    const local = column.rules.length;
    const everything = optionalTable(files, "connections.csv");
    if (everything !== undefined)
        return compareLinks(stem, "links", own, everything);
    const drives = optionalTable(files, "connections_drive.csv");
    return [
        ...(drives === undefined ? [] : compareLinks(stem, "drive links", own.filter((l) => l.rule >= local), drives)),
        ...(isDefault(files, column) ? compareLinks(stem, "local links", own.filter((l) => l.rule < local), sharedLinks(files)) : []),
    ]; // prettier-ignore
}
/** Links of local rules and drives, those slower than the run included. */
function allLinks({ cellTypes: types, layout, rules, drivesGiven: drives, tstop }) {
    const local = localLinks(types, layout, rules);
    return [
        ...local,
        ...prepareDrives({ types, layout, drives, tstop, firstRule: rules.length }).flatMap((d) => d.links),
    ];
}
/** Whether the shared list of local links belongs to this case. */
function isDefault(files, { layout }) {
    const info = parseJson(files, "info.json");
    return layout.mesh.join() === "10,10" && Object.keys(info.local_weight_overrides ?? {}).length === 0;
}
function sharedLinks(files) {
    const name = "connections_local.csv.gz"; // beside the case, not in it
    return new Table(name, files.text(name));
}
function compareLinks(stem, what, own, stored) {
    const index = new Map();
    for (const { rule, receptor, sections, source, target, weightUs, delayMs } of own) {
        source.forEach((s, k) => {
            for (const section of sections)
                index.set(`${rule} ${s} ${target[k]} ${section} ${receptor}`, [weightUs[k], delayMs[k]]);
        });
    }
    const total = index.size;
    const [rule, from, to, section, receptor] = ["rule", "src_gid", "target_gid", "section", "receptor"].map((c) => stored.strings(c));
    const [weight, delay] = [stored.numbers("weight_uS"), stored.numbers("delay_ms")];
    let [missing, weightError, delayError] = [0, 0, 0];
    const relative = (x, y) => (x === y ? 0 : Math.abs(x - y) / Math.abs(y));
    for (let k = 0; k < stored.rows; k++) {
        const key = `${rule[k]} ${from[k]} ${to[k]} ${section[k]} ${receptor[k]}`;
        const found = index.get(key);
        index.delete(key);
        if (found === undefined)
            missing++;
        else {
            weightError = Math.max(weightError, relative(found[0], weight[k]));
            delayError = Math.max(delayError, relative(found[1], delay[k]));
        }
    }
    if (stored.rows === 0)
        throw new DataError(what, "are listed in an empty file", "Restore the case's files");
    return [
        atMost(stem, `${what}, missing or extra`, missing + index.size, 0, `${total} links, reference ${stored.rows}`),
        atMost(stem, `${what}, weights, worst (relative)`, weightError, COLUMN.links.float64),
        atMost(stem, `${what}, delays, worst (relative)`, delayError, COLUMN.links.float64),
    ];
}
//# sourceMappingURL=cortical-column-structure.js.map