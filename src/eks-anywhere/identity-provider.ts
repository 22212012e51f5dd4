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
   * Claim that contains the user's name.
   * @default sub
   */
  readonly usernameClaim?: string;

  /**
   * Prefix of user names, which keeps them distinct from other users.
   * @default - the issuer's URL
   */
  readonly usernamePrefix?: string;

  /**
   * Claim that contains the user's groups.
   * @default - no groups
   */
  readonly groupsClaim?: string;

  /**
   * Prefix of group names, which keeps them distinct from other groups.
   * @default - none
   */
  readonly groupsPrefix?: string;

  /**
   * One claim that tokens must contain, with its value; EKS Anywhere does not support more than one.
   * @default - none
   */
  readonly requiredClaims?: { [claim: string]: string };

  /**
   * Name of the OIDCConfig, if that of an existing cluster differs from the default. Fixed once the cluster exists.
   * @default - the cluster's name
   */
  readonly configName?: string;
}

/** An IAM role or user that may sign in to Kubernetes. Can be changed later, in place. */
export interface IamMapping {
  /** ARN of the role or user. */
  readonly arn: string;

  /** Kubernetes user name of the role or user. */
  readonly username: string;

  /**
   * Kubernetes groups of the role or user.
   * @default - none
   */
  readonly groups?: string[];
}

/** Source of the AWS IAM Authenticator's list of roles and users. */
export enum AwsIamBackend {
  /** In `roles` and `users`, which become the ConfigMap `aws-auth`. */
  EKS_CONFIG_MAP = 'EKSConfigMap',
  /** In objects of kind IAMIdentityMapping, which you put on the cluster. */
  CRD = 'CRD',
}

/** Options of sign-in with AWS identities. */
export interface AwsIamProviderOptions {
  /** Region of AWS that the authenticator uses, such as `eu-central-1`. Fixed once the cluster exists. */
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
   * Sources of the authenticator's list of roles and users; the first match counts. Fixed once the cluster exists.
   * @default [AwsIamBackend.EKS_CONFIG_MAP]
   */
  readonly backends?: AwsIamBackend[];

  /**
   * AWS partition. Fixed once the cluster exists.
   * @default aws
   */
  readonly partition?: string;

  /**
   * Name of the AWSIamConfig, if that of an existing cluster differs from the default. Fixed once the cluster exists.
   * @default - the cluster's name
   */
  readonly configName?: string;
}

/** How people authenticate to the Kubernetes API. A cluster has at most one of each kind. */
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
     * Its name, if it differs from the cluster's.
     * @internal
     */
    public readonly _configName?: string,
  ) {}
}
