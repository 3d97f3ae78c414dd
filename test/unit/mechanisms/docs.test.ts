import { expect, it } from "vitest";
import { mechanismSection, mechanismTable } from "../../../demo/site/mechanism-section.ts";
import pas from "../../../src/mechanisms/channels/pas.ts";
import { everyMechanism, everyNeuron, everyPlasticity } from "./harness.ts";
import { neuronSection, plasticitySection } from "../../../demo/site/sections.ts";

const PREFACE = `# Mechanisms

Printed from the mechanisms themselves; change a mechanism and run
\`npx vitest run test/unit/mechanisms/docs.test.ts -u\`. Numbers in equations are in mV, ms, mM, S/cm2 and mA/cm2 (synapses: uS
and nA). A state x relaxes to inf(x) with tau(x), or opens with alpha(x) and closes with beta(x) (1/ms); \`exprel(x)\` is
(exp(x) - 1) / x. Without x(0) a state starts at its steady state. Point neurons state the unit of each
state and port; all their states advance together. Live parameters may change while a simulation runs.`;

it("docs/mechanisms.md is what the mechanisms say", async () => {
  const rules = (await everyPlasticity()).map(({ mechanism }) => plasticitySection(mechanism));
  const neurons = (await everyNeuron()).map(({ mechanism }) => neuronSection(mechanism));
  const page = [PREFACE, ...(await everyMechanism()).map(mechanismSection), ...neurons, ...rules].join("\n\n") + "\n";
  await expect(page).toMatchFileSnapshot("../../../docs/mechanisms.md");
});

it("prints units, limits and meaning", () => {
  expect(mechanismTable(pas).split("\n").slice(2)).toEqual([
    "| `g` | 0.001 S/cm2 | ≥ 0 | leak conductance density |",
    "| `E` | -70 mV |  | leak reversal potential |",
  ]);
});
