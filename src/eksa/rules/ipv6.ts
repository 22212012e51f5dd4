/** Rules about IPv6 on bare metal, which newer releases have as a beta. */
import { asWritten } from '../finding';
import type { ClusterDocument } from '../model/document';
import { RELEASES } from '../releases/known';
import type { Release } from '../releases/release';
import type { Cidr } from '../syntax/ip';
import { parseCidr } from '../syntax/ip';
import type { Context, Problem, Rule } from './rule';

export const IPV6_RULES: readonly Rule<ClusterDocument>[] = [{ id: 'ipv6', check: ipv6OnBareMetal }];

const AT = 'spec.clusterNetwork';

/** Whether the release creates clusters with IPv6 networks for the provider of the files. */
export function hasIpv6({ release, provider }: Context): boolean {
  return provider !== undefined && release.ipv6.includes(provider);
}

/** Who has it, for messages of releases that have not. */
export function ipv6Since(): string {
  const first = RELEASES.find((one: Release) => one.ipv6.includes('tinkerbell'));
  return first ? `${first.version} and newer have IPv6 on bare metal, as a beta` : 'no release has IPv6 on bare metal';
}

function* ipv6OnBareMetal(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  if (context.provider !== 'tinkerbell') return;
  const network = cluster.spec?.clusterNetwork;
  const [podBlock, serviceBlock] = [network?.pods?.cidrBlocks?.[0], network?.services?.cidrBlocks?.[0]];
  const [pods, services] = [parseCidr(podBlock), parseCidr(serviceBlock)];
  const places = [
    { at: `${AT}.pods.cidrBlocks[0]`, block: podBlock, cidr: pods },
    { at: `${AT}.services.cidrBlocks[0]`, block: serviceBlock, cidr: services },
  ].filter(({ cidr }) => isIpv6(cidr));
  if (places.length === 0) return;
  if (pods && services && isIpv6(pods) !== isIpv6(services)) {
    yield {
      at: `${AT}.services.cidrBlocks[0]`,
      severity: 'warning',
      message: `is ${asWritten(serviceBlock)}, and the pods have ${asWritten(podBlock)}: a service reaches pods of its own family only`,
      fix: 'use IPv4 for both, or IPv6 for both',
    };
    return;
  }
  const [{ at, block }] = places;
  if (hasIpv6(context)) {
    yield {
      at,
      severity: 'warning',
      message: `is ${asWritten(block)}: IPv6 on bare metal is a beta of EKS Anywhere ${context.release.version}. What it asks of `
        + 'nodes.cidrMaskSize, tinkerbellIP and hardware.csv is not known here, and not checked',
      fix: 'try it on machines that nothing depends on',
    };
  } else if (network?.nodes?.cidrMaskSize !== undefined || !isIpv6(pods)) {
    // Without a mask for nodes, C36 says the same of the pods' network.
    yield {
      at,
      severity: 'warning',
      message: `is ${asWritten(block)}: EKS Anywhere ${context.release.version} has no IPv6 on bare metal; ${ipv6Since()}`,
    };
  }
}

export function isIpv6(cidr: Cidr | undefined): boolean {
  return cidr?.network.version === 6;
}
