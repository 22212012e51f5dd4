/** The minor versions between two versions. */
import { releaseFor } from '../releases/release-table';
import { parseSemanticVersion } from '../syntax/version';

/** `1.34`, `1.36` → `1.34`, `1.35`, `1.36`; two entries where the way is not upward or no version is written. */
export function kubernetesWay(from: string, to: string): string[] {
  const [before, after] = [minorOf(from), minorOf(to)];
  if (!before || !after || before.major !== after.major || after.minor <= before.minor) return [from, to];
  return [from, ...minors(before.minor, after.minor).map((minor) => `${before.major}.${minor}`), to];
}

/** The same for releases of EKS Anywhere: of each minor version the newest patch. */
export function releaseWay(from: string, to: string): string[] {
  const [before, after] = [parseSemanticVersion(from), parseSemanticVersion(to)];
  if (!before || !after || before.major !== after.major || after.minor <= before.minor) return [from, to];
  return [from, ...minors(before.minor, after.minor).map((minor) => newestPatch(before.major, minor)), to];
}

function minorOf(text: string): { major: number; minor: number } | undefined {
  const match = /^v?(\d+)\.(\d+)/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

/** Those strictly between. */
function minors(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from - 1) }, (_, index) => from + index + 1);
}

/** Of a minor version that is not known here, its first: every one has that. */
function newestPatch(major: number, minor: number): string {
  const newest = releaseFor(`v${major}.${minor}.9999`).version;
  return newest.startsWith(`v${major}.${minor}.`) ? newest : `v${major}.${minor}.0`;
}
