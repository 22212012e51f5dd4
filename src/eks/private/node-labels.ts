/** Labels that nodes give themselves when they join. */
import { requireLabels } from '../../private/kubernetes/labels';

/** Of those that belong to Kubernetes, kubelet gives itself these only. */
const ALLOWED =
  /^(kubernetes\.io\/(hostname|arch|os)|topology\.kubernetes\.io\/(region|zone)|node\.kubernetes\.io\/.+|kubelet\.kubernetes\.io\/.+)$/;

/** @throws Error that names the property and the label */
export function requireNodeLabels(property: string, labels: Readonly<Record<string, string>>): void {
  for (const key of Object.keys(labels)) {
    const [domain, name] = key.split('/');
    if (name === undefined || !/(^|\.)(kubernetes|k8s)\.io$/.test(domain) || ALLOWED.test(key)) continue;
    throw new Error(
      `${property}: got the key ${key}, which belongs to Kubernetes and which its nodes must not give themselves: `
        + 'use a domain of your own, or none',
    );
  }
  requireLabels(property, labels);
}
