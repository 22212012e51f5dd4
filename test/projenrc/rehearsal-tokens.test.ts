/** References are followed through functions, exports, nested stacks and regions. */
import { World } from '../../projenrc/checks/rehearsal/world/world';
import { CLUSTER, NAMESPACE, att, creating, manifest, ref, stack, worldOf } from './rehearsal/small-templates';

const thing = (value: object) => ({ Type: 'Custom::Thing', Properties: { Value: value } as never });
const valueIn = (world: World, key = 'S/Thing') => world.get(key)!.properties.Value;

describe('a reference', () => {
  it.each([
    ['Ref', ref('Host'), '«S/Host|»'],
    ['GetAtt', att('Host', 'Endpoint.Address'), '«S/Host|Endpoint.Address»'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Host.Endpoint.Address' }, '«S/Host|Endpoint.Address»'],
    ['Join', { 'Fn::Join': [':', [att('Host', 'Value'), '8005']] }, '«S/Host|Value»:8005'],
    ['Sub', { 'Fn::Sub': 'https://${Host.Value}/${!Literal}' }, 'https://«S/Host|Value»/${!Literal}'],
    ['Sub with names', { 'Fn::Sub': ['${Name}:8005', { Name: ref('Host') }] }, '«S/Host|»:8005'],
    ['If', { 'Fn::If': ['Condition', ref('Host'), ref('AWS::NoValue')] }, '«S/Host|»'],
    ['Select', { 'Fn::Select': [0, { 'Fn::Split': ['/', ref('Host')] }] }, '«S/Host|»'],
  ])('by %s', (_, value, expected) => {
    const world = worldOf({ Host: { Type: 'AWS::RDS::DBCluster' }, Thing: thing(value) });
    expect(valueIn(world)).toBe(expected);
    expect(world.get('S/Thing')!.dependencies).toEqual(['S/Host']);
  });

  it('to an export', () => {
    const world = new World([
      stack('A', { Host: { Type: 'AWS::RDS::DBCluster' } }, { Outputs: { O: { Value: ref('Host'), Export: { Name: 'A:Host' } } } }),
      stack('S', { Thing: thing({ 'Fn::ImportValue': 'A:Host' }) }, { after: ['A'] }),
    ]);
    expect(valueIn(world)).toBe('«A/Host|»');
  });

  it('carried into another region', () => {
    const world = new World([
      stack('A', {
        Host: { Type: 'AWS::RDS::DBCluster' },
        Writer: {
          Type: 'Custom::CrossRegionExportWriter',
          Properties: { WriterProps: { exports: { '/cdk/exports/S/x': att('Host', 'Endpoint') } } } as never,
        },
      }),
      stack(
        'S',
        {
          Reader: { Type: 'Custom::CrossRegionExportReader', Properties: {} },
          Thing: thing({ 'Fn::GetAtt': ['Reader', '/cdk/exports/S/x'] }),
        },
      ),
    ]);
    expect(valueIn(world)).toBe('«A/Host|Endpoint»');
    expect(world.get('S/Thing')!.dependencies).toEqual(['S/Reader']);
  });

  it('written to Parameter Store for another stack', () => {
    const parameter = { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/hybridge/host' };
    const reading = { ...stack('S', { Thing: thing(ref('Stored')) }, { after: ['A'] }) };
    const world = new World([
      stack('A', {
        Host: { Type: 'AWS::RDS::DBCluster' },
        Store: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/hybridge/host', Value: att('Host', 'Endpoint') } as never },
      }),
      { ...reading, template: { ...reading.template, Parameters: { Stored: parameter } } },
    ]);
    expect(valueIn(world)).toBe('«A/Host|Endpoint»');
    expect(creating(world)).toEqual([]);
    expect(creating(new World(world.stacks.map((each) => ({ ...each, after: [] }))))).toEqual(['parameter-before-stack']);
  });

  it('into a nested stack, and out of it', () => {
    const nested = {
      Parameters: { Host: { Type: 'String' } },
      Resources: { Inner: thing(ref('Host')) },
      Outputs: { Out: { Value: ref('Inner') } },
    };
    const world = new World([stack('S', {
      Host: { Type: 'AWS::RDS::DBCluster' },
      Nested: { Type: 'AWS::CloudFormation::Stack', Properties: { Parameters: { Host: ref('Host') } } as never },
      Thing: thing(att('Nested', 'Outputs.Out')),
    }, { nested: new Map([['Nested', nested as never]]) })]);
    expect(valueIn(world, 'S/Nested/Inner')).toBe('«S/Host|»');
    expect(valueIn(world)).toBe('«S/Nested/Inner|»');
    expect(world.get('S/Nested/Inner')!.parent).toBe('S/Nested');
  });
});

describe('objects in a manifest', () => {
  it('are read with their references', () => {
    const [space, map] = worldOf({
      ...CLUSTER,
      Host: { Type: 'AWS::RDS::DBCluster' },
      Objects: manifest(
        [NAMESPACE, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'plane' }, data: { host: '<host>' } }],
        {},
        { host: ref('Host') },
      ),
    }).objects;
    expect(space).toMatchObject({ kind: 'Namespace', namespace: '', cluster: 'S/Cluster', position: 0 });
    expect(map).toMatchObject({ kind: 'ConfigMap', namespace: 'plane', body: { data: { host: '«S/Host|»' } } });
  });
});
