/** How versions of EKS Anywhere and Kubernetes are written; `releases/` knows which of them go together. */

export interface SemanticVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** `v0.26.0`; the `v` may be missing, pre-release and build parts may follow. */
export function parseSemanticVersion(text: string): SemanticVersion | undefined {
  const match = /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) } : undefined;
}

/** Positive when the first is newer, negative when the second is. */
export function compareVersions(one: SemanticVersion, other: SemanticVersion): number {
  return one.major - other.major || one.minor - other.minor || one.patch - other.patch;
}

/** Whether one version of EKS Anywhere is newer than another; of texts that are none, neither is. */
export function isNewerRelease(one: string, other: string): boolean {
  const [newer, older] = [one, other].map(parseSemanticVersion);
  return !!newer && !!older && compareVersions(newer, older) > 0;
}

/** The minor of `1.NN`, or undefined when the text is absent or anything else. */
export function kubernetesMinor(text: string | undefined): number | undefined {
  const match = /^1\.(0|[1-9]\d*)$/.exec(text ?? '');
  return match ? Number(match[1]) : undefined;
}
