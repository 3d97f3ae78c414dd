import { z } from "zod";
import { compileTraining } from "../src/compile/training.js";
import { lifSpikes, qifSpikes } from "../src/reference/training-arithmetic.js";
import { atMost, countDifferent, maxDifference } from "./trained-network-compare.js";
import { arrayFile, descriptor, sidecar } from "./trained-network-files.js";
/** Current above which the midpoint map of a QIF neuron is chaotic at h = 0.1 (spec section 11). */
export const CHAOTIC_CURRENT = 13;
const stepCase = z.object({
    name: z.string(),
    nqif: z.number(),
    inputs: z.object({ w: descriptor, x0: descriptor, r0: descriptor, Iext: descriptor, noise: descriptor.optional() }),
    expected: z.object({ x: descriptor, r: descriptor, v: descriptor, xmid: descriptor.optional(), spikes: descriptor }),
    expected_intended_rule: z.object({ x: descriptor, r: descriptor, spikes: descriptor }).optional(),
});
const stepsFile = z.object({
    data_file: z.string(),
    N: z.number(),
    dt: z.number(),
    b: z.number(),
    vt: z.number(),
    vreset: z.number().nullable(),
    steps: z.number(),
    cases: z.array(stepCase),
});
/** f1: a few steps of a small network, every number given. Limits: spec section 15. */
export async function verifySteps(files, json, make) {
    const settings = sidecar(files, json, stepsFile);
    const data = await arrayFile(files, settings.data_file);
    const rows = [];
    for (const one of settings.cases) {
        rows.push(...(await verifyOne(settings, one, data, make, "effective")));
        if (one.expected_intended_rule !== undefined) {
            rows.push(...(await verifyOne(settings, one, data, make, "intended")));
        }
    }
    return rows;
}
async function verifyOne(settings, one, data, make, spikeRule) {
    const { N: n, steps } = settings;
    const engine = await make(compileTraining({
        n,
        rules: { h: settings.dt, b: settings.b, alpha: 1, spikeRule, noiseScheme: "halves" },
        schedule: { ...untrained(steps), stimulusRow: Int32Array.from({ length: steps }, (_, it) => it) },
        entries: [entryOf(settings, one, data)],
    }));
    try {
        const got = (await engine.advance(steps, ["x", "r", "v", "xmid"])).entries[0];
        const want = spikeRule === "intended" ? (one.expected_intended_rule ?? one.expected) : one.expected;
        const name = `${one.name}${spikeRule === "intended" ? ", intended rule" : ""}`;
        const strong = one.nqif > 0 && data.floats(one.inputs.Iext).some((I) => Math.abs(I) > CHAOTIC_CURRENT);
        const exact = engine.kind === "reference";
        const xLimit = exact ? 1e-12 : strong ? 2e-4 : 5e-5;
        const phase = (i) => (i % n < one.nqif ? 2 * Math.PI : undefined);
        const traces = got?.traces ?? {};
        const rows = [
            atMost(name, "spikes that differ", countDifferent(got?.spikes ?? [], data.bytes(want.spikes)), 0),
            atMost(name, "max |x|", maxDifference(traces.x ?? [], data.floats(want.x), phase), xLimit),
            atMost(name, "max |r|", maxDifference(traces.r ?? [], data.floats(want.r)), exact ? 1e-12 : 1e-6),
        ];
        if (spikeRule === "effective") {
            // |v| sums up to n products of r (error 1e-6 at most) and weights: the limit of x covers it
            rows.push(atMost(name, "max |v|", maxDifference(traces.v ?? [], data.floats(one.expected.v)), xLimit));
            if (one.expected.xmid !== undefined) {
                rows.push(atMost(name, "max |x mid|", maxDifference(traces.xmid ?? [], data.floats(one.expected.xmid), phase), xLimit));
            }
        }
        return rows;
    }
    finally {
        await engine.close();
    }
}
function entryOf(settings, one, data) {
    const { N: n, steps } = settings;
    const noise = one.inputs.noise === undefined ? undefined : data.floats(one.inputs.noise);
    return {
        label: one.name,
        nqif: one.nqif,
        threshold: settings.vt,
        reset: settings.vreset ?? 0,
        x0: data.floats(one.inputs.x0),
        r0: data.floats(one.inputs.r0),
        ...sparse(data.floats(one.inputs.w), n),
        stimulus: data.floats(one.inputs.Iext),
        target: new Float64Array(steps * n),
        noise: noise === undefined ? { kind: "none" } : { kind: "given", loop: () => noise },
    };
}
/** A dense matrix as rows of all its entries that are not zero. */
export function sparse(dense, n) {
    const kept = [...dense.keys()].filter((at) => dense[at] !== 0);
    const rowPtr = new Int32Array(n + 1);
    for (const at of kept)
        rowPtr[Math.floor(at / n) + 1] += 1;
    for (let i = 0; i < n; i++)
        rowPtr[i + 1] += rowPtr[i];
    return {
        rowPtr,
        colIdx: Int32Array.from(kept, (at) => at % n),
        w: Float64Array.from(kept, (at) => dense[at]),
    };
}
/** One loop without learning. */
export const untrained = (steps) => ({
    loops: 1,
    stepsPerLoop: steps,
    firstTrained: 1,
    lastTrained: 0,
    learnFrom: 0,
});
const edgesFile = z.object({
    rows: z.array(z.object({
        model: z.enum(["qif", "lif"]),
        x: z.number(),
        xnew: z.number(),
        vt: z.number().optional(),
        spike: z.boolean().optional(),
        spike_effective: z.boolean().optional(),
        spike_intended: z.boolean().optional(),
        why: z.string(),
    })),
});
export const decideByReference = (rows) => Promise.resolve(rows.map((row) => row.model === "qif" ? qifSpikes(row.x, row.xNew) : lifSpikes(row.x, row.xNew, row.threshold, row.rule)));
/** f1 edges: single spike decisions. */
export async function verifyEdges(files, json, decide) {
    const { rows } = sidecar(files, json, edgesFile);
    const asked = [];
    for (const row of rows) {
        const common = { model: row.model, x: row.x, xNew: row.xnew, threshold: row.vt ?? 0, why: row.why };
        const effective = row.spike ?? row.spike_effective;
        if (effective !== undefined)
            asked.push({ ...common, rule: "effective", want: effective });
        if (row.spike_intended !== undefined)
            asked.push({ ...common, rule: "intended", want: row.spike_intended });
    }
    const got = await decide(asked);
    return asked.map((row, i) => ({
        case: `${row.model} ${row.x} -> ${row.xNew}${row.model === "lif" ? ` (${row.rule})` : ""}`,
        quantity: "spike",
        measured: String(got[i]),
        allowed: String(row.want),
        pass: got[i] === row.want,
        note: row.why,
    }));
}
//# sourceMappingURL=trained-network-steps.js.map