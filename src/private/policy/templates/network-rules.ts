/** Who reaches the ports and load balancers behind which one administers. */
import { ADMIN_TAG } from '../admin-tag';
import { at, entries, numberOf, textOf } from './place';
import type { Place } from './place';
import type { TemplateRule } from './template-rule';

/** SSH, PostgreSQL, Admin API and GUI of the gateway with and without TLS, the kubelet's API. */
const ADMIN_PORTS = [22, 5432, 8001, 8002, 8444, 8445, 10250];

const OPEN_PORT = {
  reason: 'a client that reaches the Admin API, the database or SSH can try to administer the gateway',
  fix: 'name the networks of administrators, or a security group, as the source',
};

export const NETWORK_RULES: readonly TemplateRule[] = [
  {
    id: 'EC2_OPEN_ADMIN_PORT',
    types: ['AWS::EC2::SecurityGroup'],
    breaches: (group) => entries(group, 'SecurityGroupIngress').flatMap(openAdminPorts),
    finding: `SecurityGroupIngress opens one of the ports ${ADMIN_PORTS.join(', ')} to the internet`,
    ...OPEN_PORT,
  },
  {
    id: 'EC2_OPEN_ADMIN_INGRESS',
    types: ['AWS::EC2::SecurityGroupIngress'],
    breaches: openAdminPorts,
    finding: `the rule opens one of the ports ${ADMIN_PORTS.join(', ')} to the internet`,
    ...OPEN_PORT,
  },
  {
    id: 'ELB_PUBLIC_ADMIN',
    types: ['AWS::ElasticLoadBalancingV2::LoadBalancer'],
    breaches: (balancer) => {
      const scheme = at(balancer, 'Scheme');
      const isOfAdministrators = entries(balancer, 'Tags').some((tag) => textOf(at(tag, 'Key')) === ADMIN_TAG);
      return isOfAdministrators && textOf(scheme) !== 'internal' ? [scheme] : [];
    },
    finding: `Scheme is not internal, on a load balancer with the tag ${ADMIN_TAG}`,
    reason: 'the login of one administrator would be all that is between the internet and the configuration of every gateway',
    fix: 'leave the Scheme of AdminExposure.internalLoadBalancer() alone, and let administrators come through a VPN',
  },
];

/** A rule of a security group that admits every address to one of the ports, or to all protocols. */
function openAdminPorts(rule: Place): readonly Place[] {
  const isOpen = textOf(at(rule, 'CidrIp')) === '0.0.0.0/0' || textOf(at(rule, 'CidrIpv6')) === '::/0';
  if (!isOpen) return [];
  // All protocols, if only because the deployment decides.
  const protocols = [at(rule, 'IpProtocol')].filter((protocol) => [undefined, '-1'].includes(textOf(protocol)));
  const [from, to] = [numberOf(at(rule, 'FromPort')), numberOf(at(rule, 'ToPort'))];
  // A range whose end is not known may reach any port.
  const isHit = from !== undefined && ADMIN_PORTS.some((port) => from <= port && port <= (to ?? Infinity));
  return [...protocols, ...isHit ? [at(rule, 'ToPort')] : []];
}
