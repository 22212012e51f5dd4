/** Clusters, stores, control plane and data planes in stacks of their own, as larger companies have them. */
import type { App } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { AutoScalingGroupTarget, EcsTarget, EksTarget, OpenSearchLogs, ValkeyCache } from '../../src';
import { testCluster, testControlPlane, testStack } from './sample';

const cloud = testStack();
const app = cloud.node.root as App;
const vpc = new Vpc(cloud, 'Vpc', { maxAzs: 2 });
const cluster = testCluster(cloud, { vpc });
const stores = testStack('eu-central-1', app, 'Stores');
const cache = new ValkeyCache(stores, 'Cache', { vpc });
const logs = new OpenSearchLogs(stores, 'Logs', { vpc });
const gateways = testStack('eu-central-1', app, 'Gateways');
const controlPlane = testControlPlane(gateways, { target: EksTarget.cluster(cluster) });
const virginia = testStack('us-east-1', app, 'Virginia');
const planes = {
  pods: controlPlane.addDataPlane('Pods', { target: EksTarget.cluster(cluster), cache, logs }),
  tasks: controlPlane.addDataPlane('Tasks', { target: EcsTarget.fargate(vpc), cache, logs }),
  instances: controlPlane.addDataPlane('Instances', { target: AutoScalingGroupTarget.vpc(vpc), cache }),
};
const far = controlPlane.addDataPlane('Far', { target: EksTarget.cluster(testCluster(virginia)) });

it('no stack waits for one that waits for it', () => {
  app.synth();
  expect(gateways.dependencies.map(({ stackName }) => stackName).sort()).toEqual(['Cloud', 'Stores']);
  expect(stores.dependencies).toEqual([cloud]);
  expect(cloud.dependencies).toEqual([]);
});

it('data planes are beside their control plane, but for those in another region', () => {
  for (const plane of Object.values(planes)) expect(Stack.of(plane)).toBe(gateways);
  expect(Stack.of(far)).toBe(virginia);
});

it('rules that open caches and logs to planes are in the stack of the planes', () => {
  const template = Template.fromStack(gateways);
  for (const [port, description, rules] of [[6380, 'what gateways share', 3], [443, 'logs of gateways', 2]] as const) {
    template.resourcePropertiesCountIs(
      'AWS::EC2::SecurityGroupIngress',
      {
        FromPort: port,
        ToPort: port,
        Description: description,
        GroupId: { 'Fn::ImportValue': Match.stringLikeRegexp('^Stores:') },
        SourceSecurityGroupId: Match.anyValue(),
      },
      rules,
    );
  }
});
