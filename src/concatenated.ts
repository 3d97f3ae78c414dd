interface TypedArray {
  readonly length: number;
  set(values: ArrayLike<number>, at: number): void;
}

/** Numbers of several arrays one behind the other, in a new array of a kind. */
export function concatenated<T extends TypedArray>(Kind: new (length: number) => T, parts: readonly ArrayLike<number>[]): T {
  const all = new Kind(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
} // prettier-ignore
