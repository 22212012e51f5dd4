/** Names of the tunnels: checked, and led to the load balancers. */
import { CfnOutput, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import { PORTS } from '../../../private/contract';
import { KNOWN_LATER } from '../../../private/input/place';
import { requireHostname } from '../../../private/network/host-name';
import { networkLoadBalancerRecord, requireZone, requireZoneOfAccount } from '../../../private/network/host-record';
import type { TunnelNames } from '../../tunnel-names';

/** The two hosts that data planes connect to. */
export interface TunnelHosts {
  readonly configuration: string;
  readonly telemetry: string;
}

const EXAMPLE = 'tunnel.gateways.acme.example';

/** @throws Error that names the property */
export function requireTunnelNames(scope: Construct, { hostname, telemetryHostname, hostedZone }: TunnelNames): TunnelHosts {
  requireKnownHostname('tunnel.hostname', hostname);
  const telemetry = telemetryHostname ?? `telemetry.${hostname}`;
  requireKnownHostname('tunnel.telemetryHostname', telemetry);
  if (telemetry === hostname) {
    throw new Error(
      `tunnel.telemetryHostname: got ${JSON.stringify(telemetry)}, the same as hostname, expected another name: each port has a load `
        + `balancer of its own, such as telemetry.${hostname}`,
    );
  }
  if (hostedZone) {
    requireZone('tunnel.hostedZone', hostedZone, hostname);
    requireZone('tunnel.hostedZone', hostedZone, telemetry);
    requireZoneOfAccount('tunnel.hostedZone', hostedZone, scope);
  }
  return { configuration: hostname, telemetry };
}

/**
 * Points the names to the load balancers, in the hosted zone or by outputs for people.
 *
 * @returns what exists once the names resolve; nothing where people make the records
 */
export function nameTunnels(
  scope: Construct,
  names: TunnelHosts,
  hostedZone: TunnelNames['hostedZone'],
  loadBalancers: TunnelHosts,
): readonly IDependable[] {
  const records = new Construct(scope, 'Names');
  for (const { id, which, port } of TUNNELS) {
    if (hostedZone) networkLoadBalancerRecord(records, id, { hostname: names[which], hostedZone }, loadBalancers[which]);
    else {
      new CfnOutput(records, id, {
        value: `${names[which]} CNAME ${loadBalancers[which]}`,
        description: `Record that data planes need, port ${port}`,
      });
    }
  }
  return hostedZone ? [records] : [];
}

const TUNNELS = [
  { id: 'Tunnel', which: 'configuration', port: PORTS.cluster },
  { id: 'Telemetry', which: 'telemetry', port: PORTS.telemetry },
] as const;

/** Only a name that is known now is the same in every stack and file without a reference. */
function requireKnownHostname(property: string, hostname: string): void {
  if (Token.isUnresolved(hostname)) throw new Error(`${property}: got ${KNOWN_LATER}, expected a literal such as ${EXAMPLE}`);
  requireHostname(property, hostname, EXAMPLE);
}
