import { z } from "zod";
import { list } from "../src/connect/rules.js";
import { DataError, didYouMean } from "../src/errors.js";
import { Network } from "../src/network/network.js";
import { drive } from "../src/network/signal.js";
import { trains } from "../src/network/sources.js";
import { cellModel, jones2009, receptorName } from "../src/models/cortical-column/index.js";
import { ms, nA, one, perCell, uS } from "../src/units.js";
import { compareTrains } from "../src/analysis/compare-spikes.js";
import { parseJson, quietAt, rangeOf, recordedAs, runColumn, share, valuesAt, worst, largest, } from "./cortical-column-run.js";
import { allowed, COLUMN } from "./cortical-column-tolerances.js";
import { Table } from "./csv.js";
import { trainsOf } from "./motor-pool-cells.js";
import { atMost } from "./rows.js";
const singleCase = z.looseObject({
    case: z.string(),
    cell_type: z.string(),
    tstop: z.number().positive(),
    dt: z.number().positive(),
    file: z.string(),
    iclamp: z
        .looseObject({
        section: z.string(),
        position: z.number(),
        delay_ms: z.number(),
        dur_ms: z.number(),
        amp_nA: z.number(),
    })
        .nullish(),
    synaptic: z
        .array(z.looseObject({
        section: z.string(),
        receptor: z.string(),
        weight_uS: z.number(),
        event_times_ms: z.array(z.number()),
        delay_ms: z.number(),
    }))
        .default([]),
    soma_spikes_ms: z.array(z.number()),
});
/** c1: single cells under a clamp or synaptic events. Cases of one cell type, dt and length are the cells of one population.
 * Traces are compared in the cells whose spikes are on the reference's steps, and everywhere more than 1 ms from spikes. */
export async function verifySingleCells(files, stem, context) {
    const parsed = z.array(singleCase).safeParse(parseJson(files, "cases.json"));
    if (!parsed.success) {
        const issue = parsed.error.issues[0];
        throw new DataError("cases.json", `${issue?.path.join(".")}: ${issue?.message}`, "Compare with the folder's README");
    }
    const groups = new Map();
    for (const c of parsed.data) {
        const key = `${c.cell_type} ${c.dt} ${c.tstop}`;
        groups.set(key, [...(groups.get(key) ?? []), c]);
    }
    const found = new Worst();
    for (const cases of groups.values())
        await runGroup(files, cases, context, found);
    return found.rows(stem, parsed.data.length, context);
}
async function runGroup(files, cases, context, found) {
    const { cell_type, dt, tstop } = cases[0];
    const stored = cases.map((c) => new Table(c.file, files.text(c.file)));
    const net = singleCells(columnType(cell_type), cases);
    const cells = net.population("cells");
    if (cells.kind !== "cells")
        throw new DataError(cell_type, "is no cell type", "Repair cases.json");
    for (const column of new Set(stored.flatMap((t) => t.names))) {
        const recorded = recordedAs(column);
        if (recorded !== undefined)
            net.record(cells, recorded.variable, { every: ms(dt) });
    }
    const chunk = await runColumn(net, dt, tstop, context);
    const spikes = trainsOf(chunk, "cells");
    cases.forEach((c, k) => found.compare(c, stored[k], chunk, k, spikes[k]));
}
function columnType(name) {
    const { cellTypes } = jones2009();
    const type = cellTypes.find((t) => t.name === name);
    if (type !== undefined)
        return type;
    throw new DataError(`cell type "${name}"`, "is unknown", didYouMean(name, cellTypes.map((t) => t.name))); // prettier-ignore
}
/** Cell k has the stimulus of case k. */
function singleCells(type, cases) {
    const net = new Network({ seed: 1 });
    const cells = net.cells("cells", cellModel(type, cases.length));
    cases.forEach(({ iclamp, synaptic }, k) => {
        if (iclamp) {
            const { section, position: at, delay_ms, dur_ms, amp_nA } = iclamp;
            const gain = perCell(one, cases.map((_, j) => Number(j === k))); // prettier-ignore
            const place = { section, at, gain, delay: ms(delay_ms), duration: ms(dur_ms), name: `clamp${k}` };
            net.clamp(cells, drive.constant(nA(amp_nA)), place);
        }
        synaptic.forEach((s, j) => {
            const source = net.sources(`events${k}_${j}`, 1, trains([s.event_times_ms]));
            const target = cells.receptor(receptorName(s.section, s.receptor));
            net.connect(source, target, list([[0, k]]), { weight: uS(s.weight_uS), delay: ms(s.delay_ms) });
        });
    });
    return net;
}
/** The largest errors over all cases, with the case that has them. */
class Worst {
    #of = new Map();
    #otherCounts = 0;
    #spikes = 0;
    compare(c, stored, chunk, cell, spikes) {
        const trains = compareTrains([c.soma_spikes_ms], [spikes], c.dt);
        this.#otherCounts += trains.otherCounts;
        this.#spikes += c.soma_spikes_ms.length;
        this.#add("spikes, worst (steps)", COLUMN.singleSpikes, trains.worstSteps, c.case);
        const t = stored.numbers("t");
        const quiet = quietAt(c.soma_spikes_ms, spikes);
        const alike = trains.offGrid === 0;
        for (const column of stored.names) {
            const recorded = recordedAs(column);
            if (recorded === undefined)
                continue;
            const want = stored.numbers(column);
            const got = valuesAt(chunk.trace("cells", recorded.variable), cell, t, recorded.late ? c.dt : 0);
            const where = `${c.case} ${column}`;
            const from1 = (k) => k > 0; // sample 0 of dipoles and conductances is not one of the state
            if (column === "v_soma")
                this.#add("soma voltage away from spikes, worst (mV)", COLUMN.quietVoltage, worst(got, want, (k) => quiet(t[k])), where); // prettier-ignore
            if (column.startsWith("v_") && alike)
                this.#add("voltages, spikes on the same steps, worst (mV)", COLUMN.anyVoltage, worst(got, want), where);
            if (column.startsWith("g_"))
                this.#add("conductances, worst (of the largest)", COLUMN.conductance, share(worst(got, want, from1), largest(want)), where); // prettier-ignore
            if (column.startsWith("cai_") && alike)
                this.#add("calcium, worst (of the largest)", COLUMN.singleCalcium, share(worst(got, want), largest(want)), where);
            if (column === "dipole_fAm")
                this.#add("dipole, worst (of its range)", COLUMN.singleDipole, share(worst(got, want, from1), rangeOf(want)), where);
        }
    }
    #add(quantity, tolerance, error, where) {
        const before = this.#of.get(quantity);
        if (before === undefined || error > before.error)
            this.#of.set(quantity, { tolerance, error, where });
    }
    rows(stem, cases, { engine }) {
        return [
            atMost(stem, "cases with another spike count", this.#otherCounts, 0, `of ${cases}; ${this.#spikes} spikes`),
            ...[...this.#of].map(([quantity, { tolerance, error, where }]) => atMost(stem, quantity, error, allowed(engine, tolerance), where)),
        ];
    }
}
//# sourceMappingURL=cortical-column-single.js.map