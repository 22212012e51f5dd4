import { Duration } from 'aws-cdk-lib';
import type { OidcIssuer } from '../eks-anywhere/aws/oidc-issuer';
import { requireSeconds } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { requireObjectName } from '../private/kubernetes/names';

/** Options of `SecretDelivery.externalSecrets()`. */
export interface ExternalSecretsOptions {
  /**
   * Issuer in the cluster's `serviceAccountIssuer`. The plane then gets its own store: a `SecretStore` in its
   * namespace, a service account, and an IAM role that may read the plane's secrets only. Needs `site` on the target.
   *
   * @default - existing stores on the site, named by `secretStore` and `parameterStore`
   */
  readonly issuer?: OidcIssuer;

  /**
   * ClusterSecretStore on the site that reads AWS Secrets Manager in the control plane's region. The site decides how
   * it authenticates: Pod Identity, Roles Anywhere, or a key.
   *
   * @default 'aws-secrets-manager'
   */
  readonly secretStore?: string;

  /**
   * ClusterSecretStore on the site that reads the SSM Parameter Store in the control plane's region. Unused if the
   * target has a `site`, whose files contain the values.
   *
   * @default 'aws-parameter-store'
   */
  readonly parameterStore?: string;

  /**
   * How often the operator reads the secrets, from one minute to one day: the maximum time until a changed secret is
   * on the site.
   *
   * @default Duration.minutes(5)
   */
  readonly refreshInterval?: Duration;
}

/** How certificates and passwords reach a plane on a site. They are never in a file in `cdk.out`, in a bucket or in Git. */
export class SecretDelivery {
  /**
   * An operator fetches them to the site's admin machine: `hybridge handoff pull` writes them beside the manifests,
   * readable by that user only. The site needs no extra software; pull again after each rotation. Needs `site` on the
   * target.
   */
  public static pull(): SecretDelivery {
    return new SecretDelivery({ kind: 'pull' });
  }

  /**
   * The External Secrets Operator on the site fetches them and keeps them current; version 0.16 or later.
   *
   * @throws Error for an invalid Kubernetes name, an issuer together with a store, or a refreshInterval out of bounds
   */
  public static externalSecrets(options: ExternalSecretsOptions = {}): SecretDelivery {
    return atPlace('SecretDelivery.externalSecrets', () => {
      const { issuer, secretStore, parameterStore, refreshInterval = Duration.minutes(5) } = options;
      for (const [property, name] of Object.entries({ secretStore, parameterStore })) {
        if (name === undefined) continue;
        if (issuer) {
          throw new Error(`${property}: got '${name}' together with issuer, which creates a store for the plane; remove one of the two`);
        }
        requireObjectName(property, name);
      }
      const seconds = requireSeconds('refreshInterval', refreshInterval, { min: 60, max: 86_400, expected: 'a minute to a day' });
      const stores = { secretStore: secretStore ?? 'aws-secrets-manager', parameterStore: parameterStore ?? 'aws-parameter-store' };
      return new SecretDelivery({
        kind: 'external-secrets',
        issuer,
        ...stores,
        refreshInterval: `${Math.floor(seconds / 60)}m${seconds % 60}s`,
      });
    });
  }

  private constructor(
    /** @internal */
    public readonly _choice: SecretDeliveryChoice,
  ) {}
}

/** The chosen delivery. */
type SecretDeliveryChoice =
  | { readonly kind: 'pull' }
  | {
    readonly kind: 'external-secrets';
    readonly issuer?: OidcIssuer;
    readonly secretStore: string;
    readonly parameterStore: string;
    readonly refreshInterval: string;
  };
