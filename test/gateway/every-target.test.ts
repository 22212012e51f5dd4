/** The nodes of one plane get the same settings on all five targets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { parseAllDocuments } from 'yaml';
import {
  AutoScalingGroupTarget,
  CognitoIdentity,
  DockerTarget,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  PlaneSecret,
  ProxyCertificate,
} from '../../src';
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
const identity = new CognitoIdentity(cloud, 'Identity');
const partner = Secret.fromSecretNameV2(cloud, 'Partner', 'partners/acme');
const pair = new Secret(cloud, 'Pair', { secretName: 'gateways/edge' });
for (const [id, target] of Object.entries(targets)) {
  controlPlane.addDataPlane(id, {
    target,
    identity,
    hostname: `${id}.acme.example`,
    secrets: {
      'partner-key': PlaneSecret.fromSecretsManager(partner, { field: 'api-key' }),
      'signing': PlaneSecret.fromSecretsManager(Secret.fromSecretNameV2(cloud, `Signing-${id}`, `planes/${id}/signing`)),
    },
    certificate: ProxyCertificate.secretsManager(pair),
    labels: { tier: 'edge' },
    settings: { KONG_LOG_LEVEL: 'debug' },
  });
}

const { directory } = (cloud.node.root as App).synth();
const file = (plane: string, name: string) => readFileSync(join(directory, 'hybridge', plane, name), 'utf8');
const all: Record<string, any> = Template.fromStack(cloud).toJSON().Resources;
const resource = (type: string): any => Object.values(all).find(({ Type }) => Type === type);
const envLines = (text: string) => Object.fromEntries(text.trim().split('\n').map((line) => line.split(/=(.*)/, 2)));

/** Names and values as the nodes of each place get them. Values known only after deployment count by their names. */
const EFFECTIVE: Readonly<Record<string, () => Record<string, unknown>>> = {
  eks: () => ofPods('eks'),
  site: () => ofPods('site'),
  ecs: () => {
    const [{ Environment, Secrets }] = resource('AWS::ECS::TaskDefinition').Properties.ContainerDefinitions;
    // What no setting names is no setting elsewhere either, but a file.
    return Object.fromEntries(
      [...Environment, ...Secrets].filter(({ Name }) => /^(KONG|HYBRIDGE)_/.test(Name)).map(({ Name, Value }: any) => [Name, Value]),
    );
  },
  machines: () => envLines(userData().split("cat > /etc/hybridge/plane.env <<'HYBRIDGE_FILE_ENDS'\n")[1].split('HYBRIDGE_FILE_ENDS')[0]),
  laptop: () => ({
    ...envLines(file('laptop', 'plane.env')),
    ...Object.fromEntries([...file('laptop', 'fetch.sh').matchAll(/^setting (KONG_\w+) /gm)].map(([, name]) => [name, undefined])),
  }),
};

function userData(): string {
  const [, parts] = resource('AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData.UserData['Fn::Base64']['Fn::Join'];
  return parts.map((part: unknown) => (typeof part === 'string' ? part : '<deployed>')).join('');
}

function ofPods(plane: string): Record<string, unknown> {
  const [deployment] = parseAllDocuments(file(plane, '3-plane.k8s.yaml'))
    .map((document) => document.toJS())
    .filter(({ kind }) => kind === 'Deployment');
  return Object.fromEntries(deployment.spec.template.spec.containers[0].env.map(({ name, value }: any) => [name, value]));
}

/** ECS passes the content of these settings; the other targets pass the path of a file. */
const AS_CONTENT = ['KONG_CLUSTER_CERT', 'KONG_CLUSTER_CERT_KEY', 'KONG_SSL_CERT', 'KONG_SSL_CERT_KEY'];
/** As long as what is in front of the node needs: test/gateway/rolling-updates.test.ts. */
const DRAINING = 'HYBRIDGE_DRAIN_SECONDS';
const AFTER_DEPLOYMENT = ['KONG_CLUSTER_CONTROL_PLANE', 'KONG_CLUSTER_TELEMETRY_ENDPOINT'];

describe.each(Object.keys(EFFECTIVE))('a node on %s', (place) => {
  const expected = EFFECTIVE.eks();
  const got = EFFECTIVE[place]();

  it('has the names of any other', () => {
    expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort());
    expect(Object.keys(got)).toEqual(
      expect.arrayContaining(['KONG_ROLE', 'KONG_LOG_LEVEL', 'KONG_CLUSTER_DP_LABELS', ...AS_CONTENT, ...AFTER_DEPLOYMENT]),
    );
  });

  it('has the values of any other', () => {
    const others = [...AFTER_DEPLOYMENT, DRAINING, ...place === 'ecs' ? AS_CONTENT : []];
    const comparable = Object.keys(expected).filter((name) => !others.includes(name));
    for (const name of comparable) expect([name, got[name]]).toEqual([name, expected[name]]);
  });
});

/** Which properties of which secrets reach the nodes of each place, as `secret property`. */
const SECRETS: Readonly<Record<string, () => readonly string[]>> = {
  eks: () => objectsOf('eks', 'SecretProviderClass').flatMap(({ spec }) => JSON.parse(spec.parameters.objects))
    .flatMap(({ objectName, objectAlias, jmesPath }) => (jmesPath ?? [{ path: `whole as ${objectAlias}` }])
      .map(({ path }: any) => `${objectName} ${path.replace(/"/g, '')}`)),
  site: () => objectsOf('site', 'ExternalSecret').flatMap(({ spec }) => spec.data)
    .filter(({ remoteRef }) => !remoteRef.key.startsWith('/'))
    .map(({ remoteRef, secretKey }) => `${remoteRef.key} ${remoteRef.property ?? `whole as ${secretKey}`}`),
  ecs: () => resource('AWS::ECS::TaskDefinition').Properties.ContainerDefinitions[0].Secrets.map(({ ValueFrom }: any) => {
    const [first, suffix] = ValueFrom['Fn::Join'][1];
    if (first.Ref in all) return `${all[first.Ref].Properties.Name} ${suffix.split(':')[1]}`;
    const [, name, field] = /:secret:([^:]+)(?::([^:]+)::)?$/.exec(ValueFrom['Fn::Join'][1].at(-1))!;
    return `${name} ${field ?? 'whole as value'}`;
  }),
  machines: () => [...userData().matchAll(/^ {2}(\[".*\]),$/gm)].map(([, text]) => JSON.parse(text))
    .flatMap(([, , name, files]) => Object.entries(files).map(([to, field]) => `${name} ${field || `whole as ${to}`}`)),
  laptop: () => file('laptop', 'fetch.sh').split('\nanswer=').slice(1).flatMap((part) => {
    const [, name] = /--secret-id '(\S+)'/.exec(part)!;
    return [...part.matchAll(/^property '(\S*)' > \S+\/(\S+)$/gm)].map(([, field, to]) => `${name} ${field || `whole as ${to}`}`);
  }),
};

function objectsOf(plane: string, kind: string): any[] {
  return parseAllDocuments(file(plane, '1-foundation.k8s.yaml'))
    .map((document) => document.toJS())
    .filter((object) => object.kind === kind);
}

it.each(Object.keys(SECRETS))('a node on %s gets the same properties of the same secrets', (place) => {
  expect([...SECRETS[place]()].sort()).toEqual([
    ...['certificate', 'privateKey'].map((property) => `gateways/edge ${property}`),
    ...['certificate', 'privateKey'].map((property) => `hybridge/Cloud/control-plane/tunnel ${property}`),
    ...['client_id', 'client_secret', 'issuer', 'session_secret'].map((property) => `hybridge/Cloud/identity/login ${property}`),
    'partners/acme api-key',
    `planes/${place}/signing whole as value`,
  ]);
});
