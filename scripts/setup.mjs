// Brings a fresh machine to where a command works: npm packages, the built package, and what scripts/requirements.mjs lists
// for that command, on Debian as root. Says before it touches the system what it will install; `--no-install` refuses. Does
// nothing that is done already. `node scripts/setup.mjs [start|test|bench ...]` runs it alone, `--build` only builds.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasApt, isRoot, isThere, requirementsOf } from "./requirements.mjs";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command in the project's folder and shows what it prints. Throws when it fails. */
function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
    env: { ...process.env, ...env },
  });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} failed${error ? `: ${error.message}` : ` with code ${status}`}`);
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

function dependencies(install) {
  const { dependencies: needed, devDependencies: tools } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const names = Object.keys({ ...needed, ...(existsSync(join(root, "src")) ? tools : {}) });
  const missing = names.filter((name) => !existsSync(join(root, "node_modules", name)));
  if (missing.length === 0) return;
  if (!install)
    throw new Error(`node_modules lacks ${missing.join(", ")}: run npm install, or this command without --no-install`);
  console.log(
    `Installing ${missing.length} npm packages and what they need into node_modules (refuse with --no-install) ...`,
  );
  // not `npm ci`: it refuses a lock file without the parts of other platforms, which some registries do not hold
  run("npm", ["install", "--no-save", "--no-audit", "--no-fund"]);
}

/** Builds dist/ when src or shaders are newer. */
function build() {
  const built = join(root, "dist", "cli", "main.js");
  if (!existsSync(join(root, "src"))) return; // an installed package is built
  const sources = Math.max(newest(join(root, "src")), newest(join(root, "shaders")));
  if (existsSync(built) && statSync(built).mtimeMs > sources) return;
  console.log("building ...");
  run("npm", ["run", "--silent", "build"]);
}

/** s: to read what will be installed, and to stop it. */
const PAUSE = 5;

/** Installs what the commands need and the machine lacks, or says how. */
export function system(commands, install) {
  const missing = requirementsOf(commands).filter((requirement) => !isThere(requirement));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.flatMap((r) => r.packages))];
  console.log("This machine lacks:");
  for (const { name, use, packages } of missing) console.log(`  ${name}: ${use}\n    Debian: ${packages.join(", ")}`);
  if (!install || !hasApt() || !isRoot()) {
    const script = missing.find((r) => r.script !== undefined)?.script;
    const rest = [...new Set(missing.filter((r) => r.script === undefined).flatMap((r) => r.packages))];
    console.log("To install it on Debian or its relatives:");
    if (script !== undefined) console.log(`  sudo sh ${script}`);
    if (rest.length > 0)
      console.log(`  sudo apt-get update && sudo apt-get install --no-install-recommends ${rest.join(" ")}`);
    console.log(`Going on without: ${missing.map((r) => r.without).join("; ")}.`);
    return;
  }
  console.log(`Installing ${packages.length} Debian packages with apt-get (refuse with --no-install) ...`);
  if (process.stdin.isTTY) {
    console.log(`Starting in ${PAUSE} s; Ctrl-C stops.`);
    spawnSync(process.execPath, ["-e", `setTimeout(() => {}, ${PAUSE * 1000})`], { stdio: "inherit" });
  }
  apt(missing);
  const still = missing.filter((requirement) => !isThere(requirement));
  for (const { name, without } of still) console.warn(`${name} could not be installed: ${without}.`);
}

/** Each requirement by itself when all at once fail: one that a release does not have leaves the others. */
function apt(missing) {
  const quiet = { DEBIAN_FRONTEND: "noninteractive" };
  const install = (packages) => run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], quiet);
  const attempt = (work) => {
    try {
      work();
      return true;
    } catch (error) {
      console.warn(error.message);
      return false;
    }
  };
  attempt(() => run("apt-get", ["update", "-qq"], quiet));
  const plain = missing.filter((r) => r.script === undefined);
  if (plain.length > 0 && !attempt(() => install(plain.flatMap((r) => r.packages))))
    for (const { packages } of plain) attempt(() => install(packages));
  for (const { script } of missing) if (script !== undefined) attempt(() => run("sh", [script, "--yes"]));
}

/** @param commands  whose requirements are installed (requirements.mjs)
 * @param words  of the command line
 * @returns the words without `--no-install` */
export function setup(commands, words = []) {
  const [major] = process.versions.node.split(".").map(Number);
  if (major < 20) throw new Error(`Node ${process.versions.node} is too old: hillock needs 20 or later`);
  const install = !words.includes("--no-install");
  dependencies(install);
  build();
  system(commands, install);
  return words.filter((word) => word !== "--no-install");
}

/** setup() for a command that ends, with the reason, where it cannot go on. */
export function setupOrExit(commands, words) {
  try {
    return setup(commands, words);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  if (words.includes("--build")) build();
  else {
    const [command = "start", ...names] = words.filter((word) => !word.startsWith("--"));
    setupOrExit(names.length === 0 ? [command] : names.map((name) => `${command} ${name}`), words);
  }
}
