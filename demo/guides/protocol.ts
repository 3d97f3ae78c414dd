/** What a worker says of the block that it runs. */
export type Said =
  | { readonly kind: "said"; readonly text: string }
  | { readonly kind: "failed"; readonly text: string; readonly line: number | undefined }
  | { readonly kind: "done" };

/** What it is given: a module's text. */
export interface Given {
  readonly code: string;
}
