/** Versions of EKS Anywhere and Kubernetes, and which of them go together. */

/** Kubernetes minors that a release of EKS Anywhere creates, from its support table. */
interface SupportWindow {
  readonly oldest: number;
  readonly newest: number;
}

const SUPPORT: Readonly<Record<string, SupportWindow>> = {
  0.24: { oldest: 28, newest: 34 },
  0.25: { oldest: 29, newest: 35 },
  0.26: { oldest: 30, newest: 36 },
};

/** The release whose rules are checked when none is named. */
export const DEFAULT_EKS_ANYWHERE_VERSION = 'v0.26.0';

/** Minor versions of EKS Anywhere whose rules are known here, newest last. */
export const KNOWN_EKS_ANYWHERE_MINORS: readonly string[] = Object.keys(SUPPORT);

/** The Kubernetes minors that any of these releases creates, oldest first. */
export const KNOWN_KUBERNETES_VERSIONS: readonly string[] = [...new Set(Object.values(SUPPORT).flatMap(versionsOf))];

/** Kubernetes 1.33 left standard support on 2026-08-31; it and older ones need a licence token. */
export const NEWEST_MINOR_IN_EXTENDED_SUPPORT = 33;

interface SemanticVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** `v0.26.0`; the `v` may be missing, pre-release and build parts may follow. */
export function parseSemanticVersion(text: string): SemanticVersion | undefined {
  const match = /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) } : undefined;
}

/** Whether one version of EKS Anywhere is newer than another; of texts that are none, neither is. */
export function isNewerRelease(one: string, other: string): boolean {
  const [newer, older] = [one, other].map(parseSemanticVersion);
  if (!newer || !older) return false;
  return (newer.major - older.major || newer.minor - older.minor || newer.patch - older.patch) > 0;
}

/** The minor of `1.NN`, or undefined when the text is absent or anything else. */
export function kubernetesMinor(text: string | undefined): number | undefined {
  const match = /^1\.(0|[1-9]\d*)$/.exec(text ?? '');
  return match ? Number(match[1]) : undefined;
}

/** The Kubernetes versions that a release of EKS Anywhere creates, oldest first; undefined for an unknown release. */
export function supportedKubernetesVersions(eksAnywhereVersion: string): readonly string[] | undefined {
  const version = parseSemanticVersion(eksAnywhereVersion);
  const window = version && SUPPORT[`${version.major}.${version.minor}`];
  return window && versionsOf(window);
}

function versionsOf({ oldest, newest }: SupportWindow): string[] {
  return Array.from({ length: newest - oldest + 1 }, (_, at) => `1.${oldest + at}`);
}
