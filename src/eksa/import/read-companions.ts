/** Identity providers and Flux, as far as the properties can say them. */
import { AWS_IAM_KIND, FLUX_KIND, OIDC_KIND, OLD_FLUX_KIND, companion } from '../documents/identity';
import type { Ref } from '../model/cluster';
import type { Document } from '../model/document';
import type { GitOpsSpec } from '../model/identity';
import type { Contents } from '../update/pair';
import { find } from '../update/pair';

export interface OidcFields {
  readonly clientId?: string;
  readonly issuerUrl?: string;
  readonly usernameClaim?: string;
  readonly usernamePrefix?: string;
  readonly groupsClaim?: string;
  readonly groupsPrefix?: string;
  readonly requiredClaims?: readonly { readonly claim?: string; readonly value?: string }[];
}

export interface IamMapping {
  readonly roleARN?: string;
  readonly userARN?: string;
  readonly username?: string;
  readonly groups?: readonly string[];
}

export interface AwsIamFields {
  readonly awsRegion?: string;
  readonly backendMode?: readonly string[];
  readonly partition?: string;
  readonly mapRoles?: readonly IamMapping[];
  readonly mapUsers?: readonly IamMapping[];
}

export interface FluxFields {
  readonly branch?: string;
  readonly clusterConfigPath?: string;
  readonly systemNamespace?: string;
  readonly github?: { readonly owner?: string; readonly repository?: string; readonly personal?: boolean };
  readonly git?: { readonly repositoryUrl?: string; readonly sshKeyAlgorithm?: string };
}

/** What of a spec the properties can say. */
const SAYABLE: Readonly<Record<string, (spec: never) => object>> = {
  [OIDC_KIND]: ({ clientId, issuerUrl, usernameClaim, usernamePrefix, groupsClaim, groupsPrefix, requiredClaims }: OidcFields) => ({
    clientId,
    issuerUrl,
    usernameClaim,
    usernamePrefix,
    groupsClaim,
    groupsPrefix,
    requiredClaims: requiredClaims?.map(({ claim = '', value }) => ({ claim, value })),
  }),
  [AWS_IAM_KIND]: ({ awsRegion, backendMode, partition, mapRoles, mapUsers }: AwsIamFields) => ({
    awsRegion,
    backendMode,
    partition,
    mapRoles: mapRoles?.map(({ roleARN, username, groups }) => ({ roleARN, username, groups })),
    mapUsers: mapUsers?.map(({ userARN, username, groups }) => ({ userARN, username, groups })),
  }),
  [FLUX_KIND]: ({ branch, clusterConfigPath, systemNamespace, github, git }: FluxFields) => ({
    branch,
    clusterConfigPath,
    systemNamespace,
    github: github && { owner: github.owner, repository: github.repository, personal: github.personal },
    git: git && { repositoryUrl: git.repositoryUrl, sshKeyAlgorithm: git.sshKeyAlgorithm },
  }),
  [OLD_FLUX_KIND]: ({
    flux: { github: { owner, repository, personal, branch, clusterConfigPath, fluxSystemNamespace } = {} } = {},
  }: GitOpsSpec) => ({
    flux: {
      github: {
        owner,
        repository,
        personal,
        branch: branch || 'main',
        clusterConfigPath,
        fluxSystemNamespace: fluxSystemNamespace || 'flux-system',
      },
    },
  }),
};

export interface Companions {
  readonly identities: readonly Ref[];
  readonly gitOps?: Ref;
  readonly documents: readonly Document[];
}

export function readCompanions(contents: Contents): Companions {
  const { identityProviderRefs = [], gitOpsRef } = contents.cluster.spec ?? {};
  const read = (ref: Ref | undefined) => {
    const spec = find(contents, ref?.kind, ref?.name)?.spec;
    const sayable = SAYABLE[ref?.kind ?? ''];
    return ref?.kind && ref.name && spec && sayable ? [companion(ref.kind, ref.name, sayable(spec as never))] : [];
  };
  const [identities, gitOps] = [identityProviderRefs.flatMap(read), read(gitOpsRef)];
  return {
    identities: identities.map(({ ref }) => ref),
    gitOps: gitOps[0]?.ref,
    documents: [...identities, ...gitOps].map(({ document }) => document),
  };
}
