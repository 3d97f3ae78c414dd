import cliProgress from "cli-progress";
import type { Progress } from "../run/simulate.ts";

export interface ProgressBar {
  readonly update: (progress: Progress) => void;
  readonly stop: () => void;
}

/** Simulated time, speed against real time, and time left: a bar on a terminal, else a line every so often. */
export function progressBar(stream: NodeJS.WriteStream, everyMs = 5000): ProgressBar {
  let start: number | undefined; // of this run: a resumed one does not start at 0
  const figures = ({ simulatedMs, totalMs, wallMs }: Progress): { done: string; speed: string; left: string } => {
    start ??= simulatedMs;
    const speed = wallMs > 0 ? Math.max(0, simulatedMs - start) / wallMs : 0;
    const left = speed > 0 ? (totalMs - simulatedMs) / speed / 1000 : NaN;
    return {
      done: `${(simulatedMs / 1000).toFixed(2)} of ${(totalMs / 1000).toFixed(2)} s`,
      speed: `${speed.toPrecision(2)} x real time`,
      left: Number.isFinite(left) ? `${Math.ceil(left)} s left` : "",
    };
  };
  if (!stream.isTTY) return plain(stream, everyMs, figures);
  const bar = new cliProgress.SingleBar({
    stream,
    format: "{bar} {done}  {speed}  {left}",
    hideCursor: true,
    clearOnComplete: false,
    barsize: 30,
    barCompleteChar: "█",
    barIncompleteChar: "░",
  });
  let open = false;
  return {
    update: (progress) => {
      if (!open) bar.start(progress.totalMs, 0, { done: "", speed: "", left: "" });
      open = true;
      bar.update(progress.simulatedMs, figures(progress));
    },
    stop: () => {
      if (open) bar.stop();
    },
  };
}

function plain(
  stream: NodeJS.WriteStream,
  everyMs: number,
  figures: (p: Progress) => { done: string; speed: string; left: string },
): ProgressBar {
  let last = -Infinity;
  return {
    update: (progress) => {
      const { done, speed, left } = figures(progress);
      const end = progress.simulatedMs >= progress.totalMs;
      if (!end && performance.now() - last < everyMs) return;
      last = performance.now();
      stream.write(`${[done, speed, end ? "" : left].filter(Boolean).join(", ")}\n`);
    },
    stop: () => undefined,
  };
}
