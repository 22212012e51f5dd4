/** Rules about the mirror of container registries. */
import { asWritten } from '../finding';
import { parsePlaceholder } from '../hardware/placeholder';
import type { ClusterDocument } from '../model/document';
import { parseIp } from '../syntax/ip';
import { portProblem } from '../syntax/port';
import type { Context, Problem, Rule } from './rule';

const AT = 'spec.registryMirrorConfiguration';
const CURATED_PACKAGES_REGISTRY = /783794618700\.dkr\.ecr\..*\.amazonaws\.com/;
/** Packages come from one registry per region, with an account of its own. */
const PRIVATE_ECR = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;
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
  { id: 'mirror-namespace', check: namespacesArePaths },
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

/** What an image's name can begin with: parts of letters, digits and inner dashes. */
const IMAGE_HOST = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/i;

/** The tools append the port and then the namespace, and use the whole as the start of every image's name. */
function* endpointIsHost(cluster: ClusterDocument): Iterable<Problem> {
  const { endpoint, port } = cluster.spec?.registryMirrorConfiguration ?? {};
  const at = `${AT}.endpoint`;
  if (!endpoint || parsePlaceholder(endpoint)) return;
  if (LOOPBACK.test(endpoint)) {
    const message = `is ${asWritten(endpoint)}: each node looks for the registry on itself`;
    yield { at, message, fix: 'set the address that the nodes reach', severity: 'warning' };
    return;
  }
  if (parseIp(endpoint) || IMAGE_HOST.test(endpoint)) return;
  const parts = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[^\]]*\]|[^:/]*)(:\d*)?(\/.*)?$/i.exec(endpoint);
  const [, scheme, host = '', ownPort = '', path = ''] = parts ?? [];
  const found = [scheme && 'a scheme', ownPort && 'a port', path && 'a path'].flatMap((part) => part || []).join(', ');
  const namespace = path.replace(/^\/+|\/+$/g, '');
  const bare = host.trim().replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const isUsable = parseIp(bare) !== undefined || IMAGE_HOST.test(bare);
  yield {
    at,
    message: `is ${asWritten(endpoint)}${found ? ` (with ${found})` : ''}; expected the host name or address alone: the tools put the port `
      + `behind it and pull images from that${isUsable ? '' : ', and no image can have such a name'}`,
    fix: [
      isUsable ? `set endpoint to ${bare}` : 'give the registry a name of letters, digits, dashes and dots',
      ...portFix(ownPort.slice(1), port),
      ...(namespace ? [`name ${namespace} as the namespace in ociNamespaces`] : []),
    ].join(', '),
  };
}

/** A port in the endpoint is lost when the endpoint is repaired. */
function portFix(inEndpoint: string, port: string | undefined): string[] {
  if (inEndpoint === '' || inEndpoint === port) return [];
  return [port ? `and port to the right one of '${inEndpoint}' and '${port}'` : `port to '${inEndpoint}'`];
}

function namespacesOf(cluster: ClusterDocument) {
  return cluster.spec?.registryMirrorConfiguration?.ociNamespaces ?? [];
}

/** Images are looked up by the host in their name, letter by letter; of two entries for one host the last one counts. */
function* registriesAreHosts(cluster: ClusterDocument): Iterable<Problem> {
  const namespaces = namespacesOf(cluster);
  for (const [index, { registry, namespace }] of namespaces.entries()) {
    if (!registry) continue;
    const at = `${AT}.ociNamespaces[${index}].registry`;
    const host = hostOf(registry);
    const later = namespaces.slice(index + 1).find((other) => other.registry === registry);
    if (host !== registry) {
      yield {
        at,
        message: `is ${asWritten(registry)}; expected the host alone, ${host}: no image would be found in the mirror by this entry`,
        fix: `set registry to ${host}`,
        severity: 'warning',
      };
    } else if (later && later.namespace !== namespace && !CURATED_PACKAGES_REGISTRY.test(registry)) {
      yield {
        at,
        message: `is ${asWritten(registry)}, which a later entry has as well: only that one, with namespace ${asWritten(later.namespace)}, `
          + 'counts',
        fix: 'keep one entry for each registry',
        severity: 'warning',
      };
    }
  }
}

/** As image names have it; the port of https is in none. */
function hostOf(registry: string): string {
  return registry.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/\/.*$/s, '').toLowerCase().replace(/\.?(?::443)?$/, '');
}

/** The namespace becomes a part of the image's name. */
function* namespacesArePaths(cluster: ClusterDocument): Iterable<Problem> {
  for (const [index, { namespace }] of namespacesOf(cluster).entries()) {
    if (!namespace || parsePlaceholder(namespace) || /^[a-z0-9._/-]*$/.test(namespace)) continue;
    const isUrl = namespace.includes(':');
    yield {
      at: `${AT}.ociNamespaces[${index}].namespace`,
      message: `is ${asWritten(namespace)}; expected ${isUrl ? 'the path below the endpoint' : 'lower-case letters, digits and dashes'} `
        + 'alone: the tools make it a part of the names of images',
      fix: isUrl
        ? 'write the project, such as eks-anywhere, without scheme, host and port'
        : 'name the project in lower case, here and in the registry',
      severity: 'warning',
    };
  }
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
  const isMapped = namespacesOf(cluster)
    .some(({ registry = '' }) => CURATED_PACKAGES_REGISTRY.test(registry) || PRIVATE_ECR.test(registry));
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
