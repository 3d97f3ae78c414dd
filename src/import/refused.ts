/** Something that a format may hold and an importer refuses. */
export interface Refused {
  readonly what: string;
  readonly why: string;
}

/** By format: what is refused, always with an error that names the line. */
export const REFUSED: Readonly<Record<"swc", readonly Refused[]>> = {
  swc: [
    { what: "several trees in one file", why: "a cell is one tree; which pieces belong together is not in the file" },
    { what: "an unknown parent, a doubled id, a cycle", why: "the points then make no tree" },
    { what: "a radius of 0 or below", why: "its axial resistance is infinite" },
    { what: "a root section without length that is no soma", why: "it has no membrane to hang branches on" },
    { what: "a line with fewer than seven numbers", why: "what is missing cannot be guessed" },
  ],
};
