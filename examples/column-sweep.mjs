// A sweep that no single run can do: 240 small columns at once, 20 strengths of the distal volley times 12 onsets.
import { ms, openDevice, simulate } from "hillock";
import {
  columnPreset,
  cortexColumn,
  recordedDipole,
  scaledDipole,
  smoothedDipole,
} from "hillock/models/cortical-column";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const [nStrengths, nShifts] = [20, 12].map((n) => Math.max(2, Math.round(n * Math.sqrt(scale))));
const points = Array.from({ length: nStrengths * nShifts }, (_, k) => ({
  strength: (2 * Math.floor(k / nShifts)) / (nStrengths - 1), // of the published weights
  shift: -20 + (20 * (k % nShifts)) / (nShifts - 1), // ms
}));

const column = cortexColumn({ mesh: [3, 3], tstop: 100, drives: columnPreset("evoked").drives, maxDriveScale: 2 });
for (const projection of column.driveProjections.evdist1) {
  column.vary(
    `${projection}.scale`,
    points.map(({ strength }) => strength),
  );
}
const [{ events }] = column.drives;
column.vary(
  "evdist1.times",
  points.map(({ shift }) => events.map((times) => times.map((t) => t + shift))),
);
const pyramidal = ["L2_pyramidal", "L5_pyramidal"].map((name) => column.population(name));
for (const cells of pyramidal) column.record(cells, "dipole", { every: ms(0.1) });

const opened = await openDevice();
const duration = ms(column.tstop);
const sim = await simulate(column, { device: opened?.device, dt: ms(0.025), duration });
export const sweep = [];
for await (const chunk of sim.run(duration, { chunk: duration })) {
  points.forEach(({ strength, shift }, entry) => {
    const [L2, L5] = pyramidal.map((cells) => chunk.trace(cells, "dipole", entry));
    const { tMs, agg } = scaledDipole(smoothedDipole(recordedDipole(L2, L5), 20), 3000);
    const late = Array.from(agg.keys()).filter((k) => tMs[k] > 30 && tMs[k] < 90); // cells settle first
    const at = late.reduce((a, b) => (Math.abs(agg[b]) > Math.abs(agg[a]) ? b : a));
    const spikes = pyramidal.reduce((sum, cells) => sum + chunk.spikes(cells, entry).times.length, 0);
    sweep.push({ strength, shift, spikes, peak: agg[at], peakMs: tMs[at] });
  });
}
for (const { strength, shift, spikes, peak, peakMs } of sweep) {
  const what = `x ${strength.toFixed(2)}, ${shift.toFixed(1)} ms`;
  console.log(`${what}: ${spikes} pyramidal spikes, largest moment ${peak.toFixed(2)} at ${peakMs.toFixed(1)} ms`);
}
await sim.close();
opened?.device.destroy();
