import { openDevice } from "../../src/browser.ts";
import type { Settings } from "../site/protocol.ts";
import type { FitParameter, FitRequest, FromFit } from "./facts.ts";
import { FitBench } from "./fit-bench.ts";
import type { ColumnSettings } from "./network.ts";
import { search } from "./search.ts";

const post = (message: FromFit): void => postMessage(message);

/** Serves one fit: of chosen drive parameters to a recording, round by round, until the page ends its worker. */
export function serveFit(settingsOf: (settings: Settings, document: unknown) => ColumnSettings): void {
  addEventListener("message", ({ data }: MessageEvent<FitRequest>) => {
    fit(data, settingsOf(data.settings, data.document)).catch((error: unknown) =>
      post({ kind: "failed", detail: error instanceof Error ? error.message : String(error) }),
    );
  });
}

/** Each round is one batch of columns. */
async function fit(request: FitRequest, settings: ColumnSettings): Promise<void> {
  const bench = new FitBench(request, settings, (await openDevice().catch(() => undefined))?.device);
  const bound = (of: (p: FitParameter) => number): number[] => request.parameters.map(of);
  post({ kind: "recorded", ...bench.recorded });
  let round = 1;
  const rounds = search({
    low: bound((p) => p.low),
    high: bound((p) => p.high),
    run: ({ where, points }) => {
      post({ kind: "asked", round, where, columns: points.length });
      return bench.run(points);
    },
  });
  for await (const { where, columns, ended, best } of rounds) {
    const { error, moment } = best.tried;
    const at = ended.map(({ point, tried }) => ({ values: point, error: tried.error }));
    post({ kind: "round", round: round++, where, columns, ended: at, error, values: best.point, moment });
  }
}
