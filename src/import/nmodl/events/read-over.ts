import type { At } from "../reading/lexer.ts";
import type { Context } from "../running/context.ts";

/** net_event changes nothing of the receptor: it is for connections that begin there. */
export function readOver({ lexer, notes }: Context, at: At): void {
  const note = `net_event in ${lexer.where(at)} is read over: connections begin at cells, not at receptors`;
  if (!notes.includes(note)) notes.push(note);
}
