import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError, HillockError } from "../src/errors.js";
import { discover } from "./discover.js";
import { notYet } from "./rows.js";
import { caseFiles, listing } from "./case-folder.js";
import { chooseEngine } from "../src/cli/engine.js";
/** Where files that cases share are looked up last. */
const REFERENCE = fileURLToPath(new URL("../test/reference", import.meta.url));
/** `hillock verify`. @returns the exit code: 1 on a FAIL, an unreadable case, or when nothing was run */
export async function verifyCommand(dir, options) {
    if (!existsSync(dir) || !statSync(dir).isDirectory())
        throw new DataError(dir, "is not a folder", "Give the folder of the cases, for example test/reference/motor-pool");
    const { root, found } = casesOf(dir);
    if (found.length === 0)
        throw new DataError(dir, "holds no case", "Cases are named r1… to r9…, rt…, c… or f1… to f5…");
    const chosen = await chooseEngine(options.engine, options.adapter);
    const context = { engine: chosen.kind, device: chosen.opened?.device };
    const further = existsSync(REFERENCE)
        ? [REFERENCE, ...listing(REFERENCE)("").folders.map((name) => join(REFERENCE, name))]
        : [];
    if (!options.json)
        process.stdout.write(`${found.length} cases on ${chosen.said}\n${line(HEAD)}\n`);
    const rows = [];
    try {
        for (const one of found) {
            const own = await runCase(root, one, further, context);
            rows.push(...own);
            if (!options.json)
                for (const row of own)
                    process.stdout.write(`${line(cellsOf(row))}${row.note === undefined ? "" : `  ${row.note}`}\n`);
        }
    }
    finally {
        chosen.opened?.device.destroy();
    }
    const count = (pass) => rows.filter((row) => row.pass === pass).length;
    if (options.json)
        process.stdout.write(`${JSON.stringify({ engine: chosen.kind, adapter: chosen.said, rows }, null, 2)}\n`);
    else
        process.stdout.write(`${count(true)} pass, ${count(false)} FAIL, ${count("not yet")} not yet\n`);
    return count(false) > 0 || count(true) === 0 ? 1 : 0;
}
/** The cases under a folder, or the one that a folder c… is itself. */
function casesOf(dir) {
    const path = resolve(dir);
    const itself = /^c\d/.test(basename(path))
        ? discover(listing(dirname(path))).filter((c) => c.folder === basename(path))
        : [];
    if (itself.length > 0 && discover(listing(dir)).length === 0)
        return { root: dirname(path), found: itself };
    return { root: dir, found: discover(listing(dir)) };
}
async function runCase(root, found, further, context) {
    const name = found.folder === "" ? found.stem : `${found.folder}/${found.stem}`;
    try {
        const files = caseFiles(root, found, further);
        const rows = await verifierOf(found, context)(files);
        return rows.map((row) => ({ ...row, case: name }));
    }
    catch (error) {
        // an unreadable case is a failure of its own and does not stop the others
        const text = error instanceof HillockError ? error.message : (error.stack ?? String(error));
        return [{ case: name, quantity: "readable", measured: "no", allowed: "yes", pass: false, note: text }];
    }
}
function verifierOf({ kind, stem }, context) {
    if (kind.startsWith("r")) {
        return async (files) => (await import("./motor-pool.js")).verifyMotorPool(files, stem, kind, context);
    }
    if (kind.startsWith("c")) {
        return async (files) => (await import("./cortical-column.js")).verifyCorticalColumn(files, stem, kind, context);
    }
    if (kind.startsWith("f")) {
        return async (files) => (await import("./trained-network.js")).verifyTrainedNetwork(files, stem, context);
    }
    return async () => [notYet(stem, "all", "cases of this kind are not part of this version")];
}
const HEAD = ["case", "quantity", "measured", "allowed", ""];
const WIDTHS = [24, 44, 12, 12, 8];
const line = (cells) => cells
    .map((cell, k) => cell.padEnd(WIDTHS[k] ?? 0))
    .join("  ")
    .trimEnd();
const cellsOf = ({ case: name, quantity, measured, allowed, pass }) => [
    name, quantity, figure(measured), figure(allowed), pass === true ? "pass" : pass === false ? "FAIL" : "not yet",
]; // prettier-ignore
const figure = (x) => typeof x === "string" ? x : Number.isInteger(x) ? String(x) : String(Number(x.toPrecision(4)));
//# sourceMappingURL=command.js.map