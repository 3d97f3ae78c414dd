/// <reference types="@webgpu/types" preserve="true" />
import type { Setting, Words } from "./group.ts";

/** Contents of the buffers that controls may change: as they are from the engine's current step on, and as they are on the device. */
export class Settings {
  readonly #settings: readonly Setting[];
  #values: readonly Words[];
  #written: readonly Words[] = [];

  constructor(settings: readonly Setting[]) {
    this.#settings = settings;
    this.#values = settings.map((s) => s.words());
  }

  /** For submits from now on; not for those in flight, which may have to be repeated. */
  get values(): readonly Words[] {
    return this.#values;
  }

  /** Every array that is kept. */
  get kept(): readonly Words[] {
    return [...this.#values, ...this.#written];
  }

  /** Takes over what a control changed; all settings where none is named. */
  changed(which: readonly Setting[] = this.#settings): void {
    this.#values = this.#values.map((old, k) => {
      const setting = this.#settings[k] as Setting;
      return which.includes(setting) ? setting.words() : old;
    });
  }

  /** Brings the device to a submit's values. */
  write(queue: GPUQueue, values: readonly Words[]): void {
    values.forEach((words, k) => {
      if (words !== this.#written[k]) queue.writeBuffer((this.#settings[k] as Setting).setting, 0, words);
    });
    this.#written = values;
  }
}
