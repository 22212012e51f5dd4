/** Durations as Go writes them: `10m0s`, `1h30m`, `500ms`. */

const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Go counts nanoseconds in 63 bits: some 292 years. */
const LONGEST_MS = 2 ** 63 / 1e6;

/** Milliseconds, negative ones too, or undefined when the text is no duration. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^([+-]?)(.+)$/.exec(text);
  if (!match) return undefined;
  if (match[2] === '0') return 0;
  const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;
  let total = 0;
  while (part.lastIndex < match[2].length) {
    const found = part.exec(match[2]);
    if (!found) return undefined;
    total += Number(found[1]) * UNIT_MS[found[2]];
  }
  if (total >= LONGEST_MS) return undefined;
  return match[1] === '-' ? -total : total;
}

/** The text of a duration in Go's own form. */
export function formatDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}
