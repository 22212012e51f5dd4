/** Rules about the way from a site to the internet: proxies and registry mirrors. */
import { asWritten } from '../finding';
import type { ClusterDocument } from '../model/document';
import { parseIp } from '../syntax/ip';
import { parseUrl } from '../syntax/url';
import type { Context, Problem, Rule } from './rule';

const CURATED_PACKAGES_REGISTRY = /783794618700\.dkr\.ecr\..*\.amazonaws\.com/;

export const SITE_NETWORK_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'C50', check: proxyPresent },
  { id: 'C51', check: proxySyntax },
  { id: 'C54', check: mirrorEndpoint },
  { id: 'C55', check: mirrorPort },
  { id: 'C56', check: mirrorNamespaces },
  { id: 'C57', check: oneCuratedRegistry },
  { id: 'F1', check: insecureMirrorOnBottlerocket },
];

const PROXIES = ['httpProxy', 'httpsProxy'] as const;

function* proxyPresent(cluster: ClusterDocument): Iterable<Problem> {
  const proxy = cluster.spec?.proxyConfiguration;
  for (const name of PROXIES) {
    if (proxy && !proxy[name]) {
      yield { at: `spec.proxyConfiguration.${name}`, message: 'is empty; both httpProxy and httpsProxy are needed' };
    }
  }
}

function* proxySyntax(cluster: ClusterDocument): Iterable<Problem> {
  for (const name of PROXIES) {
    const text = cluster.spec?.proxyConfiguration?.[name];
    const problem = text ? proxyProblem(text) : undefined;
    if (problem) {
      yield {
        rule: problem.rule,
        at: `spec.proxyConfiguration.${name}`,
        message: `is ${asWritten(text)}, which ${problem.message}; expected host:port or http://host:port`,
      };
    }
  }
}

function proxyProblem(text: string): { rule: string; message: string } | undefined {
  const isUrl = text.startsWith('http');
  const url = isUrl ? parseUrl(text) : undefined;
  if (isUrl && !url) return { rule: 'C51', message: 'is no URL' };
  const match = url ? [text, url.host, url.port] : /^(\[[^\]]*\]|[^:[\]]*):([^:]*)$/.exec(text);
  if (!match || match[2] === '') return { rule: 'C51', message: 'has no port' };
  const host = match[1].replace(/^\[|\]$/g, '');
  if (!parseIp(host) && !isResolvable(host)) {
    return { rule: 'C52', message: `has the host ${asWritten(host)}, which is neither an address nor a name` };
  }
  const port = portProblem(match[2]);
  return port ? { rule: 'C53', message: port } : undefined;
}

/** Names are not looked up here: a check must not depend on the network it runs in. */
function isResolvable(host: string): boolean {
  return /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/.test(host)
    && !/(^|\.)\d+\.?$/.test(host) && !/\.invalid\.?$/.test(host);
}

function portProblem(text: string): string | undefined {
  const port = Number(text);
  return /^\+?\d+$/.test(text) && port >= 1 && port <= 65535
    ? undefined
    : `has the port ${asWritten(text)}, which is not between 1 and 65535`;
}

function* mirrorEndpoint(cluster: ClusterDocument): Iterable<Problem> {
  const mirror = cluster.spec?.registryMirrorConfiguration;
  if (mirror && !mirror.endpoint) {
    yield { at: 'spec.registryMirrorConfiguration.endpoint', message: 'is empty; expected the host of the registry' };
  }
}

function* mirrorPort(cluster: ClusterDocument): Iterable<Problem> {
  const port = cluster.spec?.registryMirrorConfiguration?.port;
  if (port && portProblem(port)) {
    yield { at: 'spec.registryMirrorConfiguration.port', message: `is ${asWritten(port)}; expected a number from 1 to 65535, as text` };
  }
}

function* mirrorNamespaces(cluster: ClusterDocument): Iterable<Problem> {
  for (const [index, { registry }] of (cluster.spec?.registryMirrorConfiguration?.ociNamespaces ?? []).entries()) {
    if (!registry) {
      yield {
        at: `spec.registryMirrorConfiguration.ociNamespaces[${index}].registry`,
        message: 'is empty; expected the registry that is mirrored',
      };
    }
  }
}

function* oneCuratedRegistry(cluster: ClusterDocument): Iterable<Problem> {
  const namespaces = cluster.spec?.registryMirrorConfiguration?.ociNamespaces ?? [];
  if (namespaces.filter(({ registry }) => registry && CURATED_PACKAGES_REGISTRY.test(registry)).length > 1) {
    yield {
      at: 'spec.registryMirrorConfiguration.ociNamespaces',
      message: 'names more than one registry of curated packages',
      fix: 'keep one',
    };
  }
}

function* insecureMirrorOnBottlerocket(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const machines = [...context.tinkerbellMachines, ...context.vsphereMachines];
  const isBottlerocket = machines.some((machine) => (machine.spec?.osFamily || 'bottlerocket') === 'bottlerocket');
  if (cluster.spec?.registryMirrorConfiguration?.insecureSkipVerify && isBottlerocket) {
    yield {
      at: 'spec.registryMirrorConfiguration.insecureSkipVerify',
      message: 'is true, which Bottlerocket does not support',
      fix: 'set caCertContent instead',
    };
  }
}
