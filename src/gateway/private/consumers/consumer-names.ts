import type * as route53 from 'aws-cdk-lib/aws-route53';
import { requireHostname } from '../../../private/network/host-name';
import { requireZone } from '../../../private/network/host-record';

interface ConsumerNames {
  readonly hostname?: string;
  readonly hostedZone?: route53.IHostedZone;
  readonly externalDns?: boolean;
}

/**
 * Checks the name of a plane and who makes its record.
 *
 * @throws Error that names the property
 */
export function requireConsumerNames({ hostname, hostedZone, externalDns }: ConsumerNames): void {
  if (hostname !== undefined) requireHostname('hostname', hostname);
  if (hostedZone && externalDns) {
    throw new Error('externalDns: got true together with hostedZone, expected one of the two: both would make the same record');
  }
  if (hostedZone) requireZone('hostedZone', hostedZone, requireName('hostedZone', hostname));
  if (externalDns) requireName('externalDns', hostname);
}

/** @throws Error that names the property which needs the name */
export function requireName(property: string, hostname: string | undefined): string {
  if (hostname !== undefined) return hostname;
  throw new Error(`${property}: got one without a hostname, expected both: add hostname, the name that consumers use for the plane`);
}
