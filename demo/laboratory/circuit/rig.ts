import { compile } from "../../../src/compile/compile.ts";
import type { CompiledNetwork } from "../../../src/compile/compiled.ts";
import type { Engine } from "../../../src/host/engine.ts";
import type { Network } from "../../../src/network/network.ts";
import { drive } from "../../../src/network/signal.ts";
import { Hz, ms } from "../../../src/units.ts";
import { engineOf, EngineRig } from "../bench.ts";
import type { Versions } from "../experiment.ts";
import { DT } from "../settings.ts";
import { driveName, formOf, projectionName, type Circuit } from "./circuit.ts";
import { circuitNetwork, MOST_SCALE } from "./network.ts";

/** What a circuit's rig is made from. */
export interface CircuitPlan {
  readonly circuit: Circuit;
  readonly versions: Versions;
  readonly seed: number;
  readonly device: GPUDevice | undefined;
  /** All else that makes it another network: the texts. */
  readonly cells: string;
}

/** A circuit that runs. Weights and rates change while it does. */
export class CircuitRig extends EngineRig {
  readonly plan: CircuitPlan;
  readonly voltages: readonly string[];
  /** of all projections; drives are none. */
  readonly links: number;
  #acting: Circuit;
  #wanted: Circuit | undefined;

  private constructor(plan: CircuitPlan, voltages: readonly string[], network: CompiledNetwork, engine: Engine) {
    super(network, engine);
    [this.plan, this.voltages, this.#acting] = [plan, voltages, plan.circuit];
    const drives = plan.circuit.populations.map(({ name }) => driveName(name));
    this.links = network.projections.reduce((sum, { name, links }) => sum + (drives.includes(name) ? 0 : links), 0);
  }

  /** @throws ModelError for what the compiler finds */
  static async make(plan: CircuitPlan): Promise<CircuitRig> {
    const { network, voltages } = circuitNetwork(plan.circuit, plan.versions, plan.seed);
    const compiled = compile(network.describe(), { dt: ms(DT) });
    return new CircuitRig(plan, voltages, compiled, await engineOf(compiled, plan.device));
  }

  /** From rest, with the weights and rates of now. */
  get networkNow(): Network {
    return circuitNetwork(this.#wanted ?? this.#acting, this.plan.versions, this.plan.seed).network;
  }

  /** Whether another plan differs from what runs in weights and rates alone, and in those within reach. */
  takes({ circuit, seed, device, cells }: CircuitPlan): boolean {
    const { plan } = this;
    if (formOf(circuit) !== formOf(plan.circuit) || seed !== plan.seed || device !== plan.device || cells !== plan.cells) return false; // prettier-ignore
    const within = (weight: number, base: number): boolean => weight === base || (base > 0 && weight / base <= MOST_SCALE); // prettier-ignore
    return (
      circuit.populations.every((p, k) => within(p.weight, plan.circuit.populations[k]?.weight ?? 0)) &&
      circuit.projections.every((p, k) => within(p.weight, plan.circuit.projections[k]?.weight ?? 0))
    );
  }

  /** Acts from the next piece on. */
  want(circuit: Circuit): void {
    this.#wanted = circuit;
  }

  /** Puts what is wanted into the engine. */
  act(): void {
    const [wanted, acting] = [this.#wanted, this.#acting];
    if (wanted === undefined) return;
    this.#wanted = undefined;
    this.change((control) => {
      const scale = (name: string, now: number, before: number | undefined, base = 0): void => {
        if (now !== before) control.scale(name, base === 0 ? 1 : now / base);
      };
      wanted.populations.forEach(({ name, rate, weight }, k) => {
        const drives = driveName(name);
        if (rate !== acting.populations[k]?.rate) control.rate(drives, drive.constant(Hz(rate)));
        scale(drives, weight, acting.populations[k]?.weight, this.plan.circuit.populations[k]?.weight);
      });
      wanted.projections.forEach((p, k) =>
        scale(projectionName(p), p.weight, acting.projections[k]?.weight, this.plan.circuit.projections[k]?.weight),
      );
    });
    this.#acting = wanted;
  }
}
