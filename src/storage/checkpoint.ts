import type { EngineState } from "../host/engine.ts";
import { DataError } from "../errors.ts";
import { crc32 } from "./crc32.ts";
import { decode, encode } from "./files.ts";
import type { LiveChange } from "../run/control.ts";

/** A chunk file of a run folder. */
export interface ChunkEntry {
  readonly file: string;
  readonly from: number; // step
  readonly to: number; // step
}

/** What a checkpoint file says beside its arrays. */
export interface CheckpointHeader {
  readonly version: 1;
  readonly step: number;
  readonly dt: number; // ms
  readonly hash: string;
  readonly engine: string;
  readonly adapter: string;
  /** complete and in place before this checkpoint was written. */
  readonly chunks: readonly ChunkEntry[];
  readonly inForce: readonly LiveChange[];
  readonly allChanges: readonly LiveChange[];
}

const MAGIC = "hillock checkpoint\n";
const TYPES = { Uint32Array, Int32Array, Float32Array, Float64Array } as const;
type TypeName = keyof typeof TYPES;
interface ArrayEntry {
  readonly name: string;
  readonly type: TypeName;
  readonly length: number;
}

/** Magic line, one line of JSON (header, arrays, CRC-32 of what follows), then the arrays one after the other, little-endian. */
export function packCheckpoint(header: CheckpointHeader, state: EngineState): Uint8Array {
  const arrays = Object.entries(state).map(([name, array]): ArrayEntry => ({
    name,
    type: array.constructor.name as TypeName,
    length: array.length,
  }));
  const views = Object.values(state).map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
  const crc = views.reduce(crc32, 0);
  const head = encode(`${MAGIC}${JSON.stringify({ header, arrays, crc })}\n`);
  const bytes = new Uint8Array(head.length + views.reduce((sum, view) => sum + view.length, 0));
  bytes.set(head);
  let at = head.length;
  for (const view of views) {
    bytes.set(view, at);
    at += view.length;
  }
  return bytes;
}

/** @throws DataError when it is no checkpoint, of another version, or damaged */
export function unpackCheckpoint(where: string, bytes: Uint8Array): { header: CheckpointHeader; state: EngineState } {
  const again = "Remove it to start the run again from its beginning";
  if (decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) throw new DataError(where, "is not a checkpoint", again);
  const end = bytes.indexOf(10, MAGIC.length);
  const { header, arrays, crc } = JSON.parse(decode(bytes.subarray(MAGIC.length, end))) as {
    header: CheckpointHeader;
    arrays: readonly ArrayEntry[];
    crc: number;
  };
  if (header.version !== 1) throw new DataError(where, `has version ${String(header.version)}, not 1`, again);
  const body = bytes.subarray(end + 1);
  if (crc32(0, body) !== crc) throw new DataError(where, "is damaged (its checksum does not match)", again);
  const state: Record<string, InstanceType<(typeof TYPES)[TypeName]>> = {};
  let at = 0;
  for (const { name, type, length } of arrays) {
    const Type = TYPES[type];
    const size = length * Type.BYTES_PER_ELEMENT;
    state[name] = new Type(body.slice(at, at + size).buffer, 0, length);
    at += size;
  }
  return { header, state };
}
