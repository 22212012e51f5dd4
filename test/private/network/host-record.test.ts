/** Records of host names: aliases of load balancers, addresses, and the zones that cannot hold them. */
import { App, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer, IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { addressRecord, loadBalancerRecord, networkLoadBalancerRecord, requireZone } from '../../../src/private/network/host-record';

const ID = 'Z0123456789ABCDEFGHIJ';

function zoneIn(stack: Stack, zoneName = 'acme.example') {
  return HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: ID, zoneName });
}

function records(stack: Stack): any[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::Route53::RecordSet')).map(({ Properties }: any) => Properties);
}

const stackIn = (region?: string) => new Stack(new App(), 'Cloud', region === undefined ? {} : { env: { region } });

describe('the alias of a load balancer that a controller makes', () => {
  it.each(['acme.example', 'apis.acme.example'])('names the zone of its region: %s', (hostname) => {
    const stack = stackIn('eu-central-1');
    networkLoadBalancerRecord(stack, 'Name', { hostname, hostedZone: zoneIn(stack) }, 'nlb-1.elb.eu-central-1.amazonaws.com');
    expect(records(stack)).toEqual([{
      HostedZoneId: ID, Name: `${hostname}.`, Type: 'A',
      AliasTarget: { DNSName: 'nlb-1.elb.eu-central-1.amazonaws.com', HostedZoneId: 'Z3F0SRJ5LGBH90' },
    }]);
  });

  it('looks the zone up at deployment where the stack has no region', () => {
    const stack = stackIn();
    const hostedZone = zoneIn(stack);
    for (const name of ['one', 'two']) networkLoadBalancerRecord(stack, name, { hostname: `${name}.acme.example`, hostedZone }, 'nlb');
    expect(records(stack)).toHaveLength(2);
    const { Mappings } = Template.fromStack(stack).toJSON();
    expect(Mappings.HybridgeLoadBalancerZones['us-east-1']).toEqual({ zone: 'Z26RNL4JYFTOTI' });
    for (const { AliasTarget } of records(stack)) {
      expect(AliasTarget.HostedZoneId).toEqual({ 'Fn::FindInMap': ['HybridgeLoadBalancerZones', { Ref: 'AWS::Region' }, 'zone'] });
    }
  });

  it('is refused in a region whose zone is not known', () => {
    const stack = stackIn('xx-nowhere-1');
    expect(() => networkLoadBalancerRecord(stack, 'Name', { hostname: 'apis.acme.example', hostedZone: zoneIn(stack) }, 'nlb')).toThrow(
      /^hostedZone: the zone of Network Load Balancers in xx-nowhere-1 is not known here, expected one of .*leave hostedZone out/);
  });
});

const RECORDS = [[IpAddressType.IPV4, ['A']], [IpAddressType.DUAL_STACK, ['A', 'AAAA']]] as const;

it.each(RECORDS)('a load balancer with %s has %j', (ipAddressType, types) => {
  const stack = stackIn('eu-central-1');
  const loadBalancer = new ApplicationLoadBalancer(stack, 'Balancer', { vpc: new Vpc(stack, 'Network'), ipAddressType });
  loadBalancerRecord(stack, 'Name', { hostname: 'apis.acme.example', hostedZone: zoneIn(stack) }, loadBalancer);
  expect(records(stack).map(({ Type }) => Type)).toEqual(types);
  for (const { AliasTarget } of records(stack)) expect(AliasTarget.HostedZoneId['Fn::GetAtt'][1]).toBe('CanonicalHostedZoneID');
});

it('an address becomes an A record', () => {
  const stack = stackIn('eu-central-1');
  addressRecord(stack, 'Name', { hostname: 'apis.acme.example', hostedZone: zoneIn(stack) }, '10.20.0.12');
  expect(records(stack)).toMatchObject([{ Type: 'A', Name: 'apis.acme.example.', ResourceRecords: ['10.20.0.12'] }]);
});

it('a zone of another account is refused where that is known', () => {
  const app = new App();
  const there = new Stack(app, 'There', { env: { account: '444455556666', region: 'eu-central-1' } });
  const here = new Stack(app, 'Here', { env: { account: '111122223333', region: 'eu-central-1' } });
  const hostedZone = new HostedZone(there, 'Zone', { zoneName: 'acme.example' });
  expect(() => addressRecord(here, 'Name', { hostname: 'apis.acme.example', hostedZone }, '10.20.0.12')).toThrow(
    /^hostedZone: got a zone of account 444455556666, expected one of 111122223333.*delegate a zone/);
});

describe('requireZone', () => {
  it.each([
    ['acme.example', 'acme.example'], ['acme.example', 'apis.acme.example'], ['acme.example.', 'a.b.acme.example'],
    ['ACME.example', 'apis.acme.example'], [Lazy.string({ produce: () => 'later' }), 'apis.acme.example'],
    ['acme.example', Lazy.string({ produce: () => 'later' })],
  ])('%s can hold %s', (zoneName, hostname) => {
    expect(() => requireZone('hostedZone', zoneIn(stackIn(), zoneName), hostname)).not.toThrow();
  });

  it.each([['acme.example', 'apis.other.example'], ['acme.example', 'notacme.example'], ['a.acme.example', 'acme.example']])(
    '%s cannot hold %s', (zoneName, hostname) => {
      expect(() => requireZone('hostedZone', zoneIn(stackIn(), zoneName), hostname)).toThrow(
        `hostedZone: got ${zoneName}, which ${hostname} is not in, expected a zone that the name ends with`);
    });

  it('needs the name of the zone', () => {
    const zone = HostedZone.fromHostedZoneId(stackIn(), 'Zone', ID);
    expect(() => requireZone('hostedZone', zone, 'apis.acme.example')).toThrow(/^hostedZone: got .*expected .*fromHostedZoneAttributes/);
  });
});
