import { Duration } from 'aws-cdk-lib';
import type { OidcIssuer } from '../eks-anywhere/aws/oidc-issuer';
import { requireSeconds } from '../private/input/numbers';
import { within } from '../private/input/place';
import { requireObjectName } from '../private/kubernetes/names';

/** Options of `SecretDelivery.externalSecrets()`. */
export interface ExternalSecretsOptions {
  /**
   * Issuer that the cluster names as its `serviceAccountIssuer`. The plane then gets stores of its own: a `SecretStore` in its namespace, a service account, and a role in
   * IAM that reads the plane's secrets and nothing else. Needs `site` on the target.
   *
   * @default - stores that are on the site already, named by `secretStore` and `parameterStore`
   */
  readonly issuer?: OidcIssuer;

  /**
   * ClusterSecretStore on the site that reads AWS Secrets Manager in the control plane's region. How it signs in is the site's: by Pod Identity, by Roles Anywhere, by a key.
   *
   * @default 'aws-secrets-manager'
   */
  readonly secretStore?: string;

  /**
   * ClusterSecretStore on the site that reads the SSM Parameter Store in the control plane's region. Not used where the target has a `site`: its files hold the values.
   *
   * @default 'aws-parameter-store'
   */
  readonly parameterStore?: string;

  /**
   * How long until a changed secret is on the site, from a minute to a day; each plane asks once in that time.
   *
   * @default Duration.minutes(5)
   */
  readonly refreshInterval?: Duration;
}

/** How certificates and passwords reach a plane on a site. They are never part of a file in `cdk.out`, in a bucket or in Git. */
export class SecretDelivery {
  /**
   * A person fetches them to the site's admin machine: `hybridge handoff pull` writes them beside the manifests, for that person only. Nothing has to be installed on the
   * site; after a rotation it is done again. Needs `site` on the target.
   */
  public static pull(): SecretDelivery {
    return new SecretDelivery({ kind: 'pull' });
  }

  /**
   * The External Secrets Operator on the site fetches them and keeps them current; version 0.16 or later.
   *
   * @throws Error when a name cannot be one of Kubernetes, both an issuer and a store are given, or refreshInterval is out of bounds
   */
  public static externalSecrets(options: ExternalSecretsOptions = {}): SecretDelivery {
    return within('SecretDelivery.externalSecrets', () => {
      const { issuer, secretStore, parameterStore, refreshInterval = Duration.minutes(5) } = options;
      for (const [property, name] of Object.entries({ secretStore, parameterStore })) {
        if (name === undefined) continue;
        if (issuer) throw new Error(`${property}: got '${name}' beside issuer, which makes a store for the plane; leave one of the two out`);
        requireObjectName(property, name);
      }
      const seconds = requireSeconds('refreshInterval', refreshInterval, { least: 60, most: 86_400, expected: 'a minute to a day' });
      const stores = { secretStore: secretStore ?? 'aws-secrets-manager', parameterStore: parameterStore ?? 'aws-parameter-store' };
      return new SecretDelivery({ kind: 'external-secrets', issuer, ...stores, refreshInterval: `${Math.floor(seconds / 60)}m${seconds % 60}s` });
    });
  }

  private constructor(
    /** @internal */
    public readonly _choice: SecretDeliveryChoice,
  ) {}
}

/** What was chosen. */
type SecretDeliveryChoice =
  | { readonly kind: 'pull' }
  | { readonly kind: 'external-secrets'; readonly issuer?: OidcIssuer; readonly secretStore: string; readonly parameterStore: string; readonly refreshInterval: string };
