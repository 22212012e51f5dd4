/** Which traces are recorded. */

/** Above it, numbers are not whole. */
const SCALE = 2 ** 53;

/** Decides by the id, so that all servers with the same share decide alike. */
export function isSampledId(traceId: string, share: number): boolean {
  if (share >= 1) return true;
  const random = Number.parseInt(traceId.slice(-14), 16) % SCALE;
  return random < share * SCALE;
}
