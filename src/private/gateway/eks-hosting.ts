import type { KubernetesObject } from '../kubernetes/manifest-chart';
import { refuseSecret } from '../kubernetes/secret-text';
import type { PlaneHosting } from './hosting';
import type { PlaneDescription, SecretMount } from './plane';
import { objectLabels } from './plane-labels';

/**
 * Hosting on EKS: CloudFormation resolves tokens on the way to the cluster, and the AWS provider of the Secrets Store CSI
 * driver mounts secrets with the plane's own Pod Identity. No Kubernetes Secret ever exists.
 */
export class EksHosting implements PlaneHosting {
  /** @param secretsRegion region of the plane's secrets, when it is not the cluster's */
  constructor(private readonly secretsRegion?: string) {}

  public environmentVariable(name: string, value: string) {
    refuseSecret(name, value);
    return { name, value };
  }

  public secretObjects(plane: PlaneDescription, mount: SecretMount): readonly KubernetesObject[] {
    return [{
      apiVersion: 'secrets-store.csi.x-k8s.io/v1',
      kind: 'SecretProviderClass',
      metadata: { name: `${plane.name}-${mount.name}`, namespace: plane.name, labels: objectLabels(plane) },
      spec: {
        provider: 'aws',
        parameters: {
          usePodIdentity: 'true',
          ...this.secretsRegion && { region: this.secretsRegion },
          // The provider wants YAML in a string; JSON is YAML.
          objects: JSON.stringify([{
            objectName: mount.secretName,
            objectType: 'secretsmanager',
            // The whole document is mounted as well, whatever one asks for: this names its file.
            objectAlias: `${mount.name}.json`,
            jmesPath: mount.files.map(({ file, property }) => ({ path: property, objectAlias: file })),
          }], undefined, 2),
        },
      },
    }];
  }

  public secretVolume(plane: PlaneDescription, mount: SecretMount) {
    return {
      csi: { driver: 'secrets-store.csi.k8s.io', readOnly: true, volumeAttributes: { secretProviderClass: `${plane.name}-${mount.name}` } },
    };
  }
}
