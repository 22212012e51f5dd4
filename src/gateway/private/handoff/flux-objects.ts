import { native } from '../../../private/kubernetes/native-object';
import type { KubernetesObject } from '../../../private/kubernetes/object';

interface FluxSource {
  /** Of the objects. */
  readonly name: string;
  readonly namespace: string;
  readonly bucketName: string;
  readonly region: string;
  /** Of the partition, such as `amazonaws.com`. */
  readonly urlSuffix: string;
  /** Of the manifests in the bucket; ends with '/'. */
  readonly prefix: string;
  /** Role of the controller, where it has one. */
  readonly roleArn?: string;
  /** Secret with an access key, where there is no role. */
  readonly credentialsSecret?: string;
}

/**
 * What makes Flux apply everything below a prefix of a bucket and take away what is gone. Field tables: the custom
 * resource definitions of Flux 2.4, source.toolkit.fluxcd.io/v1 and kustomize.toolkit.fluxcd.io/v1.
 */
export function fluxObjects(source: FluxSource): readonly KubernetesObject[] {
  const { name, namespace, bucketName, region, urlSuffix, prefix, roleArn, credentialsSecret } = source;
  return [
    ...roleArn === undefined ? [] : [controllerIdentity(namespace, roleArn)],
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'Bucket',
      metadata: { name, namespace },
      spec: {
        interval: '5m0s',
        provider: 'aws',
        bucketName,
        endpoint: `s3.${region}.${urlSuffix}`,
        region,
        prefix,
        ...credentialsSecret !== undefined && { secretRef: { name: credentialsSecret } },
      },
    },
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name, namespace },
      spec: {
        // Also the time until Flux reverts a manual change.
        interval: '10m0s',
        retryInterval: '2m0s',
        // Longer than a rolling update of a plane whose pods pull a new image.
        timeout: '5m0s',
        path: `./${prefix.replace(/\/$/, '')}`,
        sourceRef: { kind: 'Bucket', name },
        prune: true,
        wait: true,
      },
    },
  ];
}

/** The account exists: Flux is installed with it. Applied on the server's side, this adds the annotation and leaves the rest. */
function controllerIdentity(namespace: string, roleArn: string): KubernetesObject {
  return native({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'source-controller', namespace, annotations: { 'eks.amazonaws.com/role-arn': roleArn } },
  });
}
