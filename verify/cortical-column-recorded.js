import { z } from "zod";
import { DataError } from "../src/errors.js";
import { membraneCurrents, potentials } from "../src/models/cortical-column/index.js";
import { ms } from "../src/units.js";
import { cellOfGid } from "./cortical-column-case.js";
import { largest, parseJson, rangeOf, recordedAs, share, valuesAt, worst } from "./cortical-column-run.js";
import { allowed, COLUMN } from "./cortical-column-tolerances.js";
import { optionalTable, Table } from "./csv.js";
import { spacing } from "./motor-pool-cells.js";
import { atLeast, atMost } from "./rows.js";
const point = z.tuple([z.number(), z.number(), z.number()]);
const fieldFile = z.looseObject({
    electrodes_um: z.array(point),
    conductivity_S_per_m: z.number(),
    min_distance_um: z.number(),
});
/** Records what the potentials of lfp.csv need. */
export function recordField(files, column) {
    const stored = optionalTable(files, "lfp.csv");
    if (stored === undefined)
        return;
    const every = ms(spacing(stored.numbers("t")));
    for (const type of column.cellTypes) {
        if (!type.dipole)
            continue; // one segment: no net membrane current
        for (const variable of Object.keys(membraneCurrents(type)))
            column.record(column.population(type.name), variable, { every });
    }
}
/** Potentials at electrodes, from point and line sources; sample 0 is defined as 0. */
export function fieldRows(files, { stem, column, context }, chunk) {
    const stored = optionalTable(files, "lfp.csv");
    if (stored === undefined)
        return [];
    const field = fieldFile.safeParse(parseJson(files, "lfp.json"));
    if (!field.success)
        throw new DataError("lfp.json", field.error.issues[0]?.message ?? "", "Repair the file");
    const { electrodes_um, conductivity_S_per_m: conductivity, min_distance_um: minDistance } = field.data;
    const currents = Object.fromEntries(column.cellTypes.flatMap((type) => {
        const names = Object.keys(membraneCurrents(type));
        return type.dipole ? [[type.name, names.map((name) => chunk.trace(type.name, name).data)]] : [];
    }));
    const limit = allowed(context.engine, COLUMN.potential);
    return ["psa", "lsa"].map((method) => {
        const options = { method, conductivity, minDistance };
        const phi = potentials(column.cellTypes, column.layout, electrodes_um, currents, options);
        let [most, where] = [0, ""];
        phi.forEach((trace, e) => {
            const want = stored.numbers(`${method}_${e}`);
            const error = worst(trace.subarray(0, want.length), want, (k) => k > 0) / rangeOf(want);
            if (!(error <= most))
                [most, where] = [error, `electrode ${e}`];
        });
        return atMost(stem, `potentials, ${method}, worst (of the range)`, most, limit, where);
    });
}
const cellFile = (files) => {
    const name = files.list().find((file) => /^record_gid\d+\.csv/.test(file));
    if (name === undefined)
        return undefined;
    return { stored: new Table(name, files.text(name)), gid: Number(/\d+/.exec(name)?.[0]) };
};
/** Records every column of record_gid<n>.csv; currents at every step, for the files label them one step later. */
export function recordOneCell(files, column, dt) {
    const found = cellFile(files);
    if (found === undefined)
        return;
    const { type, cell } = cellOfGid(column, found.gid);
    for (const name of found.stored.names) {
        const recorded = recordedAs(name);
        if (recorded !== undefined)
            column.record(column.population(type), recorded.variable, { cells: [cell], every: dt });
    }
}
/** Voltages, synaptic currents and calcium of one cell. */
export function recordedCellRows(files, one, chunk) {
    const found = cellFile(files);
    if (found === undefined)
        return [];
    const { stem, column, context, info } = one;
    const { type } = cellOfGid(column, found.gid);
    const t = found.stored.numbers("t");
    const groups = { v: "voltages", i: "synaptic currents", ca: "calcium" };
    const limit = allowed(context.engine, COLUMN.recorded);
    return Object.entries(groups).map(([prefix, quantity]) => {
        let [most, where, within, count] = [0, "", 0, 0];
        for (const name of found.stored.names.filter((n) => n.startsWith(`${prefix}_`))) {
            const recorded = recordedAs(name);
            if (recorded === undefined)
                continue;
            const want = found.stored.numbers(name);
            const got = valuesAt(chunk.trace(type, traceName(column, type, recorded.variable)), 0, t, recorded.late ? info.dt_ms : 0);
            const scale = largest(want);
            got.forEach((x, k) => {
                if (k === 0 && recorded.late)
                    return;
                const error = share(Math.abs(x - want[k]), scale);
                count++;
                if (error <= limit)
                    within++;
                if (!(error <= most))
                    [most, where] = [error, name];
            });
        }
        const label = `gid ${found.gid}, ${quantity}`;
        if (context.engine === "reference")
            return atMost(stem, `${label}, worst (of the largest)`, most, limit, where);
        const note = `worst ${most.toPrecision(3)} in ${where}`;
        return atLeast(stem, `${label} within ${limit} of the largest`, within / count, COLUMN.voltageShare.float32, note);
    });
}
/** The last recording of a variable: "soma.V#2" where vsoma.csv asks for the soma too. */
function traceName(column, type, variable) {
    const same = column.describe().recordings.filter((r) => r.population === type && r.variable === variable).length;
    return same > 1 ? `${variable}#${same}` : variable;
}
//# sourceMappingURL=cortical-column-recorded.js.map