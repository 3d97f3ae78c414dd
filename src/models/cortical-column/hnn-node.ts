import { DataError } from "../../errors.ts";
import { own } from "../../own.ts";

type Row = Readonly<Record<string, unknown>>;
const MOST = 10_000;

/** A value of the file with the path that leads to it. */
export class Node {
  readonly path: string;
  readonly value: unknown;

  constructor(path: string, value: unknown) {
    this.path = path;
    this.value = value;
  }

  at(key: string): Node {
    const row = this.value !== null && typeof this.value === "object" ? (this.value as Row) : {};
    return new Node(`${this.path}.${key.slice(0, 60)}`, own(row, key));
  }

  get isThere(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  fail(wanted: string): never {
    const shown = (JSON.stringify(this.value) ?? "missing").slice(0, 60);
    throw new DataError(this.path, `is ${shown}`, `Give ${wanted}`);
  }

  number(otherwise?: number): number {
    if (!this.isThere && otherwise !== undefined) return otherwise;
    if (typeof this.value === "number" && Number.isFinite(this.value)) return this.value;
    return this.fail("a finite number");
  }

  text(otherwise?: string): string {
    if (!this.isThere && otherwise !== undefined) return otherwise;
    if (typeof this.value === "string" && this.value.length <= 200) return this.value;
    return this.fail("a text of at most 200 characters");
  }

  entries(): [string, Node][] {
    if (!this.isThere) return [];
    if (typeof this.value !== "object" || Array.isArray(this.value)) return this.fail("an object");
    const found = Object.keys(this.value as Row);
    if (found.length > MOST) this.fail(`at most ${MOST} entries`);
    return found.map((key) => [key, this.at(key)]);
  }

  items(): Node[] {
    if (!this.isThere) return [];
    if (!Array.isArray(this.value) || this.value.length > MOST) return this.fail(`a list of at most ${MOST}`);
    return this.value.map((value, k) => new Node(`${this.path}[${k}]`, value));
  }

  numbers(): Record<string, number> | undefined {
    if (!this.isThere) return undefined;
    return Object.fromEntries(this.entries().map(([key, node]) => [key, node.number()]));
  }

  numberOrNumbers(): number | Record<string, number> | undefined {
    return typeof this.value === "number" ? this.number() : this.numbers();
  }
}
