/** Which release judges: the one that was named, or its nearest neighbour in the table. */
import type { SemanticVersion } from '../syntax/version';
import { compareVersions, parseSemanticVersion } from '../syntax/version';
import { RELEASES } from './known';
import type { Release } from './release';

/** The release whose rules are checked when none is named. */
export const NEWEST_RELEASE: Release = RELEASES.reduce((newest, one) => compareVersions(parsed(one), parsed(newest)) > 0 ? one : newest);

const OLDEST_RELEASE = RELEASES[0];

/** The Kubernetes minors that any known release creates, oldest first. */
export const KNOWN_KUBERNETES_VERSIONS: readonly string[] = [...new Set(RELEASES.flatMap(kubernetesVersions))]
  .sort((one, other) => Number(one.slice(2)) - Number(other.slice(2)));

/** A named release that is not in the table. */
export interface UnknownRelease {
  readonly version: string;
  /** Where it belongs: `newer` than what is known of its line, or than all; `older` than all; `invalid` is no release. */
  readonly is: 'newer' | 'older' | 'invalid';
}

function parsed({ version }: Release): SemanticVersion {
  return parseSemanticVersion(version)!;
}

/**
 * The release whose rules apply to a version: itself; of a version that is not in the table the next older one, so that a newer
 * version than all is judged by the newest known rules; for a version older than all the oldest.
 *
 * @param version such as `v0.26.0`; the newest release for undefined and for a text that is no version
 */
export function releaseFor(version: string | undefined): Release {
  const wanted = parseSemanticVersion(version ?? '');
  if (!wanted) return NEWEST_RELEASE;
  return RELEASES.filter((one) => compareVersions(parsed(one), wanted) <= 0).at(-1) ?? OLDEST_RELEASE;
}

/** @returns undefined for a known release, and where none is named */
export function unknownRelease(version: string | undefined): UnknownRelease | undefined {
  if (version === undefined) return undefined;
  const wanted = parseSemanticVersion(version);
  if (!wanted) return { version, is: 'invalid' };
  if (RELEASES.some((one) => compareVersions(parsed(one), wanted) === 0)) return undefined;
  return { version, is: compareVersions(wanted, parsed(OLDEST_RELEASE)) < 0 ? 'older' : 'newer' };
}

/** Whether a release is a given one or newer: `isAtLeast(release, 'v0.26.3')`. */
export function isAtLeast(release: Release, version: string): boolean {
  return compareVersions(parsed(release), parseSemanticVersion(version)!) >= 0;
}

/** The Kubernetes versions that a release creates, oldest first. */
export function kubernetesVersions({ kubernetes: { oldest, newest } }: Release): string[] {
  return Array.from({ length: newest - oldest + 1 }, (_, at) => `1.${oldest + at}`);
}
