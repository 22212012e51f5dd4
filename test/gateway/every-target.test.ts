/** One plane, five places: what its nodes are told is the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parseAllDocuments } from 'yaml';
import { AutoScalingGroupTarget, DockerTarget, EcsTarget, EksAnywhereTarget, EksTarget, Exposure } from '../../src';
import type { GatewayTarget } from '../../src';
import { testCluster, testControlPlane, testFactory, testStack } from './sample';

const imageRepository = 'registry.acme.example/hybridge';

const cloud = testStack();
const cluster = testCluster(cloud);
const controlPlane = testControlPlane(cloud, { target: EksTarget.cluster(cluster) });
const targets: Readonly<Record<string, GatewayTarget>> = {
  eks: EksTarget.cluster(cluster),
  site: EksAnywhereTarget.cluster(testFactory(cloud.node.root as App), { imageRepository, exposure: Exposure.nodePort() }),
  ecs: EcsTarget.fargate(cluster.vpc),
  machines: AutoScalingGroupTarget.vpc(cluster.vpc),
  laptop: DockerTarget.compose({ imageRepository }),
};
for (const [id, target] of Object.entries(targets)) controlPlane.addDataPlane(id, { target, labels: { tier: 'edge' }, settings: { KONG_LOG_LEVEL: 'debug' } });

const { directory } = (cloud.node.root as App).synth();
const file = (plane: string, name: string) => readFileSync(join(directory, 'hybridge', plane, name), 'utf8');
const resource = (type: string): any => Object.values(Template.fromStack(cloud).findResources(type))[0];
const envLines = (text: string) => Object.fromEntries(text.trim().split('\n').map((line) => line.split(/=(.*)/, 2)));

/** Names and values as the nodes of each place get them. Values known only after deployment count by their names. */
const EFFECTIVE: Readonly<Record<string, () => Record<string, unknown>>> = {
  eks: () => ofPods('eks'),
  site: () => ofPods('site'),
  ecs: () => {
    const [{ Environment, Secrets }] = resource('AWS::ECS::TaskDefinition').Properties.ContainerDefinitions;
    return Object.fromEntries([...Environment, ...Secrets].map(({ Name, Value }: any) => [Name, Value]));
  },
  machines: () => {
    const [, parts] = resource('AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData.UserData['Fn::Base64']['Fn::Join'];
    const script: string = parts.map((part: unknown) => (typeof part === 'string' ? part : '<deployed>')).join('');
    return envLines(script.split("cat > /etc/hybridge/plane.env <<'HYBRIDGE_FILE_ENDS'\n")[1].split('HYBRIDGE_FILE_ENDS')[0]);
  },
  laptop: () => ({
    ...envLines(file('laptop', 'plane.env')),
    ...Object.fromEntries([...file('laptop', 'fetch.sh').matchAll(/printf '(KONG_\w+)=%s/g)].map(([, name]) => [name, undefined])),
  }),
};

function ofPods(plane: string): Record<string, unknown> {
  const [deployment] = parseAllDocuments(file(plane, '3-plane.k8s.yaml')).map((document) => document.toJS()).filter(({ kind }) => kind === 'Deployment');
  return Object.fromEntries(deployment.spec.template.spec.containers[0].env.map(({ name, value }: any) => [name, value]));
}

/** ECS gives the content of these, everybody else the path of a file. */
const AS_CONTENT = ['KONG_CLUSTER_CERT', 'KONG_CLUSTER_CERT_KEY'];
const AFTER_DEPLOYMENT = ['KONG_CLUSTER_CONTROL_PLANE', 'KONG_CLUSTER_TELEMETRY_ENDPOINT'];

describe.each(Object.keys(EFFECTIVE))('a node on %s', (place) => {
  const expected = EFFECTIVE.eks();
  const got = EFFECTIVE[place]();

  it('has the names of any other', () => {
    expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort());
    expect(Object.keys(got)).toEqual(expect.arrayContaining(['KONG_ROLE', 'KONG_LOG_LEVEL', 'KONG_CLUSTER_DP_LABELS', ...AS_CONTENT, ...AFTER_DEPLOYMENT]));
  });

  it('has the values of any other', () => {
    const comparable = Object.keys(expected).filter((name) => ![...AFTER_DEPLOYMENT, ...place === 'ecs' ? AS_CONTENT : []].includes(name));
    for (const name of comparable) expect([name, got[name]]).toEqual([name, expected[name]]);
  });
});
