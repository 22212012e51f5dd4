/** Rules about the mirror of container registries. */
import { asWritten } from '../finding';
import type { ClusterDocument } from '../model/document';
import { parseIp } from '../syntax/ip';
import { portProblem } from '../syntax/port';
import type { Context, Problem, Rule } from './rule';

const AT = 'spec.registryMirrorConfiguration';
const CURATED_PACKAGES_REGISTRY = /783794618700\.dkr\.ecr\..*\.amazonaws\.com/;
/** Where the images of EKS Anywhere come from. */
const PUBLIC_REGISTRY = 'public.ecr.aws';

export const REGISTRY_MIRROR_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'C54', check: mirrorEndpoint },
  { id: 'C55', check: mirrorPort },
  { id: 'C56', check: mirrorNamespaces },
  { id: 'C57', check: oneCuratedRegistry },
  { id: 'F1', check: insecureMirrorOnBottlerocket },
  { id: 'mirror-endpoint', check: endpointIsHost },
  { id: 'mirror-registry', check: registriesAreHosts },
  { id: 'mirror-public', check: publicRegistryMapped },
  { id: 'mirror-packages', check: packagesRegistryMapped },
];

function* mirrorEndpoint(cluster: ClusterDocument): Iterable<Problem> {
  const mirror = cluster.spec?.registryMirrorConfiguration;
  if (mirror && !mirror.endpoint) {
    yield { at: `${AT}.endpoint`, message: 'is empty; expected the host of the registry' };
  }
}

function* mirrorPort(cluster: ClusterDocument): Iterable<Problem> {
  const port = cluster.spec?.registryMirrorConfiguration?.port;
  if (port && portProblem(port)) {
    yield { at: `${AT}.port`, message: `is ${asWritten(port)}; expected a number from 1 to 65535, as text` };
  }
}

function* mirrorNamespaces(cluster: ClusterDocument): Iterable<Problem> {
  for (const [index, { registry }] of (cluster.spec?.registryMirrorConfiguration?.ociNamespaces ?? []).entries()) {
    if (!registry) {
      yield {
        at: `${AT}.ociNamespaces[${index}].registry`,
        message: 'is empty; expected the registry that is mirrored',
      };
    }
  }
}

function* oneCuratedRegistry(cluster: ClusterDocument): Iterable<Problem> {
  const namespaces = cluster.spec?.registryMirrorConfiguration?.ociNamespaces ?? [];
  if (namespaces.filter(({ registry }) => registry && CURATED_PACKAGES_REGISTRY.test(registry)).length > 1) {
    yield {
      at: `${AT}.ociNamespaces`,
      message: 'names more than one registry of curated packages',
      fix: 'keep one',
    };
  }
}

function* insecureMirrorOnBottlerocket(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  if (cluster.spec?.registryMirrorConfiguration?.insecureSkipVerify && runsBottlerocket(context)) {
    yield {
      at: `${AT}.insecureSkipVerify`,
      message: 'is true, which Bottlerocket does not support',
      fix: 'set caCertContent instead',
    };
  }
}

/** The tools append the port and then the namespace, and use the whole as the start of every image's name. */
function* endpointIsHost(cluster: ClusterDocument): Iterable<Problem> {
  const { endpoint, port } = cluster.spec?.registryMirrorConfiguration ?? {};
  if (!endpoint || parseIp(endpoint)) return;
  const parts = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[^\]]*\]|[^:/]*)(:\d*)?(\/.*)?$/i.exec(endpoint);
  const [, scheme, host = '', ownPort, path = ''] = parts ?? [];
  if (parts && !scheme && !ownPort && !path && !host.startsWith('[') && !/\s/.test(host)) return;
  const found = [scheme && 'a scheme', ownPort && 'a port', path && 'a path'].flatMap((part) => part || []).join(', ');
  const namespace = path.replace(/^\/+|\/+$/g, '');
  yield {
    at: `${AT}.endpoint`,
    message: `is ${asWritten(endpoint)}${found ? ` (with ${found})` : ''}; expected the host name or address alone: the tools put the port `
      + 'behind it and pull images from that',
    fix: [
      `set endpoint to ${host.replace(/^\[|\]$/g, '').trim() || 'the host'}`,
      ...(ownPort && ownPort.length > 1 && !port ? [`port to '${ownPort.slice(1)}'`] : []),
      ...(namespace ? [`name ${namespace} as the namespace in ociNamespaces`] : []),
    ].join(', '),
  };
}

function namespacesOf(cluster: ClusterDocument) {
  return cluster.spec?.registryMirrorConfiguration?.ociNamespaces ?? [];
}

/** Images are looked up by the host in their name. */
function* registriesAreHosts(cluster: ClusterDocument): Iterable<Problem> {
  for (const [index, { registry }] of namespacesOf(cluster).entries()) {
    if (!registry) continue;
    const host = hostOf(registry);
    if (host === registry) continue;
    yield {
      at: `${AT}.ociNamespaces[${index}].registry`,
      message: `is ${asWritten(registry)}; expected the host alone, ${host}: no image would be found in the mirror by this entry`,
      fix: `set registry to ${host}`,
      severity: 'warning',
    };
  }
}

function hostOf(registry: string): string {
  return registry.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/\/.*$/s, '');
}

function* publicRegistryMapped(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const registries = namespacesOf(cluster).flatMap(({ registry }) => (registry ? [hostOf(registry)] : []));
  if (registries.length === 0 || registries.includes(PUBLIC_REGISTRY)) return;
  yield {
    at: `${AT}.ociNamespaces`,
    message: `has no entry for ${PUBLIC_REGISTRY}: nodes pull the images of EKS Anywhere from the internet`
      + (runsBottlerocket(context) ? ', and Bottlerocket gets no mirror at all' : ''),
    fix: `add registry: ${PUBLIC_REGISTRY} with the namespace that holds its images`,
    severity: 'warning',
  };
}

/** Only where the file installs packages: they are on by default, and many clusters never use one. */
function* packagesRegistryMapped(cluster: ClusterDocument, { documents }: Context): Iterable<Problem> {
  const isMapped = namespacesOf(cluster).some(({ registry }) => registry && CURATED_PACKAGES_REGISTRY.test(registry));
  const packages = documents.filter(({ kind, apiVersion }) => kind === 'Package' && apiVersion?.startsWith('packages.eks.amazonaws.com/'));
  if (!cluster.spec?.registryMirrorConfiguration || isMapped || packages.length === 0 || cluster.spec.packages?.disable) return;
  yield {
    at: `${AT}.ociNamespaces`,
    message: `has no entry for the registry of curated packages, of which the file installs ${packages.length}: they are pulled from `
      + 'the internet',
    fix: 'add registry: 783794618700.dkr.ecr.us-west-2.amazonaws.com (or that of your region) with the namespace that holds its images',
    severity: 'warning',
  };
}

function runsBottlerocket({ tinkerbellMachines, vsphereMachines }: Context): boolean {
  return [...tinkerbellMachines, ...vsphereMachines].some(({ spec }) => (spec?.osFamily || 'bottlerocket') === 'bottlerocket');
}
