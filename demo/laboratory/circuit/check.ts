import { didYouMean, type HillockError } from "../../../src/errors.ts";
import { nameFault } from "../../../src/lang/words.ts";
import type { Versions } from "../experiment.ts";
import { driveName, KINDS, POPULATION_NUMBERS, PROJECTION_NUMBERS, projectionName, SHIPPED, type Circuit, type CircuitFault, type CircuitLimits, type CircuitPopulation, type CircuitProjection, type NumberLimits } from "./circuit.ts"; // prettier-ignore
import { compartmentsOf, entrance, subjectOf } from "./network.ts";

type Tell = (path: string, problem: string, remedy: string) => void;

/** Everything that is wrong with a circuit, at its field; one fault a field. Nothing: it runs here. */
export function checkCircuit(circuit: Circuit, versions: Versions, limits: CircuitLimits): CircuitFault[] {
  if (circuit.populations.length === 0)
    return [{ path: "populations", problem: "there is none yet", remedy: "Add one" }];
  const faults: CircuitFault[] = [];
  const tell: Tell = (path, problem, remedy) => {
    if (faults.every((f) => f.path !== path)) faults.push({ path, problem, remedy });
  };
  circuit.populations.forEach((p, k) => population(circuit, p, `populations.${k}`, versions, tell));
  circuit.projections.forEach((p, k) => projection(circuit, p, k, tell));
  if (faults.length === 0) sizes(circuit, versions, limits, tell);
  return faults;
}

function within(where: string, x: number, { min, max, whole = false }: NumberLimits, tell: Tell): void {
  if (!Number.isFinite(x)) tell(where, "is no number", `Give a number from ${min} to ${max}`);
  else if (x < min || x > max) tell(where, `is ${x}`, `Give a number from ${min} to ${max}`);
  else if (whole && !Number.isInteger(x)) tell(where, `is ${x}`, "Give a whole number");
}

function population({ populations }: Circuit, p: CircuitPopulation, where: string, versions: Versions, tell: Tell): void {
  const fault = nameFault(p.name);
  if (fault !== undefined) tell(`${where}.name`, `"${p.name.slice(0, 40)}" ${fault}`, "Take a letter, then letters, digits and _");
  else if (populations.filter(({ name }) => name === p.name || driveName(name) === p.name).length > 1 || populations.some(({ name }) => driveName(name) === p.name))
    tell(`${where}.name`, `there is "${p.name}" already`, "Choose another name");
  const subject = subjectOf(p.of, versions);
  if (subject === undefined) tell(`${where}.of`, `there is no cell "${p.of.slice(0, 40)}"`, `Take one of ${[...Object.keys(versions), ...SHIPPED].join(", ")}`);
  else for (const kind of KINDS) if (entrance(subject, kind) === undefined) tell(`${where}.of`, "has no port for events", 'Give it "ports:" in its text');
  for (const [key, numbers] of Object.entries(POPULATION_NUMBERS)) within(`${where}.${key}`, p[key as keyof typeof POPULATION_NUMBERS], numbers, tell);
} // prettier-ignore

function projection({ populations, projections }: Circuit, p: CircuitProjection, k: number, tell: Tell): void {
  const where = `projections.${k}`;
  const names = populations.map(({ name }) => name);
  for (const end of ["from", "to"] as const)
    if (!names.includes(p[end])) tell(`${where}.${end}`, `there is no population "${p[end].slice(0, 40)}"`, didYouMean(p[end], names)); // prettier-ignore
  if (projections.slice(0, k).some((q) => projectionName(q) === projectionName(p)))
    tell(`${where}.kind`, "stands above already, between the same two", "Change its weight there, or take this one away"); // prettier-ignore
  for (const [key, numbers] of Object.entries(PROJECTION_NUMBERS)) within(`${where}.${key}`, p[key as keyof typeof PROJECTION_NUMBERS], numbers, tell); // prettier-ignore
  if (p.rule === "probability") return within(`${where}.amount`, p.amount, { min: 0, max: 1 }, tell);
  const sources = populations.find(({ name }) => name === p.from)?.n ?? 0;
  const most = p.from === p.to ? sources - 1 : sources;
  within(`${where}.amount`, p.amount, { min: 0, max: Math.max(0, most), whole: true }, tell);
}

/** Links that a projection is expected to have. */
export function linksOf({ populations }: Circuit, p: CircuitProjection): number {
  const n = (wanted: string): number => populations.find(({ name }) => name === wanted)?.n ?? 0;
  if (p.rule === "in-degree") return p.amount * n(p.to);
  return p.amount * n(p.to) * (p.from === p.to ? n(p.from) - 1 : n(p.from));
}

/** What is too much is told once, at what makes most of it. */
function sizes(circuit: Circuit, versions: Versions, limits: CircuitLimits, tell: Tell): void {
  const each = circuit.populations.map(({ of }) => {
    const subject = subjectOf(of, versions);
    return subject === undefined ? 0 : compartmentsOf(subject);
  });
  const compartments = circuit.populations.map(({ n }, k) => n * (each[k] as number));
  const [all, most] = [sum(compartments), compartments.indexOf(Math.max(...compartments))];
  if (all > limits.compartments) {
    const left = Math.floor((limits.compartments - all + (compartments[most] as number)) / (each[most] as number));
    return tell(`populations.${most}.n`, `there would be ${all} compartments, and this page takes ${limits.compartments} here`, left < 1 ? "Take fewer of the others" : `Give ${left} or fewer`); // prettier-ignore
  }
  const links = circuit.projections.map((p) => linksOf(circuit, p));
  if (sum(links) > limits.links)
    tell(`projections.${links.indexOf(Math.max(...links))}.amount`, `there would be about ${Math.round(sum(links))} links, and this page takes ${limits.links} here`, "Lower it, or take fewer cells"); // prettier-ignore
}

const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);

/** What the compiler says of a circuit, at the field of what it names, else at the first one. */
export function circuitFaultOf(error: HillockError, { populations, projections }: Circuit): CircuitFault {
  const { where, problem, remedy } = error;
  const among = projections.findIndex((p) => where.includes(projectionName(p)));
  if (among >= 0) return { path: `projections.${among}.${/delay/i.test(`${where} ${problem}`) ? "delay" : "weight"}`, problem, remedy }; // prettier-ignore
  const words = new Set(where.match(/\w+/g));
  const named = populations.findIndex(({ name }) => words.has(name) || words.has(driveName(name)));
  return { path: `populations.${Math.max(0, named)}.${where.includes("_drive") ? "weight" : "of"}`, problem: `${where}: ${problem}`, remedy }; // prettier-ignore
}
