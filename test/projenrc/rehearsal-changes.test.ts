/** Two versions of a small template, and what an update from one to the other runs into. */
import { compare } from '../../projenrc/checks/rehearsal/changes/compare';
import { CHANGES, isChanged } from '../../projenrc/checks/rehearsal/changes/names';
import type { TemplateResource } from '../../projenrc/checks/rehearsal/world/assembly';
import { World } from '../../projenrc/checks/rehearsal/world/world';
import { CLUSTER, NAMESPACE, att, job, look, manifest, object, pods, ref, stack, worldOf } from './rehearsal/small-templates';
import type { Resources } from './rehearsal/small-templates';

function rules(before: Resources, after: Resources): readonly string[] {
  return compare(worldOf(before), worldOf(after)).map(({ rule }) => rule);
}

const custom = (ServiceToken: object | string): TemplateResource => ({ Type: 'Custom::Thing', Properties: { ServiceToken } as never });
const nodes = (InstanceTypes: readonly string[], more: object = {}): TemplateResource => ({
  Type: 'AWS::EKS::Nodegroup', Properties: { ClusterName: 'plants', InstanceTypes, ...more } as never,
});
const objects = (...list: readonly object[]): Resources => ({ ...CLUSTER, Objects: manifest([NAMESPACE, ...list]) });
const service = (loadBalancerClass: string, type = 'LoadBalancer') => object(
  'Service',
  'v1',
  'proxy',
  { spec: { type, loadBalancerClass } },
);

describe('an update', () => {
  it('is refused for another type under the same id', () => {
    expect(rules({ Database: { Type: 'AWS::RDS::DBCluster' } }, { Database: { Type: 'AWS::RDS::DBInstance' } })).toEqual(['type-changes']);
    expect(rules({ Database: { Type: 'AWS::RDS::DBCluster' } }, { Other: { Type: 'AWS::RDS::DBInstance' } })).toEqual([]);
  });

  it('is refused for another function of a custom resource', () => {
    expect(rules({ Thing: custom(att('A')) }, { Thing: custom(att('B')) })).toEqual(['service-token-changes']);
    expect(rules({ Thing: custom(att('A')) }, { Other: custom(att('B')) })).toEqual([]);
  });

  it('cannot create what has the name of the old one', () => {
    const named = { NodegroupName: 'gateways' };
    expect(rules({ Nodes: nodes(['m7i.large'], named) }, { Nodes: nodes(['m7i.xlarge'], named) })).toEqual(['name-collides']);
    expect(rules({ Nodes: nodes(['m7i.large'], named) }, { Nodes: nodes(['m7i.xlarge'], { NodegroupName: 'others' }) })).toEqual([]);
    expect(rules({ Nodes: nodes(['m7i.large']) }, { Nodes: nodes(['m7i.xlarge']) })).toEqual([]);
  });

  it.each([
    ['a Job', job('up', { A: '1' }), job('up', { A: '2' }), job('up-2', { A: '2' })],
    [
      'a selector',
      pods('plane'),
      { ...pods('plane'), spec: { ...pods('plane').spec, selector: { matchLabels: { app: 'other' } } } },
      { ...pods('other'), spec: { ...pods('plane').spec, selector: { matchLabels: { app: 'other' } } } },
    ],
    [
      'the class of a load balancer',
      service('eks.amazonaws.com/nlb'),
      service('service.k8s.aws/nlb'),
      service('service.k8s.aws/nlb', 'ClusterIP'),
    ],
  ])('cannot change %s', (_, before, after, allowed) => {
    expect(rules(objects(before), objects(after))).toEqual(['field-immutable']);
    expect(rules(objects(before), objects(allowed))).toEqual([]);
  });

  it('makes another Job where its name has a digest of what changes', () => {
    const digested = (Text: string): Resources => ({
      ...CLUSTER,
      Digest: { Type: 'Custom::Digest', Properties: { ServiceToken: 'arn', Text } },
      Objects: manifest([NAMESPACE, job('up-<digest>', { A: Text })], {}, { digest: att('Digest', 'Hash') }),
    });
    expect(rules(digested('1'), digested('2'))).toEqual([]);
  });

  it('waits again only if the wait changes', () => {
    const ready = look('deployment', 'plane', '.status.readyReplicas', { DependsOn: 'Objects' });
    const with2 = { ...ready, Properties: { ...ready.Properties, Rollout: '2' } };
    const before = { ...objects(pods('plane', { A: '1' })), Ready: ready };
    expect(rules(before, { ...objects(pods('plane', { A: '2' })), Ready: ready })).toEqual(['wait-not-repeated']);
    expect(rules(before, { ...objects(pods('plane', { A: '2' })), Ready: with2 })).toEqual([]);
  });

  it('cannot remove an export that another stack imports', () => {
    const exporting = (Outputs: object) => stack('A', { Host: { Type: 'AWS::RDS::DBCluster' } }, { Outputs });
    const host = { O: { Value: ref('Host'), Export: { Name: 'A:Host' } } };
    const importing = stack('B', { Thing: { Type: 'Custom::Thing', Properties: { Value: { 'Fn::ImportValue': 'A:Host' } } as never } });
    const idle = stack('B', { Thing: { Type: 'Custom::Thing', Properties: {} } });
    const told = (before: World, after: World) => compare(before, after).map(({ rule }) => rule);
    expect(told(new World([exporting(host), importing]), new World([exporting({}), idle]))).toEqual(['export-in-use']);
    expect(told(new World([exporting(host), idle]), new World([exporting({}), idle]))).toEqual([]);
  });
});

it('refuses a change that the program does not have', () => {
  expect(CHANGES.filter(isChanged('database'))).toEqual(['database']);
  expect(CHANGES.filter(isChanged(undefined))).toEqual([]);
  expect(() => isChanged('databse')).toThrow('rehearsal:change: got databse, expected one of instance type,');
});
