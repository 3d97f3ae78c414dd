/** A row for "measured must not exceed allowed"; NaN fails. */
export const atMost = (name, quantity, measured, allowed, note) => ({
    case: name,
    quantity,
    measured,
    allowed,
    pass: measured <= allowed,
    ...(note === undefined ? {} : { note }),
});
/** Largest |a - b|; `period` compares phases, which one side may wrap and the other not. NaN anywhere gives NaN. */
export function maxDifference(a, b, period) {
    let largest = 0;
    if (a.length !== b.length)
        return NaN;
    for (let i = 0; i < a.length; i++) {
        let d = a[i] - b[i];
        const turn = period?.(i);
        if (turn !== undefined)
            d -= turn * Math.round(d / turn);
        if (!(Math.abs(d) <= largest))
            largest = Math.abs(d);
        if (Number.isNaN(largest))
            return NaN;
    }
    return largest;
}
/** ||a - b|| / ||b||: how far two weight or P matrices are apart. */
export function relativeNorm(a, b) {
    let [difference, norm] = [0, 0];
    if (a.length !== b.length)
        return NaN;
    for (let i = 0; i < a.length; i++) {
        difference += (a[i] - b[i]) ** 2;
        norm += b[i] ** 2;
    }
    return Math.sqrt(difference / norm);
}
export function countDifferent(a, b) {
    let different = Math.abs(a.length - b.length);
    for (let i = 0; i < Math.min(a.length, b.length); i++)
        different += a[i] === b[i] ? 0 : 1;
    return different;
}
/** Dense matrix of the packed lower triangle of P. */
export function unpackTriangle(packed) {
    const size = (Math.sqrt(8 * packed.length + 1) - 1) / 2;
    const dense = new Float64Array(size * size);
    for (let a = 0, t = 0; a < size; a++) {
        for (let b = 0; b <= a; b++, t++)
            dense[a * size + b] = dense[b * size + a] = packed[t];
    }
    return dense;
}
//# sourceMappingURL=trained-network-compare.js.map