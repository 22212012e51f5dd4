/** Kubernetes objects and Helm releases that custom resources of CDK put into clusters. */
import { isObject, listAt, objectAt, parsed, textAt } from './json';
import type { Json, JsonObject } from './json';
import type { Resource } from './resources';
import { referred } from './tokens';

export const MANIFEST = 'Custom::AWSCDK-EKS-KubernetesResource';
export const CHART = 'Custom::AWSCDK-EKS-HelmChart';
export const OBJECT_VALUE = 'Custom::AWSCDK-EKS-KubernetesObjectValue';

export interface KubernetesObject {
  /** Name in findings and events. */
  readonly key: string;
  readonly resource: Resource;
  /** Place in its manifest: kubectl applies one after the other. */
  readonly position: number;
  /** Key of the cluster's resource, or its name where the cluster exists already. */
  readonly cluster: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly body: JsonObject;
}

export interface Release {
  readonly resource: Resource;
  readonly cluster: string;
  readonly chart: string;
  readonly name: string;
  readonly namespace: string;
  readonly values: JsonObject;
  readonly waits: boolean;
  readonly timeoutSeconds: number;
}

const CLUSTER_WIDE = ['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'StorageClass', 'NodePool', 'NodeClass',
  'IngressClass', 'GatewayClass', 'PriorityClass', 'AWSPCAClusterIssuer', 'ClusterIssuer', 'ClusterSecretStore'];

export function clusterOf(value: Json | undefined): string {
  return referred(value) ?? String(value);
}

export function objectsOf(resources: readonly Resource[]): readonly KubernetesObject[] {
  return resources.filter(({ type }) => type === MANIFEST).flatMap((resource) => {
    const manifest = parsed(textAt(resource.properties, 'Manifest'));
    if (!Array.isArray(manifest)) throw new Error(`${resource.path}: Manifest is not a list of objects as JSON`);
    const cluster = clusterOf(resource.properties.ClusterName);
    return (manifest as readonly Json[]).filter(isObject).map((body, position) => {
      const kind = textAt(body, 'kind') ?? '';
      const namespace = CLUSTER_WIDE.includes(kind) ? '' : textAt(body, 'metadata', 'namespace') ?? 'default';
      const name = textAt(body, 'metadata', 'name') ?? '';
      return {
        key: `${resource.key}#${kind}/${namespace}/${name}`,
        resource,
        position,
        cluster,
        group: textAt(body, 'apiVersion')?.replace(/\/?[^/]*$/, '') ?? '',
        kind,
        namespace,
        name,
        body,
      };
    });
  });
}

export function releasesOf(resources: readonly Resource[]): readonly Release[] {
  return resources.filter(({ type }) => type === CHART).map((resource) => {
    const { properties } = resource;
    return {
      resource,
      cluster: clusterOf(properties.ClusterName),
      chart: textAt(properties, 'Chart') ?? '',
      name: textAt(properties, 'Release') ?? '',
      namespace: textAt(properties, 'Namespace') ?? 'default',
      values: objectAt({ values: parsed(textAt(properties, 'Values')) ?? {} }, 'values'),
      waits: ['true', true].includes(properties.Wait as string | boolean) || ['true', true].includes(properties.Atomic as string | boolean),
      // The handler of CDK gives helm no time of its own: its default is five minutes.
      timeoutSeconds: Number(textAt(properties, 'Timeout')?.replace(/s$/, '') ?? 300),
    };
  });
}

/** Pods that an object makes: their template. */
export function podTemplateOf({ kind, body }: KubernetesObject): JsonObject | undefined {
  if (['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicaSet'].includes(kind)) return objectAt(body, 'spec', 'template');
  if (kind === 'CronJob') return objectAt(body, 'spec', 'jobTemplate', 'spec', 'template');
  return kind === 'Pod' ? body : undefined;
}

/** Environment of all containers of a pod. */
export function environmentOf(template: JsonObject): ReadonlyMap<string, string> {
  const containers = [...listAt(template, 'spec', 'initContainers'), ...listAt(template, 'spec', 'containers')];
  return new Map(
    containers
      .flatMap((container) => listAt(container, 'env'))
      .flatMap((entry) => [[textAt(entry, 'name') ?? '', textAt(entry, 'value') ?? ''] as const]),
  );
}

export function matches(selector: JsonObject, labels: JsonObject): boolean {
  return Object.keys(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels[key] === value);
}
