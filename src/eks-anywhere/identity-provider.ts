import { AWS_IAM_KIND, OIDC_KIND } from '../eksa/documents/identity';

/**
 * Options of an OpenID Connect provider. On a management cluster fixed once the cluster exists; on others a change
 * replaces the control plane nodes.
 */
export interface OidcProviderOptions {
  /** Client id that tokens are issued for. */
  readonly clientId: string;

  /** URL of the issuer, with `https://`. The Kubernetes API must be able to reach it. */
  readonly issuerUrl: string;

  /**
   * Claim that holds the user's name.
   * @default sub
   */
  readonly usernameClaim?: string;

  /**
   * Text put before user names, so that they cannot be taken for others.
   * @default - the issuer's URL
   */
  readonly usernamePrefix?: string;

  /**
   * Claim that holds the user's groups.
   * @default - no groups
   */
  readonly groupsClaim?: string;

  /**
   * Text put before group names, so that they cannot be taken for others.
   * @default - none
   */
  readonly groupsPrefix?: string;

  /**
   * One claim that tokens must carry, with its value; more than one is not supported.
   * @default - none
   */
  readonly requiredClaims?: { [claim: string]: string };

  /**
   * Name of the OIDCConfig, for a cluster that exists under another name than this library gives. Fixed once the cluster exists.
   * @default - the cluster's name
   */
  readonly configName?: string;
}

/** An IAM role or user that may sign in to Kubernetes. Can be changed later, in place. */
export interface IamMapping {
  /** ARN of the role or user. */
  readonly arn: string;

  /** Kubernetes user name that it gets. */
  readonly username: string;

  /**
   * Kubernetes groups that it is in.
   * @default - none
   */
  readonly groups?: string[];
}

/** Where the AWS IAM Authenticator finds who may sign in. */
export enum AwsIamBackend {
  /** In `roles` and `users`, which become the ConfigMap `aws-auth`. */
  EKS_CONFIG_MAP = 'EKSConfigMap',
  /** In objects of kind IAMIdentityMapping, which you put on the cluster. */
  CRD = 'CRD',
}

/** Options of sign-in with AWS identities. */
export interface AwsIamProviderOptions {
  /** Region that the authenticator asks, such as `eu-central-1`. Fixed once the cluster exists. */
  readonly region: string;

  /**
   * Roles that may sign in. Can be changed later.
   * @default - none
   */
  readonly roles?: IamMapping[];

  /**
   * Users that may sign in. Can be changed later.
   * @default - none
   */
  readonly users?: IamMapping[];

  /**
   * Where the authenticator finds who may sign in; what it finds first counts. Fixed once the cluster exists.
   * @default [AwsIamBackend.EKS_CONFIG_MAP]
   */
  readonly backends?: AwsIamBackend[];

  /**
   * AWS partition. Fixed once the cluster exists.
   * @default aws
   */
  readonly partition?: string;

  /**
   * Name of the AWSIamConfig, for a cluster that exists under another name than this library gives. Fixed once the cluster exists.
   * @default - the cluster's name
   */
  readonly configName?: string;
}

/** How people prove to the Kubernetes API who they are. A cluster takes one of each kind. */
export class IdentityProvider {
  /**
   * Tokens of an OpenID Connect provider. On a management cluster fixed once the cluster exists.
   */
  public static oidc(options: OidcProviderOptions): IdentityProvider {
    const requiredClaims = Object.entries(options.requiredClaims ?? {}).map(([claim, value]) => ({ claim, value }));
    return new IdentityProvider(OIDC_KIND, {
      clientId: options.clientId,
      issuerUrl: options.issuerUrl,
      usernameClaim: options.usernameClaim,
      usernamePrefix: options.usernamePrefix,
      groupsClaim: options.groupsClaim,
      groupsPrefix: options.groupsPrefix,
      requiredClaims: requiredClaims.length > 0 ? requiredClaims : undefined,
    }, options.configName);
  }

  /**
   * Identities of AWS: roles and users, by the AWS IAM Authenticator, which EKS Anywhere installs.
   */
  public static awsIam(options: AwsIamProviderOptions): IdentityProvider {
    return new IdentityProvider(AWS_IAM_KIND, {
      awsRegion: options.region,
      backendMode: options.backends ?? [AwsIamBackend.EKS_CONFIG_MAP],
      partition: options.partition ?? 'aws',
      mapRoles: options.roles?.map(({ arn, username, groups }) => ({ roleARN: arn, username, groups })),
      mapUsers: options.users?.map(({ arn, username, groups }) => ({ userARN: arn, username, groups })),
    }, options.configName);
  }

  private constructor(
    /**
     * Kind of the document.
     * @internal
     */
    public readonly _kind: string,
    /**
     * Its spec.
     * @internal
     */
    public readonly _spec: object,
    /**
     * Its name, where that is not the cluster's.
     * @internal
     */
    public readonly _configName?: string,
  ) {}
}
