/** Network plugin, registries, packages, identity providers and Flux as expressions of the program. */
import { OIDC_KIND, OLD_FLUX_KIND } from '../documents/identity';
import type { Cilium, PackageSwitches, RegistryMirror } from '../model/cluster';
import type { Document } from '../model/document';
import type { GitOpsSpec } from '../model/identity';
import { environment } from './read-cluster';
import type { AwsIamFields, FluxFields, IamMapping, OidcFields } from './read-companions';
import type { Expression, Value } from './typescript';
import { LIBRARY, call, member } from './typescript';

export function cilium(given: Cilium | undefined): Value {
  const mode = given?.policyEnforcementMode;
  const options = {
    policyMode: mode ? member(`CiliumPolicyMode.${mode.toUpperCase()}`, LIBRARY) : undefined,
    routingMode: routingMode(given),
    nativeRoutingCidr: given?.ipv4NativeRoutingCIDR,
    ipv6NativeRoutingCidr: given?.ipv6NativeRoutingCIDR,
    egressMasqueradeInterfaces: given?.egressMasqueradeInterfaces,
    skipUpgrade: given?.skipUpgrade,
    exclusive: given?.cniExclusive,
    helmValues: given?.helmValues as Value,
  };
  return Object.values(options).some((value) => value !== undefined) ? options : undefined;
}

/** Direct routing follows from its network. */
function routingMode(given: Cilium | undefined): Value {
  const mode = given?.routingMode;
  if (!mode || (mode === 'direct' && given.ipv4NativeRoutingCIDR !== undefined)) return undefined;
  return member(`CiliumRoutingMode.${mode.toUpperCase()}`, LIBRARY);
}

export function registryMirror(given: RegistryMirror): Value {
  return {
    endpoint: given.endpoint,
    port: given.port === undefined || given.port === '443' ? undefined : Number(given.port),
    namespaces: given.ociNamespaces?.map(({ registry, namespace }) => ({ registry, namespace })),
    caCertificate: given.caCertContent,
    authenticate: given.authenticate,
    insecureSkipVerify: given.insecureSkipVerify,
  };
}

export function packageSwitches(given: PackageSwitches | undefined): Readonly<Record<string, Value>> {
  const { disable, controller, cronjob } = given ?? {};
  return {
    curatedPackages: disable === undefined ? undefined : !disable,
    packageController: controller && {
      repository: controller.repository,
      tag: controller.tag,
      digest: controller.digest,
      environment: controller.env && environment(controller.env),
      requests: controller.resources?.requests as Value,
      limits: controller.resources?.limits as Value,
      disableWebhooks: controller.disableWebhooks || undefined,
    },
    packageCronJob: cronjob && {
      repository: cronjob.repository,
      tag: cronjob.tag,
      digest: cronjob.digest,
      disable: cronjob.disable || undefined,
    },
  };
}

/** Constants of AwsIamBackend. */
const BACKENDS: Readonly<Record<string, string>> = { EKSConfigMap: 'EKS_CONFIG_MAP', CRD: 'CRD' };

/** @param clusterName which is a document's name where nothing else is said */
export function identity({ kind, metadata, spec }: Document, clusterName: string): Expression {
  const configName = metadata?.name === clusterName ? undefined : metadata?.name;
  if (kind === OIDC_KIND) {
    const { clientId, issuerUrl, usernameClaim, usernamePrefix, groupsClaim, groupsPrefix, requiredClaims } = spec as OidcFields;
    const claims = requiredClaims && Object.fromEntries(requiredClaims.map(({ claim = '', value }) => [claim, value ?? '']));
    return call(
      'IdentityProvider.oidc',
      [{ clientId, issuerUrl, usernameClaim, usernamePrefix, groupsClaim, groupsPrefix, requiredClaims: claims, configName }],
      LIBRARY,
    );
  }
  const { awsRegion, backendMode = [], partition, mapRoles, mapUsers } = spec as AwsIamFields;
  const backends = backendMode.map((mode) => member(`AwsIamBackend.${BACKENDS[mode]}`, LIBRARY));
  const mapping = ({ roleARN, userARN, username, groups }: IamMapping) => ({ arn: roleARN ?? userARN, username, groups });
  return call('IdentityProvider.awsIam', [{
    region: awsRegion,
    roles: mapRoles?.map(mapping),
    users: mapUsers?.map(mapping),
    backends: backendMode.join() === 'EKSConfigMap' ? undefined : backends,
    partition: partition === 'aws' ? undefined : partition,
    configName,
  }], LIBRARY);
}

export function fluxSync({ kind, metadata, spec }: Document, clusterName: string): Expression {
  const configName = metadata?.name === clusterName ? undefined : metadata?.name;
  if (kind === OLD_FLUX_KIND) {
    const { owner, repository, personal, fluxSystemNamespace, ...rest } = (spec as GitOpsSpec).flux?.github ?? {};
    return call(
      'FluxSync.gitOpsConfig',
      [
        {
          owner,
          repository,
          personal: personal || undefined,
          ...fluxOptions({ ...rest, systemNamespace: fluxSystemNamespace }),
          configName,
        },
      ],
      LIBRARY,
    );
  }
  const { branch, clusterConfigPath, systemNamespace, github, git } = spec as FluxFields;
  const options = { ...fluxOptions({ branch, clusterConfigPath, systemNamespace }), configName };
  if (git) {
    const sshKeyAlgorithm = git.sshKeyAlgorithm ? member(`SshKeyAlgorithm.${git.sshKeyAlgorithm.toUpperCase()}`, LIBRARY) : undefined;
    return call('FluxSync.git', [{ repositoryUrl: git.repositoryUrl, sshKeyAlgorithm, ...options }], LIBRARY);
  }
  return call(
    'FluxSync.github',
    [{ owner: github?.owner, repository: github?.repository, personal: github?.personal || undefined, ...options }],
    LIBRARY,
  );
}

function fluxOptions({
  branch,
  clusterConfigPath,
  systemNamespace,
}: Pick<FluxFields, 'branch' | 'clusterConfigPath' | 'systemNamespace'>): Readonly<Record<string, Value>> {
  return {
    branch: branch === 'main' ? undefined : branch,
    path: clusterConfigPath,
    namespace: systemNamespace === 'flux-system' ? undefined : systemNamespace,
  };
}
