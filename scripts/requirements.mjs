// Everything outside npm that a command of this project runs: the one list of it. What it is for, which commands need it
// ("bench neuron" is npm run bench -- neuron), the Debian packages that hold it, and how it is found. The commands install
// from this list what they themselves run (setup.mjs); test/requirements.test.ts compares every import of a Python script,
// every program that is spawned and every path of the system with it.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** @typedef {import("./requirements.d.mts").Requirement} Requirement */
/** @type {readonly Requirement[]} */
export const REQUIREMENTS = [
  {
    name: "a WebGPU adapter",
    use: "what computes, where there is no GPU: lavapipe, Mesa's software adapter",
    commands: [
      "start",
      "test",
      "bench arithmetic",
      "bench checks",
      "bench deliver",
      "bench links",
      "bench memory",
      "bench trees",
      "bench brian2-networks",
      "bench watanabe",
      "bench block-length",
      "bench one-step",
      "bench stdp",
      "bench first-step",
      "bench training",
      "bench training-motifs",
    ],
    packages: ["mesa-vulkan-drivers", "libvulkan1"],
    paths: ["/usr/share/vulkan/icd.d"],
    without:
      "npm start uses Chromium's SwiftShader where that is there (4 to 5 times slower), else the reference engine (float64); tests and benchmarks of the GPU engine fail",
    script: "scripts/setup-adapter.sh", // Debian 12 needs Mesa from its backports
    found: hasAdapter,
  },
  {
    name: "NEURON",
    use: "a test (Rallpack 3) and a benchmark compare with it",
    commands: ["test", "bench neuron", "bench threads"],
    packages: ["python3-neuron"],
    python: ["neuron"],
    without: "the test of Rallpack 3 fails",
  },
  {
    name: "NEURON's compiler",
    use: "compiles the mechanisms that tests and a benchmark run in NEURON",
    commands: ["test", "bench neuron", "bench threads"],
    packages: ["neuron-dev", "gcc", "libc6-dev"],
    programs: ["nrnivmodl", "nocmodl", "modlunit", "cc"],
    paths: ["/usr/lib/nrn", "/usr/share/nrn"],
    without: "the test of translated mechanisms and the benchmark fail",
  },
  {
    name: "NumPy",
    use: "inputs of the benchmarks in Python, and one of them itself",
    commands: [
      "test",
      "bench neuron",
      "bench threads",
      "bench brian2",
      "bench brian2-networks",
      "bench stdp",
      "bench training-numpy",
    ],
    packages: ["python3", "python3-numpy"],
    programs: ["python3"],
    python: ["numpy"],
    paths: ["/usr/bin/python3"],
    without: "what is compared with Python fails",
  },
  {
    name: "Brian 2",
    use: "a benchmark compares with it; it compiles its code with Cython",
    commands: ["bench brian2", "bench brian2-networks", "bench stdp"],
    packages: ["python3-brian", "cython3", "g++", "libpython3-dev"],
    programs: ["g++"],
    python: ["brian2", "Cython"],
    without: "the benchmark fails",
  },
  {
    name: "h5py and neo",
    use: "tests read hillock's files with them",
    commands: ["test"],
    packages: ["python3-h5py", "python3-neo", "python3-quantities"],
    python: ["h5py", "neo", "quantities"],
    without: "the tests of exported files fail",
  },
  {
    name: "SciPy",
    use: "makes the known spectra and rates of tests again (python3 test/fixtures/scipy_spectra.py, traub_fi.py)",
    commands: ["fixtures"],
    packages: ["python3-scipy"],
    python: ["scipy"],
    without: "that script fails",
  },
  {
    name: "Chromium",
    use: "the tests in a browser; CHROMIUM names another one",
    commands: ["test"],
    packages: ["chromium", "fonts-dejavu-core"],
    paths: ["/usr/bin/chromium", "/usr/lib/chromium"],
    without: "the tests in a browser fail",
    found: () => existsSync(process.env.CHROMIUM ?? "/usr/bin/chromium"),
  },
  {
    name: "Firefox",
    use: "the tests of the pages in Firefox, whose WebGPU is wgpu; FIREFOX names another one",
    commands: ["test"],
    packages: ["firefox-esr", "fonts-dejavu-core"],
    paths: ["/usr/bin/firefox-esr"],
    without: "the tests in Firefox fail",
    found: () => existsSync(process.env.FIREFOX ?? "/usr/bin/firefox-esr"),
  },
  {
    name: "Slurm",
    use: "a test starts a cluster of two nodes on this machine and runs a sweep there; elsewhere `hillock sweep --backend slurm` calls it",
    commands: ["test"],
    packages: ["slurm-client", "slurmctld", "slurmd", "munge"],
    programs: ["sbatch", "squeue", "scancel", "scontrol", "slurmctld", "slurmd", "munged"],
    without: "the test of sweeps on Slurm fails",
  },
  {
    name: "xz",
    use: "packs the bundle (npm run bundle), which a test unpacks again; strip makes it smaller",
    commands: ["test", "bundle"],
    packages: ["xz-utils", "binutils"],
    programs: ["xz", "strip"],
    without: "npm run bundle and its test fail",
  },
  {
    name: "procps",
    use: "test/browser/measure.ts reads processor times with ps",
    commands: ["measure"],
    packages: ["procps"],
    programs: ["ps"],
    without: "that script fails",
  },
];

/** Whether the built command finds an adapter that is worth it: Chromium's SwiftShader takes 4.5 times as long as lavapipe for npm start's
 * run (52 and 11.5 s on 2 cores), and stands beside every Chromium. */
function hasAdapter() {
  const { stdout } = spawnSync(process.execPath, [MAIN, "devices", "--json"], { encoding: "utf8" });
  try {
    return JSON.parse(stdout).adapters.some(({ description }) => !/swiftshader/i.test(description));
  } catch {
    return false;
  }
}

/** Interpreters in the order in which they are tried: Debian's has Debian's modules, whatever comes first in PATH. */
export const PYTHONS = ["/usr/bin/python3", "python3"];

/** Imports what it is given. A folder alone is a module to Python too: python3-brian leaves one behind that a library of its own lies in. */
const HAS = `import importlib, sys
sys.exit(any(importlib.import_module(name).__spec__.origin is None for name in sys.argv[1:]))`;

/** The first Python that has these modules. @throws Error that says what to install */
export function pythonWith(modules) {
  const has = (python) => spawnSync(python, ["-c", HAS, ...modules], { stdio: "ignore" }).status === 0;
  const found = PYTHONS.find(has);
  if (found !== undefined) return found;
  const packages = REQUIREMENTS.filter(({ python = [] }) => python.some((name) => modules.includes(name))).flatMap(
    (r) => r.packages,
  );
  throw new Error(`no python3 has ${modules.join(" and ")}: on Debian, apt-get install ${packages.join(" ")}`);
}

const canRun = (program) =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Whether a requirement is there. */
export function isThere({ found, programs = [], python = [], paths = [] }) {
  if (found !== undefined) return found();
  if (!programs.every(canRun)) return false;
  if (!paths.every((path) => existsSync(path))) return false;
  if (python.length === 0) return true;
  try {
    pythonWith(python);
    return true;
  } catch {
    return false;
  }
}

/** What these commands need. */
export const requirementsOf = (commands) =>
  REQUIREMENTS.filter((r) => r.commands.some((command) => commands.includes(command)));

export const hasApt = () => process.platform === "linux" && existsSync("/usr/bin/apt-get");
export const isRoot = () => process.getuid?.() === 0;
