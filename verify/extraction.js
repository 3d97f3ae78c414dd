import { alphaMotorNeurons } from "../src/models/motor-pool/index.js";
import { mV } from "../src/units.js";
import { extractParameters } from "../src/studies/extraction/extract.js";
import { table } from "./csv.js";
import { atMost } from "./rows.js";
import { EXTRACTION as ALLOWED } from "./tolerances.js";
/** r3: every parameter of every cell of the file. The file holds results only: its thresholds give the pool, the protocol is
 * the published one, whose first run starts at -67 mV. */
export async function verifyExtraction(files, stem, context) {
    const stored = table(files, `${stem}.csv`);
    const model = alphaMotorNeurons({ thresholds: stored.numbers("recruitment_threshold"), V0: mV(-67) });
    const { cells } = await extractParameters(model, context);
    const worst = (column, of, relative = false) => {
        const want = stored.numbers(column);
        const errors = cells.map((cell, k) => Math.abs(of(cell) - want[k]) / (relative ? Math.abs(want[k]) : 1)); // prettier-ignore
        return errors.some(Number.isNaN) ? NaN : Math.max(...errors); // NaN passes nothing
    };
    const note = `${cells.length} cells`;
    const counts = stored.strings("fi_counts").map((list) => list.trim().split(/\s+/).map(Number));
    const unequal = cells.filter((cell, k) => cell.counts.join() !== counts[k]?.join()).length;
    return [
        atMost(stem, "holding potential, largest error (mV)", worst("vhold_soma__mV", (c) => c.holdingPotential), ALLOWED.holding.value, note),
        atMost(stem, "input resistance, largest error (relative)", worst("Rin__MOhm", (c) => c.inputResistance, true), ALLOWED.resistance.value, note),
        atMost(stem, "time constant, largest error (relative)", worst("tau__ms", (c) => c.tau, true), ALLOWED.tau.value, note),
        atMost(stem, "rheobase, largest error (nA)", worst("Ir__nA", (c) => c.rheobase), ALLOWED.rheobase.value, note),
        atMost(stem, "spike height, largest error (mV)", worst("AP__mV", (c) => c.spikeHeight), ALLOWED.spike.value, note),
        atMost(stem, "AHP, largest error (mV)", worst("AHP__mV", (c) => c.ahp), ALLOWED.spike.value, note),
        atMost(stem, "AHP duration, largest error (ms)", worst("AHPdur__ms", (c) => c.ahpDuration), ALLOWED.ahpDuration.value, note),
        atMost(stem, "F-I counts, cells that differ", unequal, ALLOWED.counts.value, note),
        atMost(stem, "F-I gain, largest error (relative)", worst("FI_gain__Hz_per_nA", (c) => c.gain, true), ALLOWED.gain.value, note),
    ]; // prettier-ignore
}
//# sourceMappingURL=extraction.js.map