import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CognitoIdentity, EksAnywhereTarget, EksTarget, Exposure, GatewayControlPlane, GatewayDataPlane, OpenSearchLogs } from '../../src';
import type { GatewayDataPlaneOptions } from '../../src';
import { environment, only, testApp, testCluster, testControlPlane, testFactory, testStack, writtenManifests } from './sample';

const IMAGE = { imageRepository: 'registry.acme.example/hybridge' };

describe('on EKS in another region', () => {
  const cloud = testStack();
  const virginia = testStack('us-east-1', cloud.node.root as App, 'Virginia');
  const identity = new CognitoIdentity(cloud, 'Identity');
  const controlPlane = testControlPlane(cloud);
  const plane = controlPlane.addDataPlane('VirginiaPlane', {
    target: EksTarget.cluster(testCluster(virginia), { exposure: Exposure.internetLoadBalancer('203.0.113.0/24') }),
    identity,
    hostname: 'apis.virginia.acme.example',
  });
  const template = Template.fromStack(virginia);
  const manifests = writtenManifests(cloud, 'virginia-plane');

  it('is applied from the stack of its cluster', () => {
    expect(Stack.of(plane)).toBe(virginia);
    template.resourcePropertiesCountIs('Custom::AWSCDK-EKS-KubernetesResource', { Manifest: Match.anyValue() }, 3);
  });

  it('gets the tunnel from the other region at deployment', () => {
    const endpoint = { value: expect.stringMatching(/^\$\{SsmParameterValue\w+controlplaneuseast1tunnel\w+\}:8005$/) };
    expect(environment(only(manifests, 'Deployment'))).toMatchObject({
      KONG_CLUSTER_CONTROL_PLANE: endpoint,
      KONG_ROLE: { value: 'data_plane' },
    });
    template.resourceCountIs('Custom::CrossRegionExportReader', 0);
    template.hasParameter('*', {
      Type: 'AWS::SSM::Parameter::Value<String>', Default: '/hybridge/Cloud/control-plane/us-east-1/tunnel',
    });
  });

  it('reads certificate and client secret from the region that they are in', () => {
    for (const name of ['tunnel', 'identity']) {
      expect(only(manifests, 'SecretProviderClass', `virginia-plane-${name}`).spec.parameters.region).toBe('eu-central-1');
    }
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies).toContain(':secretsmanager:eu-central-1:');
    expect(policies).toContain(':secret:hybridge/Cloud/control-plane/tunnel-??????');
    expect(policies).toContain(':secret:hybridge/Cloud/identity/login-??????');
  });

  it('is reached by the given consumers', () => {
    expect(only(manifests, 'Service').spec).toMatchObject({
      type: 'LoadBalancer',
      loadBalancerSourceRanges: ['203.0.113.0/24'],
      ports: [
        { port: 80, targetPort: 'proxy' },
        { port: 443, targetPort: 'proxy-tls' },
      ],
    });
  });
});

describe('on EKS Anywhere', () => {
  const cloud = testStack();
  const controlPlane = testControlPlane(cloud);
  const factory = testFactory(cloud.node.root as App);
  controlPlane.addDataPlane('FactoryPlane', {
    target: EksAnywhereTarget.cluster(factory, {
      ...IMAGE,
      exposure: Exposure.metalLb('10.20.0.100-10.20.0.120'),
      imagePullSecret: 'registry',
    }),
    labels: { site: 'factory' },
    identity: new CognitoIdentity(cloud, 'Identity'),
    hostname: 'apis.factory.acme.example',
  });
  const template = Template.fromStack(cloud);
  const manifests = writtenManifests(cloud, 'factory-plane');
  const deployment = only(manifests, 'Deployment');

  it('holds no expression that only CloudFormation understands', () => {
    expect(JSON.stringify(manifests)).not.toMatch(/\$\{|Fn::|TOKEN/);
  });

  it('reads values known only after deployment from SSM parameters, with one object', () => {
    for (const [name, port, host] of [
      ['kong_cluster_control_plane', '8005', 'TunnelHost'],
      ['kong_cluster_telemetry_endpoint', '8006', 'TelemetryHost'],
    ]) {
      expect(environment(deployment)[name.toUpperCase()]).toEqual({ valueFrom: { secretKeyRef: { name: 'deployed-values', key: name } } });
      expect(only(manifests, 'ExternalSecret', 'deployed-values').spec.data).toContainEqual({
        secretKey: name,
        remoteRef: { key: `/hybridge/Cloud/factory-plane/${name}` },
      });
      template.hasResourceProperties('AWS::SSM::Parameter', {
        Name: `/hybridge/Cloud/factory-plane/${name}`,
        Type: 'String',
        Value: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [Match.stringLikeRegexp(`ControlPlane${host}`), 'Value'] }, `:${port}`]] },
      });
    }
  });

  it('reads the certificate from Secrets Manager, as a Secret for TLS', () => {
    expect(only(manifests, 'ExternalSecret', 'factory-plane-tunnel').spec).toMatchObject({
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'aws-secrets-manager' },
      target: { name: 'factory-plane-tunnel', template: { type: 'kubernetes.io/tls' } },
      data: [
        { secretKey: 'tls.crt', remoteRef: { key: 'hybridge/Cloud/control-plane/tunnel', property: 'certificate' } },
        { secretKey: 'tls.key', remoteRef: { key: 'hybridge/Cloud/control-plane/tunnel', property: 'privateKey' } },
      ],
    });
    template.hasResourceProperties('AWS::SecretsManager::Secret', { Name: 'hybridge/Cloud/control-plane/tunnel' });
    expect(deployment.spec.template.spec.volumes).toContainEqual({
      name: 'tunnel',
      secret: { secretName: 'factory-plane-tunnel', defaultMode: 0o440 },
    });
  });

  it('is announced by MetalLB from a pool of its own', () => {
    expect(only(manifests, 'IPAddressPool').spec).toEqual({ addresses: ['10.20.0.100-10.20.0.120'], autoAssign: false });
    expect(only(manifests, 'L2Advertisement').spec).toEqual({ ipAddressPools: ['factory-plane'] });
    expect(only(manifests, 'Service').metadata.annotations).toEqual({ 'metallb.io/address-pool': 'factory-plane' });
  });

  it('pulls the image from the registry of the site, by a tag that follows from its content', () => {
    const { containers, imagePullSecrets } = deployment.spec.template.spec;
    expect(containers[0].image).toMatch(/^registry\.acme\.example\/hybridge:[0-9a-f]{64}$/);
    expect(imagePullSecrets).toEqual([{ name: 'registry' }]);
  });
});

it('opens the chosen ports on nodes, or none', () => {
  const cloud = testStack();
  const factory = testFactory(cloud.node.root as App);
  const controlPlane = testControlPlane(cloud);
  controlPlane.addDataPlane('Ports', {
    target: EksAnywhereTarget.cluster(factory, { ...IMAGE, exposure: Exposure.nodePort({ http: 31080, https: 31443 }) }),
  });
  controlPlane.addDataPlane('Inside', { target: EksAnywhereTarget.cluster(factory, { ...IMAGE, exposure: Exposure.clusterIp() }) });
  expect(only(writtenManifests(cloud, 'ports'), 'Service').spec).toMatchObject({
    type: 'NodePort',
    ports: [{ nodePort: 31080 }, { nodePort: 31443 }],
  });
  expect(only(writtenManifests(cloud, 'inside'), 'Service').spec).toMatchObject({ type: 'ClusterIP' });
});

it('carries a setting of the user that is known after deployment to a site by an SSM parameter', () => {
  const cloud = testStack();
  const target = EksAnywhereTarget.cluster(testFactory(cloud.node.root as App), { ...IMAGE, exposure: Exposure.nodePort() });
  testControlPlane(cloud).addDataPlane('Site', { target, settings: { KONG_PROXY_SERVER: `http://${cloud.urlSuffix}:3128` } });
  expect(environment(only(writtenManifests(cloud, 'site'), 'Deployment')).KONG_PROXY_SERVER)
    .toEqual({ valueFrom: { secretKeyRef: { name: 'deployed-values', key: 'kong_proxy_server' } } });
  Template.fromStack(cloud).hasResourceProperties('AWS::SSM::Parameter', {
    Name: '/hybridge/Cloud/site/kong_proxy_server', Value: { 'Fn::Join': ['', ['http://', { Ref: 'AWS::URLSuffix' }, ':3128']] },
  });
});

it('has the same settings wherever it runs', () => {
  const cloud = testStack();
  const factory = testFactory(cloud.node.root as App);
  const cluster = testCluster(cloud);
  const controlPlane = testControlPlane(cloud, { target: EksTarget.cluster(cluster) });
  const options = { labels: { tier: 'one' }, settings: { KONG_LOG_LEVEL: 'debug' } };
  controlPlane.addDataPlane('Site', {
    ...options,
    target: EksAnywhereTarget.cluster(factory, { ...IMAGE, exposure: Exposure.nodePort() }),
  });
  controlPlane.addDataPlane('Cluster', { ...options, target: EksTarget.cluster(cluster) });
  const [site, eks] = ['site', 'cluster'].map((plane) => environment(only(writtenManifests(cloud, plane), 'Deployment')));
  expect(Object.keys(site)).toEqual(Object.keys(eks));
  const known = Object.keys(site).filter((name) => !/^HYBRIDGE_DRAIN_SECONDS$|CONTROL_PLANE$|ENDPOINT$/.test(name));
  for (const name of known) expect(site[name]).toEqual(eks[name]);
  expect(eks.KONG_CLUSTER_DP_LABELS).toEqual({ value: 'tier:one' });
});

describe('logs', () => {
  it('may be sent by the plane beside the domain', () => {
    const cloud = testStack();
    const cluster = testCluster(cloud);
    const controlPlane = testControlPlane(cloud, { target: EksTarget.cluster(cluster) });
    controlPlane.addDataPlane('Plane', {
      target: EksTarget.cluster(cluster),
      logs: new OpenSearchLogs(cloud, 'Logs', { vpc: cluster.vpc }),
    });
    const template = Template.fromStack(cloud);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['es:ESHttpPost', 'es:ESHttpPut'],
            Resource: { 'Fn::Join': ['', [Match.anyValue(), '/logs-gateway-*']] },
          }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { Description: 'logs of gateways', FromPort: 443, ToPort: 443 });
  });

  it('are refused for a plane in another VPC, and on a site', () => {
    const cloud = testStack();
    const controlPlane = testControlPlane(cloud);
    const other = testStack('us-east-1', cloud.node.root as App, 'Virginia');
    const logs = new OpenSearchLogs(other, 'Logs', { vpc: testCluster(other).vpc });
    expect(() => controlPlane.addDataPlane('Plane', { target: EksTarget.cluster(testCluster(new Stack(other.node.root, 'Third'))), logs }))
      .toThrow('logs: Virginia/Logs is in another VPC than the plane\'s cluster, expected the same one');
    const site = EksAnywhereTarget.cluster(testFactory(cloud.node.root as App), { ...IMAGE, exposure: Exposure.nodePort() });
    expect(() => controlPlane.addDataPlane('Site', { target: site, logs })).toThrow(
      'logs: a site has no role in AWS to sign requests with',
    );
  });
});

describe('wrong properties', () => {
  const cloud = testStack();
  const cluster = testCluster(cloud);
  const controlPlane: GatewayControlPlane = testControlPlane(cloud, { target: EksTarget.cluster(cluster) });
  const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`label${at}`, 'x']));
  let made = 0;

  it.each<[Partial<GatewayDataPlaneOptions>, string]>([
    [{ labels: eleven }, 'labels: got 11, expected at most 10'],
    [{ labels: { kongZone: 'x' } }, 'labels: got the key "kongZone", expected 1 to 63 letters, digits'],
    [{ labels: { site: '' } }, 'labels["site"]: got "", expected 1 to 63 letters, digits'],
    [{ labels: { 'a:b': 'x' } }, 'labels: got the key "a:b"'],
    [{ replicas: 1.5 }, 'replicas: got 1.5, expected a whole number, at least 1'],
    [
      { target: EksTarget.cluster(cluster, { exposure: Exposure.nodePort() }) },
      'exposure: got node-port, expected clusterIp, internalLoadBalancer or internetLoadBalancer',
    ],
    [
      { identity: new CognitoIdentity(cloud, 'Identity', { callbackUrls: ['https://a.example/'] }), hostname: 'https://apis.acme.example' },
      'hostname: got "https://apis.acme.example", expected a full name',
    ],
    [
      { settings: { KONG_CLUSTER_CONTROL_PLANE: 'elsewhere:8005' } },
      'settings["KONG_CLUSTER_CONTROL_PLANE"]: got "elsewhere:8005", but the construct sets it',
    ],
  ])('are refused: %j', (options, message) => {
    const target = EksTarget.cluster(cluster);
    expect(() => new GatewayDataPlane(cloud, `Wrong${made++}`, { target, controlPlane, ...options })).toThrow(message);
  });

  it.each([
    [
      { imageRepository: 'registry.acme.example/hybridge:1.0', exposure: Exposure.nodePort() },
      'imageRepository: got "registry.acme.example/hybridge:1.0", expected a registry and a path without tag',
    ],
    [{ imageRepository: 'hybridge', exposure: Exposure.nodePort() }, 'imageRepository: got "hybridge"'],
    [
      { ...IMAGE, exposure: Exposure.internalLoadBalancer() },
      'exposure: got a load balancer of AWS, expected nodePort, metalLb, kubeVip or clusterIp',
    ],
    [
      { ...IMAGE, exposure: Exposure.metalLb('10.20.0.1-10.20.0.50') },
      'exposure: the range 10.20.0.1-10.20.0.50 holds 10.20.0.10, the endpoint of cluster factory',
    ],
  ])('are refused on a site: %j', (options, message) => {
    const stack = testStack();
    const target = () => EksAnywhereTarget.cluster(testFactory(stack.node.root as App), options);
    expect(() => testControlPlane(stack).addDataPlane('Plane', { target: target() })).toThrow(message);
  });

  it('are refused: a cluster in another account', () => {
    const app = testApp();
    const [one, two] = ['111122223333', '444455556666'].map(
      (account, at) => new Stack(app, `Stack${at}`, { env: { account, region: 'eu-central-1' } }),
    );
    for (const stack of [one, two]) {
      stack.node.setContext(`availability-zones:account=${stack.account}:region=eu-central-1`, ['eu-central-1a', 'eu-central-1b']);
    }
    const plane = testControlPlane(one);
    expect(() => plane.addDataPlane('Plane', { target: EksTarget.cluster(testCluster(two)) }))
      .toThrow("target: the cluster is in account 444455556666, expected 111122223333, where the plane's secrets are");
  });

  it('are refused on a site: an image repository that is known after deployment', () => {
    const stack = testStack();
    expect(() =>
      EksAnywhereTarget.cluster(testFactory(stack.node.root as App), { exposure: Exposure.nodePort(), imageRepository: stack.urlSuffix }),
    ).toThrow('imageRepository: got a value known only after deployment');
  });
});
