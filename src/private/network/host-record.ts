/** Records in hosted zones of Route 53: a host name leads to a load balancer or to an address. */
import { Stack, Token } from 'aws-cdk-lib';
import type * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import { networkLoadBalancerZone } from './network-load-balancer-zones';

/** A name and the zone that gets its record. */
export interface HostRecord {
  readonly hostname: string;
  readonly hostedZone: route53.IHostedZone;
}

/**
 * Checks that a zone can hold the record of a name; tokens pass.
 *
 * @param property of the zone
 * @throws Error that names the property
 */
export function requireZone(property: string, hostedZone: route53.IHostedZone, hostname: string): void {
  const zone = zoneNameOf(property, hostedZone);
  if (Token.isUnresolved(zone) || Token.isUnresolved(hostname)) return;
  const name = zone.replace(/\.$/, '').toLowerCase();
  if (hostname === name || hostname.endsWith(`.${name}`)) return;
  throw new Error(`${property}: got ${zone}, which ${hostname} is not in, expected a zone that the name ends with`);
}

/** Zones that are imported by id alone have no name; asking for it throws an error of CDK's that names no property. */
function zoneNameOf(property: string, hostedZone: route53.IHostedZone): string {
  try {
    return hostedZone.zoneName;
  } catch {
    throw new Error(
      `${property}: got a zone that was imported without its name, expected one with it: use HostedZone.fromHostedZoneAttributes()`,
    );
  }
}

/**
 * CloudFormation writes records with the credentials of the stack's account.
 *
 * @throws Error that names the property, when the zone is known to be in another account
 */
export function requireZoneOfAccount(property: string, hostedZone: route53.IHostedZone, scope: Construct): void {
  const { account: there } = hostedZone.env;
  const { account: here } = Stack.of(scope);
  if (there === here || Token.isUnresolved(there) || Token.isUnresolved(here)) return;
  throw new Error(
    `${property}: got a zone of account ${there}, expected one of ${here}, whose stack makes the record: delegate a zone to `
      + `${here} (CrossAccountZoneDelegationRecord), or leave ${property} out and make the record there`,
  );
}

/** The name as an alias of a load balancer that CloudFormation makes; it may be the zone's own. */
export function loadBalancerRecord(
  scope: Construct,
  id: string,
  record: HostRecord,
  loadBalancer: elb.ILoadBalancerV2 & { readonly ipAddressType?: elb.IpAddressType },
): void {
  aliasRecords(scope, id, record, new LoadBalancerTarget(loadBalancer), isDualStack(loadBalancer.ipAddressType));
}

/**
 * The name as an alias of a Network Load Balancer of the stack's region that a controller makes; it may be the zone's own.
 *
 * @param dnsName of the load balancer; usually known only after deployment
 * @throws Error for a region whose load balancers Route 53 has in an unknown zone
 */
export function networkLoadBalancerRecord(scope: Construct, id: string, record: HostRecord, dnsName: string): void {
  const hostedZoneId = networkLoadBalancerZone(scope);
  aliasRecords(scope, id, record, { bind: () => ({ hostedZoneId, dnsName }) }, false);
}

/** The name of an address that is known at synth. */
export function addressRecord(scope: Construct, id: string, { hostname, hostedZone }: HostRecord, address: string): void {
  requireZoneOfAccount('hostedZone', hostedZone, scope);
  const target = route53.RecordTarget.fromIpAddresses(address);
  new route53.ARecord(scope, id, { zone: hostedZone, recordName: `${hostname}.`, target });
}

function aliasRecords(
  scope: Construct,
  id: string,
  { hostname, hostedZone }: HostRecord,
  alias: route53.IAliasRecordTarget,
  hasIpv6: boolean,
) {
  requireZoneOfAccount('hostedZone', hostedZone, scope);
  const target = route53.RecordTarget.fromAlias(alias);
  const props = { zone: hostedZone, recordName: `${hostname}.`, target };
  new route53.ARecord(scope, id, props);
  if (hasIpv6) new route53.AaaaRecord(scope, `${id}Ipv6`, props);
}

function isDualStack(type: elb.IpAddressType | undefined): boolean {
  return type !== undefined && type !== 'ipv4';
}
