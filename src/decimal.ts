/** A decimal number as people and files write it; NaN for anything else (JavaScript's own also takes "0x10" and ""). */
export const decimal = (text: string): number =>
  /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
