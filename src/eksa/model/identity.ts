/** Identity providers and GitOps objects as rules and builders see them. */

export interface OidcSpec {
  readonly clientId?: string;
  readonly issuerUrl?: string;
  readonly requiredClaims?: readonly { readonly claim?: string; readonly value?: string }[];
}

export interface AwsIamSpec {
  readonly awsRegion?: string;
  readonly backendMode?: readonly string[];
  readonly mapRoles?: readonly { readonly roleARN?: string; readonly username?: string }[];
  readonly mapUsers?: readonly { readonly userARN?: string; readonly username?: string }[];
}

export interface Github {
  readonly owner?: string;
  readonly repository?: string;
  readonly branch?: string;
}

export interface FluxSpec {
  readonly branch?: string;
  readonly github?: Github;
  readonly git?: { readonly repositoryUrl?: string; readonly sshKeyAlgorithm?: string };
}

/** The deprecated form of a FluxConfig. */
export interface GitOpsSpec {
  readonly flux?: {
    readonly github?: Github & { readonly personal?: boolean; readonly clusterConfigPath?: string; readonly fluxSystemNamespace?: string };
  };
}
