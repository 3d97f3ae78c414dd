// Brings a fresh machine to where the commands work: dependencies, the built package, and, on Debian as root, a software
// adapter where none is found. Does nothing that is done already. `node scripts/setup.mjs` runs it alone.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command in the project's folder and shows what it prints. Throws when it fails. */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed${error ? `: ${error.message}` : ` with code ${status}`}`);
}

function newest(folder) {
  return Math.max(
    ...readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
    }),
    0,
  );
}

function dependencies() {
  const { dependencies: needed, devDependencies: tools } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const names = Object.keys({ ...needed, ...(existsSync(join(root, "src")) ? tools : {}) });
  const missing = names.filter((name) => !existsSync(join(root, "node_modules", name)));
  if (missing.length === 0) return;
  console.log(`installing ${missing.length} packages ...`);
  // not `npm ci`: it refuses a lock file without the parts of other platforms, which some registries do not hold
  run("npm", ["install", "--no-save", "--no-audit", "--no-fund"]);
}

function build() {
  const built = join(root, "dist", "cli", "main.js");
  if (!existsSync(join(root, "src"))) return; // an installed package is built
  const sources = Math.max(newest(join(root, "src")), newest(join(root, "shaders")));
  if (existsSync(built) && statSync(built).mtimeMs > sources) return;
  console.log("building ...");
  run("npm", ["run", "--silent", "build"]);
}

const adapters = () => {
  const { stdout } = spawnSync(process.execPath, [join(root, "dist", "cli", "main.js"), "devices", "--json"], { encoding: "utf8" });
  try {
    return JSON.parse(stdout).adapters.length;
  } catch {
    return 0;
  }
};

/** @returns whether there is an adapter */
function adapter() {
  if (adapters() > 0) return true;
  if (process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.log("no WebGPU adapter: installing a software adapter ...");
    try {
      run("sh", ["scripts/setup-adapter.sh"]);
    } catch (error) {
      console.warn(String(error.message));
    }
    if (adapters() > 0) return true;
  }
  console.warn("no WebGPU adapter was found: the reference engine (float64, slower) is used. See scripts/setup-adapter.sh");
  return false;
}

export function setup() {
  const [major] = process.versions.node.split(".").map(Number);
  if (major < 20) throw new Error(`Node ${process.versions.node} is too old: hillock needs 20 or later`);
  dependencies();
  build();
  return { adapter: adapter() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
