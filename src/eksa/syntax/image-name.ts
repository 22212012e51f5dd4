/** The Kubernetes version that the name of an operating system image or template tells. */

/** `kube-v1.34`, `kubernetes-1-34-eks-5`, `k8s134`, `eks-d-1-34`: the name says what the number is. */
const NAMED = /(?:kubernetes|kube|k8s|eks-?d|eks)[-_.]?v?1[-_.]?(\d{2})(?!\d)/gi;
/** `ubuntu-1-34`, `ubuntu-22.04-v1.34.1`, `rhel9-1-34`: the number follows the operating system. */
const AFTER_SYSTEM = /(?:ubuntu(?:[-_.]?\d{2}[-_.]?04)?|(?:rhel|redhat)\d?)[-_.]v?1[-_.](\d{2})(?!\d)/gi;

/**
 * Versions of Kubernetes that a file or template name tells, as `1.34`; none where it tells none clearly. Numbers by themselves do
 * not count: Bottlerocket's own versions look alike (`v1.64.0`), and so do those of the people who make images.
 */
export function kubernetesVersionsIn(name: string): string[] {
  const named = [...name.matchAll(NAMED)];
  const found = named.length > 0 ? named : [...name.matchAll(AFTER_SYSTEM)];
  return [...new Set(found.map(([, minor]) => `1.${Number(minor)}`))];
}

/** Whether a version is in the text by itself: `1-35`, `v1.35.2`, `135`, but not `20135`. */
export function namesVersion(text: string, version: string): boolean {
  const [major, minor] = version.split('.');
  return new RegExp(`(?<!\\d)${major}[-_.]?${minor}(?!\\d)`).test(text);
}
