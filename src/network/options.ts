import type { PlasticityUse } from "../mechanisms/plasticity.ts";
import type { Quantities, Quantity, Unit } from "../units.ts";
import type { LinkValues } from "./given.ts";
import type { Place } from "./description.ts";

export interface ConnectOptions {
  /** uS for receptors of cells, the port's unit for point neurons. */
  readonly weight: LinkValues<Unit>;
  readonly delay: LinkValues<"ms">;
  /** default "<source>-><target>.<receptor or group>". The name is the random stream of the rule's draws. */
  readonly name?: string;
  /** the largest factor that `control.scale` may put on the weights (default 1). */
  readonly maxScale?: number;
  /** links slower than this are dropped and counted. */
  readonly maxDelay?: Quantity<"ms">;
  /** draws the links again for each spike instead of keeping them (default false): memory then goes by cells, and results are the same. */
  readonly procedural?: boolean;
  /** what of a weight a spike transmits, or how weights change: one of hillock/plasticity, or your own. */
  readonly plasticity?: PlasticityUse;
  /** from a spike of the target to its links, with plasticity of links (default 0: the network then advances one step at a time). */
  readonly dendriticDelay?: Quantity<"ms">;
}

export interface ClampOptions {
  /** default: the section of the spike detector. */
  readonly section?: string;
  /** position along the section, 0..1 (default 0.5). */
  readonly at?: number;
  /** of point neurons, instead of section and at; default: their first. */
  readonly input?: string;
  /** factor on the signal, one or one per cell (default 1). */
  readonly gain?: Quantity<"1"> | Quantities<"1">;
  readonly delay?: Quantity<"ms">;
  /** default: for ever. */
  readonly duration?: Quantity<"ms">;
  /** default "<population>.clamp". */
  readonly name?: string;
}

export interface GatherOptions extends Place {
  readonly weight: LinkValues<Unit>;
  /** over states of the source ("V_pre"; of a cell also those of its insertions there, "s_pre" or "<insertion>_s_pre"), of the target ("V")
   * and `params`. */
  readonly value: string;
  readonly params?: Readonly<Record<string, Quantity>>;
  /** where a source cell is read; default: its detector. */
  readonly from?: Place;
  /** of point neurons; default: their first. */
  readonly input?: string;
  /** default "<source>~><target>". The name is the random stream of the rule's draws. */
  readonly name?: string;
}

export interface GapOptions {
  readonly conductance: LinkValues<"uS">;
  /** where on a and b; default: their detectors. */
  readonly placeA?: Place;
  readonly placeB?: Place;
  /** of point neurons; default: their first. */
  readonly input?: string;
  /** default "<a>~<b>". */
  readonly name?: string;
}

export interface VoltageClampOptions extends Omit<ClampOptions, "input"> {
  /** between the clamp and the compartment: one, or one per cell. Default 0.01 MOhm. */
  readonly resistance?: Quantity<"MOhm"> | Quantities<"MOhm">;
}
