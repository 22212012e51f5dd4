/** The Kubernetes version that the name of an operating system image or template tells. */

/** `kube-v1.34`, `kubernetes-1-34-eks-5`, `k8s134`, `eks-d-1-34`: the name says what the number is. */
const NAMED = /(?:kubernetes|kube|k8s|eks-?d|eks)[-_.]?v?1[-_.]?(\d{2})(?!\d)/gi;
/** `ubuntu-1-34`, `ubuntu-22.04-v1.34.1`, `ubuntu-v134`, `rhel-9.4-1-34`: the number follows the operating system. */
const AFTER_SYSTEM =
  /(?:ubuntu(?:[-_.]?\d{2}[-_.]?04)?|(?:rhel|redhat)(?:[-_]?\d{1,2}(?:[-_.]\d{1,2})?)?)(?:[-_.]v1[-_.]?|[-_]1[-_.])(\d{2})(?!\d)/gi;
/** `1.34.0-eksd-7`, `v1.34.2-eks-a-122`: the number comes before the release of EKS. Bottlerocket has its own number there. */
const BEFORE_RELEASE = /(?<![\d.])v?1[-_.](\d{2})(?:[-_.]\d{1,2})?[-_.]eks-?[ad]/gi;
/** One more version right behind another: an image for groups of two versions. */
const SEQUEL = /^[-_.]v?1[-_.](\d{2})(?!\d)/i;
/** Versions further apart are not in one cluster, so that the second number is something else. */
const LARGEST_SKEW = 3;

/**
 * Versions of Kubernetes that a file or template name tells, as `1.34`; none where it tells none clearly. Numbers by themselves do
 * not count: Bottlerocket's own versions look alike (`v1.64.0`), and so do those of the people who make images.
 */
export function kubernetesVersionsIn(name: string): string[] {
  const patterns = [NAMED, AFTER_SYSTEM, ...(/bottlerocket/i.test(name) ? [] : [BEFORE_RELEASE])];
  const found = patterns.map((pattern) => [...name.matchAll(pattern)]).find((matches) => matches.length > 0) ?? [];
  const minors = found.flatMap((match) => {
    const minor = Number(match[1]);
    const sequel = Number(SEQUEL.exec(name.slice(match.index + match[0].length))?.[1]);
    return Math.abs(sequel - minor) <= LARGEST_SKEW ? [minor, sequel] : [minor];
  });
  return [...new Set(minors)].map((minor) => `1.${minor}`);
}

/** Whether a version is in the text by itself: `1-35`, `v1.35.2`, `135`, but not `20135`. */
export function namesVersion(text: string, version: string): boolean {
  const [major, minor] = version.split('.');
  return new RegExp(`(?<!\\d)${major}[-_.]?${minor}(?!\\d)`).test(text);
}
