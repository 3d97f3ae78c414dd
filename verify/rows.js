const noted = (note) => (note === undefined ? {} : { note });
export const atMost = (name, quantity, measured, allowed, note) => ({
    case: name, quantity, measured, allowed, pass: measured <= allowed, ...noted(note),
}); // prettier-ignore
export const atLeast = (name, quantity, measured, least, note) => ({
    case: name, quantity, measured, allowed: `>= ${least}`, pass: measured >= least, ...noted(note),
}); // prettier-ignore
export const notYet = (name, quantity, note) => ({
    case: name, quantity, measured: "", allowed: "", pass: "not yet", note,
}); // prettier-ignore
//# sourceMappingURL=rows.js.map