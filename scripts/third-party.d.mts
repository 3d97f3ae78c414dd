export const ALLOWED: readonly string[];
export function pageImports(folder?: string): string[];
export function shipped(): { readonly name: string; readonly version: string; readonly license?: string }[];
export function thirdParty(): string;
