import { Stack, Token } from 'aws-cdk-lib';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import type { SecretMount } from '../../../private/secrets/mount';
import { refuseSecret } from '../../../private/secrets/secret-text';
import type { PulledSecret } from '../handoff/index-document';
import type { PlaneHosting } from '../manifests/hosting';
import type { PlaneDescription } from '../plane/plane';
import { objectLabels } from '../plane/plane-labels';

/** A store of the External Secrets Operator. */
interface StoreReference {
  readonly kind: 'ClusterSecretStore' | 'SecretStore';
  readonly name: string;
}

interface SiteHostingProps {
  /**
   * Where the plane's SSM parameters lie, ending with '/', and the store that reads them. Absent where the files get
   * their values at deployment.
   */
  readonly parameters?: { readonly path: string; readonly store: StoreReference };
  /** The store that reads secrets; absent where a person fetches them. */
  readonly secrets?: StoreReference;
  /** How often the operator looks, in Go's notation; of no meaning without one. */
  readonly refreshInterval?: string;
  readonly imagePullSecret?: string;
}

/**
 * Hosting on a cluster outside AWS. Where objects are applied from files as synthesized, a value known only after
 * deployment becomes an SSM parameter, and the objects refer to one Secret that External Secrets fills from those
 * parameters. Where CloudFormation hands the files over, it puts the values into them.
 */
export class SiteHosting implements PlaneHosting {
  public readonly imagePullSecret?: string;
  private readonly values = new Map<string, string>();

  constructor(private readonly props: SiteHostingProps) {
    this.imagePullSecret = props.imagePullSecret;
  }

  /** Parameter name → value, for everything that the objects refer to so far. */
  public get parameters(): ReadonlyMap<string, string> {
    return new Map([...this.values].map(([key, value]) => [this.props.parameters!.path + key, value]));
  }

  public environmentVariable(name: string, value: string) {
    refuseSecret(name, value);
    if (!this.props.parameters || !Token.isUnresolved(value)) return { name, value };
    const key = name.toLowerCase();
    this.values.set(key, value);
    return { name, valueFrom: { secretKeyRef: { name: 'deployed-values', key } } };
  }

  /** The one object that holds the values known after deployment. Not secrets; External Secrets just makes nothing else. */
  public deployedValues(plane: PlaneDescription): readonly KubernetesObject[] {
    const { parameters } = this.props;
    if (!parameters || this.values.size === 0) return [];
    const data = [...this.values.keys()].map((key) => ({ secretKey: key, remoteRef: { key: parameters.path + key } }));
    return [this.externalSecret(plane, 'deployed-values', 'Opaque', parameters.store, data)];
  }

  public secretObjects(plane: PlaneDescription, mount: SecretMount): readonly KubernetesObject[] {
    const { secrets } = this.props;
    if (!secrets) return [];
    const data = mount.files.map(({ file, property }) => ({
      secretKey: file,
      remoteRef: { key: mount.secretName, ...(property && { property }) },
    }));
    return [this.externalSecret(plane, `${plane.name}-${mount.name}`, mount.secretType, secrets, data)];
  }

  public secretVolume(plane: PlaneDescription, mount: SecretMount) {
    return { secret: { secretName: `${plane.name}-${mount.name}`, defaultMode: 0o440 } };
  }

  /** What the command line makes of the plane's secrets, where no operator does. */
  public pulledSecrets(plane: PlaneDescription): readonly PulledSecret[] {
    if (this.props.secrets) return [];
    return plane.secrets.map((mount) => ({
      name: `${plane.name}-${mount.name}`,
      type: mount.secretType,
      labels: objectLabels(plane),
      secretName: mount.secretName,
      region: Stack.of(mount.secret).region,
      entries: mount.files.map(({ file, property }) => ({ key: file, property })),
    }));
  }

  private externalSecret(
    plane: PlaneDescription,
    name: string,
    type: string,
    secretStoreRef: StoreReference,
    data: readonly unknown[],
  ): KubernetesObject {
    return {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name, namespace: plane.name, labels: objectLabels(plane) },
      spec: {
        refreshInterval: this.props.refreshInterval,
        secretStoreRef,
        target: { name, creationPolicy: 'Owner', template: { type } },
        data,
      },
    };
  }
}
