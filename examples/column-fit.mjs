// Which volley made this dipole? Strength and onset fitted by DIRECT (ml-direct), which needs no derivatives: each of its
// rounds names all its points before it sees a value, so that a round is one batch of columns.
import direct from "ml-direct";
import { ms, openDevice, simulate } from "hillock";
import {
  columnPreset,
  cortexColumn,
  recordedDipole,
  scaledDipole,
  smoothedDipole,
} from "hillock/models/cortical-column";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const opened = await openDevice();
const duration = ms(90);

/** Dipoles of 3 x 3 columns under volleys of a strength (of the published one) and a shift (ms), smoothed over 20 ms. */
async function dipoles(points) {
  const column = cortexColumn({ mesh: [3, 3], tstop: 90, drives: columnPreset("evoked").drives, maxDriveScale: 2 });
  const vary = (path, value) => column.vary(path, points.map(value)); // prettier-ignore
  for (const projection of column.driveProjections.evdist1) vary(`${projection}.scale`, ([strength]) => strength);
  const [{ events }] = column.drives;
  vary("evdist1.times", ([, shift]) => events.map((times) => times.map((t) => t + shift)));
  const cells = ["L2_pyramidal", "L5_pyramidal"].map((name) => column.population(name));
  for (const population of cells) column.record(population, "dipole", { every: ms(0.1) });
  const sim = await simulate(column, { device: opened?.device, dt: ms(0.025), duration });
  try {
    for await (const chunk of sim.run(duration, { chunk: duration })) {
      const moments = (entry) => cells.map((population) => chunk.trace(population, "dipole", entry));
      return points.map((_, entry) => scaledDipole(smoothedDipole(recordedDipole(...moments(entry)), 20), 3000).agg);
    }
  } finally {
    await sim.close();
  }
}

export const truth = [1.1, -13]; // what the fit does not know
const [target] = await dipoles([truth]);
const distance = (dipole) => Math.sqrt(dipole.reduce((sum, x, k) => sum + (x - target[k]) ** 2, 0) / dipole.length);

const [low, high] = [[0.4, -20], [1.6, 0]]; // prettier-ignore
let state;
export const rounds = [];
for (let round = 0; round < Math.max(3, Math.round(10 * scale)); round++) {
  const asked = [];
  const once = (f) => direct(f, low, high, { iterations: 1, ...(state && { initialState: structuredClone(state) }) });
  once((point) => asked.push([...point])); // only to learn which points this round wants
  const errors = (await dipoles(asked)).map(distance);
  let next = 0;
  const { minFunctionValue, optima, finalState } = once(() => errors[next++]);
  state = finalState;
  rounds.push({ error: minFunctionValue, best: optima[0], columns: asked.length });
  const [strength, shift] = optima[0];
  const said = `strength ${strength.toFixed(3)}, shift ${shift.toFixed(2)} ms, RMS error ${minFunctionValue.toFixed(4)}`;
  console.log(`round ${round + 1}, ${asked.length} columns: ${said}`);
}
opened?.device.destroy();
