/** What targets refuse of the ways in which consumers reach a data plane. Each error names the property and the way out. */
import type { PlaneDescription } from '../plane/plane';
import type { ConsumerAccess } from './consumer-access';

/**
 * For targets whose nodes no load balancer of AWS is in front of.
 *
 * @param place with a verb, such as `a site has none`
 */
export function refuseLoadBalancerCertificate(place: string, { certificate }: ConsumerAccess): void {
  if (!certificate) return;
  throw new Error(
    `certificate: got one of AWS Certificate Manager, which only load balancers of AWS take, and ${place}, expected one that `
      + 'the nodes take: use ProxyCertificate.secretsManager(), or ProxyCertificate.certManager() on Kubernetes',
  );
}

/** @param reason why no record can be made, such as `the machine has no address that is known here` */
export function refuseRecord(reason: string, fix: string, { hostedZone }: ConsumerAccess): void {
  if (!hostedZone) return;
  throw new Error(`hostedZone: got ${shownZone(hostedZone)}, but ${reason}, expected none: ${fix}`);
}

/** For targets without Kubernetes, where external-dns finds nothing. */
export function refuseExternalDns(place: string, fix: string, { externalDns }: ConsumerAccess): void {
  if (externalDns) throw new Error(`externalDns: got true, but external-dns reads Services of Kubernetes, and ${place} has none: ${fix}`);
}

/** external-dns finds addresses of load balancers and of nodes; one of a cluster's own network is of no use to consumers. */
export function requireExternalExposure(kind: string): void {
  if (kind !== 'cluster') return;
  throw new Error(
    'externalDns: got true with Exposure.clusterIp(), which has no address outside the cluster, expected another exposure: choose '
      + 'one, or leave externalDns out',
  );
}

/** Node ports are chosen by number, two for each plane. */
export function refuseStreamsOnNodePorts(kind: string, { streams = [] }: Pick<PlaneDescription, 'streams'>): void {
  if (kind !== 'node-port' || streams.length === 0) return;
  throw new Error('streamPorts: Exposure.nodePort() has node ports for HTTP only, expected another exposure: choose one, or leave the '
    + 'ports out');
}

function shownZone({ zoneName }: NonNullable<ConsumerAccess['hostedZone']>): string {
  return zoneName;
}
