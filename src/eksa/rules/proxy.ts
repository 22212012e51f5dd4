/** Rules about the way from a site to the internet: proxies. */
import { asWritten } from '../finding';
import type { ClusterDocument } from '../model/document';
import { parseIp } from '../syntax/ip';
import { portProblem } from '../syntax/port';
import { parseUrl } from '../syntax/url';
import type { Problem, Rule } from './rule';

export const PROXY_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'C50', check: proxyPresent },
  { id: 'C51', check: proxySyntax },
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
