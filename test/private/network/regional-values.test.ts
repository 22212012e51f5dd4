/** Values that planes in other regions need: written at every change, read at every deployment. */
import { Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { EksTarget, Trust } from '../../../src';
import type { GatewayControlPlane } from '../../../src';
import { testCluster, testControlPlane, testStack } from '../../gateway/sample';

const TYPE = 'Custom::HybridgeRegionalParameter';

/** Stacks of two regions, without the switch of CDK for cross-region references. */
function regions(trust = Trust.generated()) {
  const cloud = testStack();
  const virginia = new Stack(cloud.node.root as App, 'Virginia', { env: { region: 'us-east-1' } });
  const controlPlane = testControlPlane(cloud, { trust });
  return { cloud, virginia, controlPlane };
}

const addPlane = (controlPlane: GatewayControlPlane, id: string, cluster: ReturnType<typeof testCluster>) =>
  controlPlane.addDataPlane(id, { target: EksTarget.cluster(cluster) });

describe('the addresses of the tunnel for another region', () => {
  const { cloud, virginia, controlPlane } = regions();
  const cluster = testCluster(virginia);
  addPlane(controlPlane, 'First', cluster);
  addPlane(controlPlane, 'Second', cluster);
  const here = Template.fromStack(cloud);
  const there = Template.fromStack(virginia);

  it.each(['tunnel', 'telemetry'])('are written by a resource that changes with %s', (name) => {
    here.hasResourceProperties(TYPE, {
      Region: 'us-east-1',
      Name: `/hybridge/Cloud/control-plane/us-east-1/${name}`,
      Value: { 'Fn::GetAtt': [Match.stringLikeRegexp(name === 'tunnel' ? 'TunnelHost' : 'TelemetryHost'), 'Value'] },
      ServiceTimeout: '600',
    });
    there.hasParameter('*', { Type: 'AWS::SSM::Parameter::Value<String>', Default: `/hybridge/Cloud/control-plane/us-east-1/${name}` });
  });

  it('are written once for all planes there', () => {
    here.resourceCountIs(TYPE, 2);
  });

  it('need none of the references whose writer keeps changed values', () => {
    for (const template of [here, there]) expect(JSON.stringify(template.toJSON())).not.toContain('CrossRegionExport');
  });

  it('may be written under their names only', () => {
    here.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Action: ['ssm:PutParameter', 'ssm:DeleteParameter'],
          Resource: ['tunnel', 'telemetry'].map((name) => ({
            'Fn::Join': ['', [
              'arn:', { Ref: 'AWS::Partition' }, ':ssm:us-east-1:', { Ref: 'AWS::AccountId' },
              `:parameter/hybridge/Cloud/control-plane/us-east-1/${name}`,
            ]],
          })),
        })]),
      },
    });
  });

  it('are there before the other stack is deployed', () => {
    (cloud.node.root as App).synth();
    expect(virginia.dependencies).toContain(cloud);
  });
});

it('the authority of the tunnels is read there as well', () => {
  const { cloud, virginia, controlPlane } = regions(Trust.privateCa());
  addPlane(controlPlane, 'Far', testCluster(virginia));
  Template.fromStack(cloud).hasResourceProperties(TYPE, {
    Name: '/hybridge/Cloud/control-plane/us-east-1/authority',
    Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('TunnelAuthority'), 'Arn'] },
  });
  expect(JSON.stringify(Template.fromStack(virginia).toJSON())).not.toContain('CrossRegionExport');
});

it('nothing is written within one region', () => {
  const { cloud, controlPlane } = regions();
  addPlane(controlPlane, 'Near', testCluster(new Stack(cloud.node.root as App, 'Near', { env: { region: 'eu-central-1' } })));
  Template.fromStack(cloud).resourceCountIs(TYPE, 0);
});
