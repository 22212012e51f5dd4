import { Token } from 'aws-cdk-lib';
import type { KubernetesObject } from '../kubernetes/manifest-chart';
import { refuseSecret } from '../kubernetes/secret-text';
import type { PlaneHosting } from './hosting';
import type { PlaneDescription, SecretMount } from './plane';
import { objectLabels } from './plane-labels';

/** What a site has to offer: names of things that are installed there. */
export interface SiteStores {
  /** ClusterSecretStore of External Secrets that reads AWS Secrets Manager. */
  readonly secretStore: string;
  /** ClusterSecretStore of External Secrets that reads the SSM Parameter Store. */
  readonly parameterStore: string;
}

/**
 * Hosting on a cluster outside AWS. The objects are applied from files, so they hold no token: a value known only after
 * deployment becomes an SSM parameter, and the objects refer to one Secret that External Secrets fills from those parameters.
 */
export class SiteHosting implements PlaneHosting {
  private readonly values = new Map<string, string>();

  /** @param parameterPath where the plane's parameters lie, ending with '/' */
  constructor(private readonly parameterPath: string, private readonly stores: SiteStores, public readonly imagePullSecret?: string) {}

  /** Parameter name → value, for everything that the objects refer to so far. */
  public get parameters(): ReadonlyMap<string, string> {
    return new Map([...this.values].map(([key, value]) => [this.parameterPath + key, value]));
  }

  public environmentVariable(name: string, value: string) {
    refuseSecret(name, value);
    if (!Token.isUnresolved(value)) return { name, value };
    const key = name.toLowerCase();
    this.values.set(key, value);
    return { name, valueFrom: { secretKeyRef: { name: 'deployed-values', key } } };
  }

  /** The one object that holds the values known after deployment. Not secrets; External Secrets just makes nothing else. */
  public deployedValues(plane: PlaneDescription): readonly KubernetesObject[] {
    if (this.values.size === 0) return [];
    const data = [...this.values.keys()].map((key) => ({ secretKey: key, remoteRef: { key: this.parameterPath + key } }));
    return [this.externalSecret(plane, 'deployed-values', 'Opaque', this.stores.parameterStore, data)];
  }

  public secretObjects(plane: PlaneDescription, mount: SecretMount): readonly KubernetesObject[] {
    const data = mount.files.map(({ file, property }) => ({ secretKey: file, remoteRef: { key: mount.secretName, property } }));
    return [this.externalSecret(plane, `${plane.name}-${mount.name}`, mount.secretType, this.stores.secretStore, data)];
  }

  public secretVolume(plane: PlaneDescription, mount: SecretMount) {
    return { secret: { secretName: `${plane.name}-${mount.name}`, defaultMode: 0o440 } };
  }

  private externalSecret(plane: PlaneDescription, name: string, type: string, store: string, data: readonly unknown[]): KubernetesObject {
    return {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name, namespace: plane.name, labels: objectLabels(plane) },
      spec: {
        refreshInterval: '5m0s',
        secretStoreRef: { kind: 'ClusterSecretStore', name: store },
        target: { name, creationPolicy: 'Owner', template: { type } },
        data,
      },
    };
  }
}
