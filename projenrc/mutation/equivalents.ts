/**
 * Mutants that no suite can notice, with the reason: the change leaves what the code does as it was.
 * Keys as `npx projen mutate` prints them: file, function, change. A key that no longer matches is reported.
 */
export const EQUIVALENTS: Readonly<Record<string, string>> = {
};
