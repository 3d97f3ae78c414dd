// npm start: installs what is missing and runs the three-phase Watanabe experiment. `npm start -- --duration 3` passes options
// on; `npm start -- --no-install` installs nothing.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root, setupOrExit } from "./setup.mjs";

const words = setupOrExit(["start"], process.argv.slice(2));
process.on("SIGINT", () => undefined); // the run is interrupted by the same key and finishes its submit first
const child = spawn(process.execPath, [join(root, "dist", "cli", "main.js"), "run", "watanabe", ...words], {
  stdio: "inherit",
});
child.on("exit", (code, signal) => (process.exitCode = code ?? (signal === null ? 1 : 130)));
