import { stringify } from 'yaml';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import { CHART_NAME } from '../plane/kong-chart';
import type { KongChart } from '../plane/kong-chart';
import type { PlaneDescription } from '../plane/plane';
import { objectLabels } from '../plane/plane-labels';
import { CHART_REPOSITORY } from './chart';

/** What Flux installs the chart by, and keeps it as it is here. */
export function fluxObjects(plane: PlaneDescription, chart: KongChart, values: unknown): readonly KubernetesObject[] {
  return [
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmRepository',
      metadata: { name: CHART_NAME, namespace: plane.name, labels: objectLabels(plane) },
      spec: { interval: '1h', url: CHART_REPOSITORY },
    },
    {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: plane.name, namespace: plane.name, labels: objectLabels(plane) },
      spec: {
        interval: '30m',
        releaseName: plane.name,
        chart: { spec: { chart: CHART_NAME, version: chart.version, sourceRef: { kind: 'HelmRepository', name: CHART_NAME } } },
        // Nodes become ready with their first configuration. Flux gives up for good after its last retry, and the control
        // plane or the site's network may come later than the chart.
        timeout: INSTALL_TIMEOUT,
        install: { remediation: { retries: -1 } },
        upgrade: { remediation: { retries: 3 } },
        values,
      },
    },
  ];
}

/** The same for a person with Helm, beside what else the folder holds. File → text. */
export function helmFiles(plane: PlaneDescription, chart: KongChart, values: unknown): Readonly<Record<string, string>> {
  return { [VALUES_FILE]: valuesText(values), [README_FILE]: readme(plane, chart) };
}

/** For pulling the image and waiting for the first configuration. */
const INSTALL_TIMEOUT = '15m';

export const VALUES_FILE = 'helm/values.yaml';
const README_FILE = 'helm/README.md';

export function valuesText(values: unknown): string {
  // Helm reads YAML 1.1, where `off` without quotes is a boolean.
  return stringify(values, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

function readme({ name }: PlaneDescription, { version, gatewayVersion, edition }: KongChart): string {
  return `# ${name}: Kong Gateway ${gatewayVersion} (${edition}) by its Helm chart ${version}

Everything else of the plane (namespace, service account, network policies, secrets) comes from the file beside this folder.
Apply it first:

\`\`\`sh
kubectl apply -f 1-foundation.k8s.yaml
\`\`\`

With Flux on the cluster, \`3-plane.k8s.yaml\` installs the chart and keeps it as it is written there:

\`\`\`sh
kubectl apply -f 3-plane.k8s.yaml
\`\`\`

Without Flux:

\`\`\`sh
helm upgrade --install ${name} ${CHART_NAME} --repo ${CHART_REPOSITORY} --version ${version} \\
  --namespace ${name} --values helm/values.yaml --wait --timeout ${INSTALL_TIMEOUT}
\`\`\`

Take it away with \`helm uninstall ${name} --namespace ${name}\`, or by deleting the HelmRelease.
`;
}
