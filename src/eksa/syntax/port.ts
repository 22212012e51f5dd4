/** Ports as the tools read them: decimal text. */

/** What is wrong with a port, as the end of a sentence. */
export function portProblem(text: string): string | undefined {
  const port = Number(text);
  return /^\+?\d+$/.test(text) && port >= 1 && port <= 65535
    ? undefined
    : `has the port '${text}', which is not between 1 and 65535`;
}
