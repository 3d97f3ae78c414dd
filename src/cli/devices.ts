import { threadsHere } from "../host/threads.ts";
import { adapters } from "../node/adapters.ts";
import { ADAPTER_HINT } from "./engine.ts";

/** `hillock devices` */
export async function devicesCommand({ json = false }: { json?: boolean }): Promise<number> {
  const found = await adapters();
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ used: found[0]?.description ?? "reference", cores: threadsHere().cores, adapters: found }, null, 2)}\n`,
    );
    return 0;
  }
  const lines = found.flatMap((info, k) => [
    `${k === 0 ? "*" : " "} ${info.description}${info.isFallback ? " (software)" : ""}`,
    `    vendor ${info.vendor || "unknown"}, architecture ${info.architecture || "unknown"}`,
    `    found as: ${info.reason}`,
    ...Object.entries(info.limits).map(([name, value]) => `    ${name.padEnd(34)} ${value.toLocaleString("en")}`),
  ]);
  lines.push(
    found[0] === undefined
      ? `No adapter was found: the reference engine (float64, slower) would be used. ${ADAPTER_HINT}`
      : `${found[0].description} would be used: ${found[0].reason}. Choose another with --adapter.`,
  );
  const { cores } = threadsHere();
  lines.push(
    `The reference engine may use ${cores === 1 ? "one core" : `${cores} cores`}: --engine reference --threads n, or auto.`,
  );
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}
