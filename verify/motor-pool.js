import { z } from "zod";
import { motorUnits, muscleForce } from "../src/analysis/force.js";
import { fromPerCell } from "../src/analysis/spikes.js";
import { recruitmentThresholds } from "../src/models/motor-pool/index.js";
import { table } from "./csv.js";
import { verifyExtraction } from "./extraction.js";
import { parseCase, verifySteps } from "./motor-pool-cells.js";
import { perCellTimes, verifyNetwork, verifySynapse } from "./motor-pool-networks.js";
import { atMost, notYet } from "./rows.js";
import { MOTOR_POOL as ALLOWED } from "./tolerances.js";
/** Runs one case of the motor pool: kinds rt and r1 to r9.
 * @param stem  of the case's JSON, or the name of its one CSV without ".csv" */
export async function verifyMotorPool(files, stem, kind, context) {
    switch (kind) {
        case "rt":
            return verifyThresholds(files, stem);
        case "r1":
        case "r6":
            return verifySteps(files, stem, kind, context);
        case "r2":
            return verifySynapse(files, stem, context);
        case "r4":
        case "r5":
        case "r8":
        case "r9":
            return verifyNetwork(files, stem, kind, context);
        case "r3":
            return verifyExtraction(files, stem, context);
        case "r7":
            return verifyForce(files, stem);
        default:
            return [notYet(stem, "all", `kind ${kind} is not known to this version`)];
    }
}
/** Every row of the table, recomputed from its own settings. */
function verifyThresholds(files, stem) {
    const rows = table(files, `${stem}.csv`);
    const [modes, ranges, slopes, maxima] = ["mode", "recruitment_range", "deluca_slope", "max_threshold"].map((c) => rows.strings(c));
    const [N, index] = [rows.numbers("N"), rows.numbers("index")];
    const pools = new Map();
    const worst = { rt: 0, rtz: 0 };
    for (let k = 0; k < rows.rows; k++) {
        const key = [modes?.[k], ranges?.[k], slopes?.[k], maxima?.[k], N[k]].join();
        const [slope, max] = [slopes?.[k], maxima?.[k]];
        const pool = pools.get(key) ??
            recruitmentThresholds({
                n: N[k],
                mode: modes?.[k],
                range: Number(ranges?.[k]),
                ...(slope ? { slope: Number(slope) } : {}),
                ...(max ? { max: Number(max) } : {}),
            });
        pools.set(key, pool);
        for (const which of ["rt", "rtz"]) {
            const stored = Number(rows.strings(which)[k]);
            worst[which] = Math.max(worst[which], Math.abs((pool[which][index[k]] ?? NaN) - stored));
        }
    }
    return ["rt", "rtz"].map((which) => atMost(stem, `${which}, largest error`, worst[which], ALLOWED.thresholds.value, `${rows.rows} rows, ${pools.size} pools`));
}
const forceCase = z.looseObject({
    settings: z.looseObject({
        N: z.number(),
        f_Hz: z.number(),
        TL_ms: z.number(),
        contraction_range: z.number(),
        spike_bin_ms: z.number(),
        T_ms: z.number(),
    }),
    thresholds: z.array(z.number()),
});
/** r7: twitches, and the force with each gain rule, relative to the largest value. */
function verifyForce(files, stem) {
    const { settings, thresholds } = parseCase(files, stem, forceCase);
    const { f_Hz: frequency, TL_ms: longestRise, contraction_range: contractionRange } = settings;
    const units = motorUnits({ thresholds, frequency, longestRise, contractionRange });
    const spikes = fromPerCell(perCellTimes(table(files, `${stem}_spikes.csv`), "unit", settings.N));
    const twitches = table(files, `${stem}_twitches.csv`);
    const [unit, sample] = [twitches.numbers("unit"), twitches.numbers("sample")];
    const computed = Float64Array.from(unit, (j, k) => units.twitch[j]?.[sample[k]] ?? NaN);
    const rows = [
        atMost(stem, "twitches, largest error (relative)", relative(computed, twitches.numbers("force")), ALLOWED.force.value),
    ];
    const stored = table(files, `${stem}_force.csv`);
    for (const [column, gain] of [
        ["force_as_myogen", "myogen"],
        ["force_consistent", "following"],
    ]) {
        const { force } = muscleForce(spikes, units, { gain, spikeBin: settings.spike_bin_ms, duration: settings.T_ms });
        const want = stored.numbers(column);
        rows.push(atMost(stem, `${column}, largest error (relative)`, relative(force.subarray(0, want.length), want), ALLOWED.force.value, `${want.length} samples`));
    }
    return rows;
}
/** Largest |difference| over the largest stored |value|; NaN (which passes nothing) when something is missing. */
function relative(computed, stored) {
    let [worst, largest] = [0, 0];
    for (let k = 0; k < stored.length; k++) {
        const error = Math.abs((computed[k] ?? NaN) - stored[k]);
        if (!(error <= worst))
            worst = error; // also when it is NaN
        if (Number.isNaN(error))
            return NaN;
        largest = Math.max(largest, Math.abs(stored[k]));
    }
    return worst / largest;
}
//# sourceMappingURL=motor-pool.js.map