import { DataError } from "../../errors.ts";
import { readHnn, readSpikeFile } from "../../models/cortical-column/index.ts";
import { checkMesh } from "../../models/cortical-column/layout.ts";
import { wholeSteps } from "../../steps.ts";
import { ms } from "../../units.ts";
import { checkTimes } from "../check-run.ts";
import type { Given } from "../study.ts";
import { smallNetwork } from "./network.ts";
import { withFile } from "./run.ts";
import { checkColumn, EVOKED_MS, type ColumnSettings } from "./settings.ts";

/** Refuses what the run or its texts and figures would refuse, before anything is built of the mesh that is asked for.
 * @throws DataError, ModelError */
export function checkColumnRun(given: ColumnSettings, { seed, files }: Given): void {
  checkColumn(given);
  const { preset, model, alphaDistal } = given;
  const [params, spikes] = [files.get("params"), files.get("spikes")];
  if (params !== undefined && (preset !== "evoked" || model !== "jones-2009" || alphaDistal))
    throw new DataError("column --params", "stands beside another preset, model or alphaDistal", "Give the file alone: it says drives and weights"); // prettier-ignore
  if (preset === "replay" && spikes === undefined && given.duration < EVOKED_MS)
    throw new DataError("column duration", `is ${given.duration} ms, but what is replayed lasts ${EVOKED_MS} ms`, "Give at least that"); // prettier-ignore
  const file = params === undefined ? undefined : readHnn(params, "params");
  const s = file === undefined ? given : withFile(given, file);
  if (spikes !== undefined) readSpikeFile(spikes, "spikes");
  checkMesh(s.mesh.x, s.mesh.y);
  for (const [name, every] of Object.entries(s.record))
    if (every > 0) wholeSteps(`column record.${name}`, every, s.dt, 1);
  const network = smallNetwork(s, seed, file ?? {}, Math.min(s.duration, EVOKED_MS));
  checkTimes({ network, dt: ms(s.dt), duration: ms(s.duration), chunk: ms(s.chunk) });
}
