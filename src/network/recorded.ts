/** What a recording of a cell names, in parts: "dend(0.9).k_hh.n" is state n of insertion k_hh at 0.9 of section dend. */
interface RecordedParts {
  /** "V", a weighted sum, a section or a receptor. */
  readonly first: string;
  /** of a section, 0 to 1; its middle where left out. */
  readonly at: number | undefined;
  readonly second: string;
  readonly third: string;
}

export function recordedParts(variable: string): RecordedParts {
  const [, first, at, rest = ""] = /^([^.(]*)\((\d+(?:\.\d+)?)\)(.*)$/.exec(variable) ?? [];
  const [own = "", second = "", third = ""] = (first === undefined ? variable : `${first}${rest}`).split(".");
  return { first: own, at: at === undefined ? undefined : Number(at), second, third };
}
