import { parseRange } from '../../../eksa/packages/address-range';
import { sharedAddresses } from '../../../eksa/packages/site-addresses';
import { formatDuration } from '../../../eksa/syntax/duration';
import { parseIp } from '../../../eksa/syntax/ip';
import { isDnsLabel, isDnsSubdomain } from '../../../eksa/syntax/names';
import type { MetalLbBgpPeer, MetalLbOptions } from '../../packages/metal-lb';
import type { PackageForCluster } from './package-for-cluster';
import { identity, requireWholeIfGiven, unexpected } from './package-for-cluster';

const GREATEST_ASN = 2 ** 32 - 1;
/** RFC 4271, section 4.2. */
const SHORTEST_HOLD_SECONDS = 3;

export function metalLb(options: MetalLbOptions): PackageForCluster {
  const common = identity('metallb', options, { targetNamespace: 'metallb-system' });
  const { pools: given, bgpPeers = [], announceFromControlPlane } = options;
  requirePools(options);
  bgpPeers.forEach(requirePeer);
  const names = given.map(({ name }) => name);
  return ({ hasWorkers }) => ({
    ...common,
    pools: rangesOf(options),
    config: {
      IPAddressPools: given.map(({ name, addresses, autoAssign }) => ({
        name,
        addresses: addresses.map((range) => range.replace(/\s/g, '')),
        autoAssign,
      })),
      L2Advertisements: bgpPeers.length === 0 ? [{ ipAddressPools: names }] : undefined,
      BGPAdvertisements: bgpPeers.length > 0 ? [{ ipAddressPools: names }] : undefined,
      BGPPeers: bgpPeers.length > 0 ? bgpPeers.map((peer) => peerSettings(peer, common.targetNamespace)) : undefined,
      speaker: { ignoreExcludeLB: announceFromControlPlane ?? (hasWorkers ? undefined : true) },
    },
  });
}

/** The ranges with their properties, for messages. */
function rangesOf({ pools, bgpPeers = [] }: MetalLbOptions) {
  return pools.flatMap(({ addresses }, pool) =>
    addresses.map((range, at) => ({ at: `pools[${pool}].addresses[${at}]`, range, isLocal: bgpPeers.length === 0 })),
  );
}

function requirePools(options: MetalLbOptions): void {
  const { pools } = options;
  if (pools.length === 0) throw unexpected('pools', pools, 'at least one pool');
  for (const [at, { name, addresses }] of pools.entries()) {
    if (!isDnsLabel(name)) throw unexpected(`pools[${at}].name`, name, 'at most 63 lower-case letters, digits and dashes');
    if (pools.findIndex((other) => other.name === name) < at) {
      throw unexpected(`pools[${at}].name`, name, 'a name that no other pool has');
    }
    if (addresses.length === 0) {
      throw unexpected(`pools[${at}].addresses`, addresses, 'at least one range, such as 10.20.0.100-10.20.0.120');
    }
  }
  const ranges = rangesOf(options);
  for (const { at, range } of ranges) {
    if (!parseRange(range)) {
      throw unexpected(at, range, 'addresses as first-last (10.20.0.100-10.20.0.120) or a network without host bits (10.20.0.96/28)');
    }
  }
  for (const problem of sharedAddresses(ranges)) throw new Error(problem);
}

function requirePeer({ myAsn, peerAsn, peerAddress, peerPort, holdTime, passwordSecret }: MetalLbBgpPeer, index: number): void {
  const at = `bgpPeers[${index}]`;
  requireWholeIfGiven(`${at}.myAsn`, myAsn, { min: 1, max: GREATEST_ASN });
  requireWholeIfGiven(`${at}.peerAsn`, peerAsn, { min: 1, max: GREATEST_ASN });
  requireWholeIfGiven(`${at}.peerPort`, peerPort, { min: 1, max: 65535 });
  if (!parseIp(peerAddress)) throw unexpected(`${at}.peerAddress`, peerAddress, 'an IP address');
  if (holdTime && holdTime.toSeconds() < SHORTEST_HOLD_SECONDS) {
    throw unexpected(`${at}.holdTime`, `${holdTime.toSeconds()}s`, `at least ${SHORTEST_HOLD_SECONDS} seconds`);
  }
  if (passwordSecret !== undefined && !isDnsSubdomain(passwordSecret)) {
    // The value may be the password itself, so the message does not repeat it.
    throw new Error(`${at}.passwordSecret: got no name of a Secret, expected one: give the name, not the password`);
  }
}

function peerSettings({ myAsn, peerAsn, peerAddress, peerPort, holdTime, passwordSecret }: MetalLbBgpPeer, namespace: string) {
  return {
    myASN: myAsn,
    peerASN: peerAsn,
    peerAddress,
    peerPort,
    holdTime: holdTime && formatDuration(holdTime.toSeconds()),
    passwordSecret: passwordSecret === undefined ? undefined : { name: passwordSecret, namespace },
  };
}
