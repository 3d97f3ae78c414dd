/** Owns what a simulation creates on a device; disposing destroys it in reverse order. The caller owns the device. */
export class Scope implements Disposable {
  #owned: { destroy(): void }[] = [];

  own<T extends { destroy(): void }>(resource: T): T {
    this.#owned.push(resource);
    return resource;
  }

  /** Destroys one resource early. */
  release(resource: { destroy(): void }): void {
    this.#owned = this.#owned.filter((r) => r !== resource);
    resource.destroy();
  }

  [Symbol.dispose](): void {
    for (const r of this.#owned.splice(0).reverse()) r.destroy();
  }
}
