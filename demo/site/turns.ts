/** Work that may wait, each piece in a task of its own: a click or a key between two of them acts at once. */
let last: Promise<unknown> = Promise.resolve();

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Does the work after all that was asked for before it. */
export const inTurn = (work: () => void | Promise<void>): Promise<void> => {
  const done = last.then(nextTask).then(work);
  last = done.catch(reportError);
  return done;
};
