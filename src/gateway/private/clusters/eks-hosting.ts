import { Stack } from 'aws-cdk-lib';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import { jmesPath } from '../../../private/secrets/field';
import type { SecretMount } from '../../../private/secrets/mount';
import { refuseSecret } from '../../../private/secrets/secret-text';
import { isSecretOfKubernetes } from '../kong-helm/environment';
import type { PlaneHosting } from '../manifests/hosting';
import type { PlaneDescription } from '../plane/plane';
import { objectLabels } from '../plane/plane-labels';

/**
 * Hosting on EKS: CloudFormation resolves tokens on the way to the cluster, and the AWS provider of the Secrets Store CSI
 * driver mounts secrets with the plane's own Pod Identity. No Kubernetes Secret ever exists, except for what Kong's
 * chart takes from nowhere else.
 */
export class EksHosting implements PlaneHosting {
  /** @param region that of the cluster */
  constructor(private readonly region: string) {}

  public environmentVariable(name: string, value: string) {
    refuseSecret(name, value);
    return { name, value };
  }

  public secretObjects(plane: PlaneDescription, mount: SecretMount): readonly KubernetesObject[] {
    const { region } = Stack.of(mount.secret);
    return [
      {
        apiVersion: 'secrets-store.csi.x-k8s.io/v1',
        kind: 'SecretProviderClass',
        metadata: { name: `${plane.name}-${mount.name}`, namespace: plane.name, labels: objectLabels(plane) },
        spec: {
          provider: 'aws',
          parameters: {
            usePodIdentity: 'true',
            ...(region !== this.region && { region }),
            // The provider wants YAML in a string; JSON is YAML.
            objects: JSON.stringify(
              [
                {
                  objectName: mount.secretName,
                  objectType: 'secretsmanager',
                  ...filesOf(mount),
                },
              ],
              undefined,
              2,
            ),
          },
          ...(plane.chart &&
            isSecretOfKubernetes(plane, mount) && {
            secretObjects: [
              {
                secretName: `${plane.name}-${mount.name}`,
                type: 'Opaque',
                data: mount.files.map(({ file }) => ({ objectName: file, key: file })),
              },
            ],
          }),
        },
      },
    ];
  }

  public secretVolume(plane: PlaneDescription, mount: SecretMount) {
    return {
      csi: { driver: 'secrets-store.csi.k8s.io', readOnly: true, volumeAttributes: { secretProviderClass: `${plane.name}-${mount.name}` } },
    };
  }
}

/** The whole document is mounted as well, whatever one asks for: the first name is that of its file. */
function filesOf({ name, files }: SecretMount) {
  const whole = files.find(({ property }) => property === '');
  if (whole) return { objectAlias: whole.file };
  return { objectAlias: `${name}.json`, jmesPath: files.map(({ file, property }) => ({ path: jmesPath(property), objectAlias: file })) };
}
