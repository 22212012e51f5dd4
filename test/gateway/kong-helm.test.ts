/** Planes by Kong's own chart: what its values say, and what Helm makes of them with a chart that knows the same names. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { parse, parseAllDocuments } from 'yaml';
import {
  AutoScalingGroupTarget,
  CognitoIdentity,
  DockerTarget,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayEngine,
  Handoff,
  KongEdition,
  MetricsDiscovery,
  SecretDelivery,
} from '../../src';
import type { GatewayDataPlaneOptions, KongHelmOptions } from '../../src';
import { only, testCluster, testControlPlane, testFactory, testStack, topologyEntry, writtenManifests } from './sample';

const CHART = join(__dirname, '..', 'fixtures', 'kong-chart');
const site = {
  imageRepository: 'registry.acme.example/kong',
  imagePullSecret: 'registry',
  exposure: Exposure.nodePort({ http: 30081, https: 30444 }),
};

function licence(stack: Stack) {
  return Secret.fromSecretNameV2(stack, 'Licence', 'acme/kong-licence');
}

/** One control plane and a data plane on each kind of cluster. */
function planes(enterprise: boolean) {
  const stack = testStack();
  const cluster = testCluster(stack);
  const edition = enterprise ? { edition: KongEdition.ENTERPRISE, gatewayVersion: '3.10.0.1', licence: licence(stack) } : {};
  const engine = GatewayEngine.kongHelm({ chartVersion: '3.4.1', ...edition });
  const controlPlane = testControlPlane(stack, {
    target: EksTarget.cluster(cluster),
    engine,
    tunnelCidrs: ['198.51.100.0/24'],
    settings: { KONG_LOG_LEVEL: 'debug' },
  });
  const target = EksTarget.cluster(cluster, {
    maxReplicas: 5,
    metricsDiscovery: MetricsDiscovery.SERVICE_MONITOR,
    exposure: Exposure.internetLoadBalancer('203.0.113.0/24'),
  });
  controlPlane.addDataPlane('Cloud', { target, replicas: 3, labels: { region: 'eu' } });
  controlPlane.addDataPlane('Site', { target: EksAnywhereTarget.cluster(testFactory(stack.node.root as App), site) });
  return stack;
}

function file(stack: Stack, plane: string, path: string): string {
  return readFileSync(join((stack.node.root as App).synth().directory, 'hybridge', plane, path), 'utf8');
}

function values(stack: Stack, plane: string): any {
  // As Helm and Kubernetes read it.
  return parse(file(stack, plane, 'helm/values.yaml'), { version: '1.1' });
}

const community = planes(false);

describe('values of the control plane', () => {
  const given = values(community, 'control-plane');

  it('are the role, the database and the tunnel\'s certificate, under the paths where the chart mounts', () => {
    expect(given.env).toMatchObject({
      role: 'control_plane',
      database: 'postgres',
      cluster_mtls: 'shared',
      cluster_cert: '/etc/secrets/control-plane-tunnel/tls.crt',
      cluster_cert_key: '/etc/secrets/control-plane-tunnel/tls.key',
      pg_host: expect.stringMatching(/Endpoint\.Address/),
      pg_ssl: 'on',
      pg_ssl_verify: 'on',
      pg_password: { valueFrom: { secretKeyRef: { name: 'control-plane-database', key: 'password' } } },
      log_level: 'debug',
    });
  });

  it('leave to the chart what it makes itself, and to the packaged gateway what only that knows', () => {
    expect(Object.keys(given.env).filter((name) => /listen|^prefix$|drain|_file$/.test(name))).toEqual([]);
  });

  it.each([
    ['cluster', 8005],
    ['clustertelemetry', 8006],
  ])('open the tunnel of %s by a load balancer that passes TLS through', (name, port) => {
    expect(given[name]).toMatchObject({
      enabled: true,
      type: 'LoadBalancer',
      loadBalancerClass: 'eks.amazonaws.com/nlb',
      loadBalancerSourceRanges: ['198.51.100.0/24'],
      tls: { enabled: true, servicePort: port, containerPort: port },
    });
    expect(given[name].annotations['service.beta.kubernetes.io/aws-load-balancer-healthcheck-port']).toBe('8100');
  });

  it('keep the Admin API in the cluster, and switch off proxy, controller, GUI and portals', () => {
    expect(given.admin).toEqual({
      enabled: true,
      type: 'ClusterIP',
      http: { enabled: true, servicePort: 8001, containerPort: 8001 },
      tls: { enabled: false },
    });
    for (const name of ['proxy', 'ingressController', 'manager', 'portal', 'portalapi', 'udpProxy', 'postgresql', 'enterprise']) {
      expect(given[name]).toEqual({ enabled: false });
    }
  });

  it('migrate before and after an upgrade', () => {
    expect(given.migrations).toMatchObject({ preUpgrade: true, postUpgrade: true });
  });

  it('mount what the Secrets Store driver delivers, which makes a Secret of the password only', () => {
    expect(given.deployment.userDefinedVolumes.map(({ name, csi }: any) => [name, csi.volumeAttributes.secretProviderClass]))
      .toEqual([['tunnel', 'control-plane-tunnel'], ['database', 'control-plane-database']]);
    const manifests = writtenManifests(community, 'control-plane');
    const made = (name: string) => (only(manifests, 'SecretProviderClass', `control-plane-${name}`).spec).secretObjects;
    expect(made('tunnel')).toBeUndefined();
    expect(made('database')).toEqual([
      { secretName: 'control-plane-database', type: 'Opaque', data: [{ objectName: 'password', key: 'password' }] },
    ]);
  });
});

describe('values of a data plane', () => {
  const given = values(community, 'cloud');

  it('are the role and both tunnels, without a database', () => {
    expect(given.env).toMatchObject({
      role: 'data_plane',
      database: 'off',
      cluster_control_plane: expect.stringMatching(/:8005$/),
      cluster_telemetry_endpoint: expect.stringMatching(/:8006$/),
      cluster_cert: '/etc/secrets/cloud-tunnel/tls.crt',
      cluster_dp_labels: 'region:eu',
    });
    for (const name of ['admin', 'cluster', 'clustertelemetry']) expect(given[name]).toEqual({ enabled: false });
    expect(given.migrations).toBeUndefined();
  });

  it('grow with the load, survive maintenance, and drain as long as the packaged gateway', () => {
    expect(given.autoscaling).toMatchObject({ enabled: true, minReplicas: 3, maxReplicas: 5 });
    expect(given.replicaCount).toBeUndefined();
    expect(given.podDisruptionBudget).toEqual({ enabled: true, maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    expect(given.lifecycle.preStop.exec.command).toEqual(['kong', 'quit', '--wait=150', '--timeout=25']);
    expect(given.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(150 + 25);
    expect(given.serviceMonitor).toMatchObject({ enabled: true, labels: { release: 'kube-prometheus-stack' } });
  });

  it('on a site name Secrets and ports of nodes, and hold nothing that only CloudFormation understands', () => {
    const onSite = values(community, 'site');
    expect(onSite.secretVolumes).toEqual(['site-tunnel']);
    expect(onSite.deployment.userDefinedVolumes).toBeUndefined();
    expect(onSite.image).toEqual({
      repository: 'registry.acme.example/kong',
      tag: '3.9.1',
      pullPolicy: 'IfNotPresent',
      pullSecrets: ['registry'],
    });
    expect(onSite.env.cluster_control_plane).toEqual({
      valueFrom: { secretKeyRef: { name: 'deployed-values', key: 'kong_cluster_control_plane' } },
    });
    expect(onSite.proxy).toMatchObject({
      type: 'NodePort',
      http: { servicePort: 80, nodePort: 30081 },
      tls: { servicePort: 443, nodePort: 30444 },
    });
    expect(file(community, 'site', 'helm/values.yaml')).not.toMatch(/\$\{|TOKEN/);
  });
});

it('the enterprise edition gets its licence on both planes, from Secrets Manager, as a Secret with the chart\'s key', () => {
  const stack = planes(true);
  for (const plane of ['control-plane', 'cloud', 'site']) {
    expect(values(stack, plane).enterprise).toMatchObject({ enabled: true, license_secret: `${plane}-licence` });
  }
  const { spec } = only(writtenManifests(stack, 'cloud'), 'SecretProviderClass', 'cloud-licence');
  expect(JSON.parse(spec.parameters.objects)).toEqual([
    { objectName: 'acme/kong-licence', objectType: 'secretsmanager', objectAlias: 'license' },
  ]);
  expect(spec.secretObjects).toEqual([{ secretName: 'cloud-licence', type: 'Opaque', data: [{ objectName: 'license', key: 'license' }] }]);
  expect(only(writtenManifests(stack, 'site'), 'ExternalSecret', 'site-licence').spec.data).toEqual([
    { secretKey: 'license', remoteRef: { key: 'acme/kong-licence' } },
  ]);
  expect(values(stack, 'cloud').image).toMatchObject({ repository: 'kong/kong-gateway', tag: '3.10.0.1' });
});

it('on EKS the stack installs the chart after what its pods need, and reads the load balancers\' names after that', () => {
  const template = Template.fromStack(community);
  const resources = template.toJSON().Resources;
  const charts = Object.entries<any>(template.findResources('Custom::AWSCDK-EKS-HelmChart'));
  expect(
    charts
      .map(([, { Properties }]) => [Properties.Release, Properties.Namespace, Properties.Chart, Properties.Version, Properties.Repository])
      .sort(),
  ).toEqual([
    ['cloud', 'cloud', 'kong', '3.4.1', 'https://charts.konghq.com'],
    ['control-plane', 'control-plane', 'kong', '3.4.1', 'https://charts.konghq.com'],
  ]);
  const [id, chart] = charts.find(([, { Properties }]) => Properties.Release === 'control-plane')!;
  expect(chart.DependsOn.map((name: string) => resources[name].Type)).toEqual(
    expect.arrayContaining(['Custom::AWSCDK-EKS-KubernetesResource', 'AWS::RDS::DBCluster', 'AWS::EKS::PodIdentityAssociation']),
  );
  const [host] = Object.values<any>(
    template.findResources('Custom::AWSCDK-EKS-KubernetesObjectValue', { Properties: { ObjectName: 'control-plane-cluster' } }),
  );
  expect(host.DependsOn).toContain(id);
  template.hasResourceProperties('AWS::EKS::Addon', {
    AddonName: 'aws-secrets-store-csi-driver-provider', ConfigurationValues: Match.stringLikeRegexp('"syncSecret":{"enabled":true}'),
  });
});

it('on a site Flux installs it, and a person may with Helm', () => {
  const [, release] = parseAllDocuments(file(community, 'site', '3-plane.k8s.yaml'), { version: '1.1' }).map((document) => document.toJS());
  expect(release).toMatchObject({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'site', namespace: 'site' },
  });
  expect(release.spec.chart.spec).toEqual({ chart: 'kong', version: '3.4.1', sourceRef: { kind: 'HelmRepository', name: 'kong' } });
  expect(release.spec.values).toEqual(values(community, 'site'));
  expect(file(community, 'site', 'helm/README.md')).toContain(
    'helm upgrade --install site kong --repo https://charts.konghq.com --version 3.4.1',
  );
  expect(topologyEntry(community, 'site').helmFiles).toEqual(['helm/values.yaml', 'helm/README.md']);
});

it('network policies select the chart\'s pods, its migrations included', () => {
  const manifests = writtenManifests(community, 'control-plane');
  const labels = { 'app.kubernetes.io/name': 'kong', 'app.kubernetes.io/instance': 'control-plane', 'app.kubernetes.io/component': 'app' };
  expect(only(manifests, 'NetworkPolicy', 'control-plane').spec.podSelector).toEqual({ matchLabels: labels });
  expect(only(manifests, 'NetworkPolicy', 'control-plane-migrations').spec.podSelector).toEqual({
    matchLabels: { 'app.kubernetes.io/instance': 'control-plane' },
    matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'NotIn', values: ['app', 'configuration'] }],
  });
  expect(manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Job' || kind === 'Service')).toEqual([]);
});

const helm = spawnSync('helm', ['version', '--short'], { encoding: 'utf8' });
const withHelm = helm.status === 0 ? describe : describe.skip;

withHelm(
  `helm template${helm.status === 0 ? '' : ' (skipped: helm is not on the PATH; go install helm.sh/helm/v3/cmd/helm@v3.19.0)'}`,
  () => {
    /** Objects that Helm makes, by kind and name. */
    function rendered(stack: Stack, plane: string): Map<string, any> {
      const input = file(stack, plane, 'helm/values.yaml');
      const { status, stdout, stderr } = spawnSync('helm', ['template', plane, CHART, '--namespace', plane, '--values', '-'], {
        encoding: 'utf8',
        input,
      });
      expect([status, stderr]).toEqual([0, '']);
      return new Map(
        parseAllDocuments(stdout)
          .map((document) => document.toJS())
          .filter(Boolean)
          .map((object) => [`${object.kind} ${object.metadata.name}`, object]),
      );
    }

    const container = (objects: Map<string, any>, plane: string) => objects.get(`Deployment ${plane}`).spec.template.spec.containers[0];
    const environment = (objects: Map<string, any>, plane: string) =>
      Object.fromEntries(container(objects, plane).env.map(({ name, value, valueFrom }: any) => [name, value ?? valueFrom]));

    it('makes a control plane: three Services, no proxy, the jobs of the database', () => {
      const objects = rendered(community, 'control-plane');
      expect([...objects.keys()].sort()).toEqual([
        'Deployment control-plane',
        'Job control-plane-init-migrations',
        'Job control-plane-post-upgrade-migrations',
        'Job control-plane-pre-upgrade-migrations',
        'PodDisruptionBudget control-plane',
        'Service control-plane-admin',
        'Service control-plane-cluster',
        'Service control-plane-clustertelemetry',
      ]);
      expect(objects.get('Service control-plane-cluster').spec.ports).toEqual([
        { name: 'kong-cluster-tls', port: 8005, targetPort: 8005, protocol: 'TCP' },
      ]);
      expect(objects.get('Service control-plane-clustertelemetry').spec.ports).toEqual([
        { name: 'kong-clustertelemetry-tls', port: 8006, targetPort: 8006, protocol: 'TCP' },
      ]);
      expect(objects.get('Service control-plane-admin').spec.ports).toEqual([
        { name: 'kong-admin', port: 8001, targetPort: 8001, protocol: 'TCP' },
      ]);
      expect(environment(objects, 'control-plane')).toMatchObject({
        KONG_ROLE: 'control_plane',
        KONG_CLUSTER_LISTEN: '0.0.0.0:8005 ssl, [::]:8005 ssl',
        KONG_ADMIN_LISTEN: '0.0.0.0:8001, [::]:8001',
        KONG_STATUS_LISTEN: '0.0.0.0:8100, [::]:8100',
        KONG_PG_PASSWORD: { secretKeyRef: { name: 'control-plane-database', key: 'password' } },
        KONG_LUA_SSL_TRUSTED_CERTIFICATE: expect.stringMatching(/^system,.etc.hybridge.ca.\w+.pem$/),
      });
      for (const object of objects.values()) {
        if (object.kind === 'Job') {
          expect(object.spec.template.spec.containers[0].volumeMounts).toEqual(container(objects, 'control-plane').volumeMounts);
        }
      }
    });

    it('makes data planes: one Service, no database', () => {
      const cloud = rendered(community, 'cloud');
      expect([...cloud.keys()].sort()).toEqual([
        'Deployment cloud',
        'HorizontalPodAutoscaler cloud',
        'PodDisruptionBudget cloud',
        'Service cloud-proxy',
        'ServiceMonitor cloud',
      ]);
      expect(cloud.get('Deployment cloud').spec).not.toHaveProperty('replicas');
      expect(environment(cloud, 'cloud')).toMatchObject({
        KONG_ROLE: 'data_plane',
        KONG_DATABASE: 'off',
        KONG_CLUSTER_LISTEN: 'off',
        KONG_PORT_MAPS: '80:8000, 443:8443',
      });
      const onSite = rendered(community, 'site');
      expect(onSite.get('Deployment site').spec.replicas).toBe(2);
      expect(onSite.get('Service site-proxy').spec.ports.map(({ nodePort, targetPort }: any) => [nodePort, targetPort])).toEqual([
        [30081, 8000],
        [30444, 8443],
      ]);
    });

    it.each(['control-plane', 'cloud', 'site'])('mounts every file that a setting of %s names', (plane) => {
      const objects = rendered(community, plane);
      const mounts = container(objects, plane).volumeMounts.map(({ mountPath }: any) => mountPath);
      const paths = Object.values(environment(objects, plane))
        .flatMap((value) => (typeof value === 'string' ? value.split(',') : []))
        .filter((value) => /^\/etc\//.test(value));
      expect(paths.length).toBeGreaterThan(1);
      for (const path of paths) expect(mounts).toContain(path.replace(/\/[^/]+$/, ''));
      const volumes = objects.get(`Deployment ${plane}`).spec.template.spec.volumes.map(({ name }: any) => name);
      for (const { name } of container(objects, plane).volumeMounts) expect(volumes).toContain(name);
    });

    it('gives the enterprise edition its licence and its telemetry', () => {
      const objects = rendered(planes(true), 'control-plane');
      expect(environment(objects, 'control-plane')).toMatchObject({
        KONG_LICENSE_DATA: { secretKeyRef: { name: 'control-plane-licence', key: 'license' } },
        KONG_CLUSTER_TELEMETRY_LISTEN: '0.0.0.0:8006 ssl, [::]:8006 ssl',
      });
    });
  },
);

it('a licence reaches a site whose secrets a person fetches as the whole secret', () => {
  const stack = testStack();
  const engine = GatewayEngine.kongHelm({
    chartVersion: '3.4.1',
    edition: KongEdition.ENTERPRISE,
    gatewayVersion: '3.10.0.1',
    licence: licence(stack),
  });
  const handedOver = new Handoff(stack, 'Handoff').addSite('Site', { readers: [new AccountRootPrincipal()] });
  const target = EksAnywhereTarget.cluster(testFactory(stack.node.root as App), {
    ...site,
    site: handedOver,
    delivery: SecretDelivery.pull(),
  });
  testControlPlane(stack, { engine }).addDataPlane('Site', { target });
  const [files] = Object.values<any>(Template.fromStack(stack).findResources('Custom::HybridgeHandoffFiles'));
  expect(JSON.stringify(files.Properties.Index)).toMatch(/site-licence.*entries\W+key\W+license\W+property[\\":]+\}/);
});

describe('wrong choices are refused', () => {
  it.each<[Partial<KongHelmOptions>, string]>([
    [{ chartVersion: '2.40.0' }, 'chartVersion: got "2.40.0", expected a version 3.x.y'],
    [{ chartVersion: 'latest' }, 'chartVersion: got "latest", expected a version 3.x.y'],
    [{ gatewayVersion: '3.10.0' }, 'gatewayVersion: got "3.10.0", expected 3.x.y up to 3.9'],
    [{ edition: KongEdition.ENTERPRISE }, 'licence: got none, expected the licence'],
    [{ imageRepository: 'registry.acme.example/kong:3.9' }, 'imageRepository: got "registry.acme.example/kong:3.9"'],
  ])('%j', (options, message) => {
    expect(() => GatewayEngine.kongHelm({ chartVersion: '3.4.1', ...options })).toThrow(message);
  });

  it('a licence with the community edition, an enterprise edition without a version', () => {
    const stack = testStack();
    expect(() => GatewayEngine.kongHelm({ chartVersion: '3.4.1', licence: licence(stack) })).toThrow(
      'licence: got one with the community edition',
    );
    expect(() =>
      GatewayEngine.kongHelm({ chartVersion: '3.4.1', licence: licence(new Stack(stack, 'Other')), edition: KongEdition.ENTERPRISE }),
    ).toThrow('gatewayVersion: got undefined, expected four numbers');
  });

  const imageRepository = 'registry.acme.example/kong';
  it.each<[string, (stack: Stack) => GatewayDataPlaneOptions, string]>([
    [
      'on ECS',
      (stack) => ({ target: EcsTarget.fargate(testCluster(stack).vpc) }),
      'target: the engine is kongHelm, which needs Kubernetes',
    ],
    [
      'on instances',
      (stack) => ({ target: AutoScalingGroupTarget.vpc(testCluster(stack).vpc) }),
      'target: the engine is kongHelm, which needs Kubernetes',
    ],
    [
      'with Docker',
      () => ({ target: DockerTarget.compose({ imageRepository }) }),
      'target: the engine is kongHelm, which needs Kubernetes',
    ],
    [
      'logins with the community edition',
      (stack) => ({ target: EksTarget.cluster(testCluster(stack)), identity: new CognitoIdentity(stack, 'Identity') }),
      "identity: got the plugin openid-connect, which Kong's community edition does not have",
    ],
    [
      'settings of the packaged gateway',
      (stack) => ({ target: EksTarget.cluster(testCluster(stack)), settings: { HYBRIDGE_X: '1' } }),
      'settings["HYBRIDGE_X"]: only the packaged gateway knows it',
    ],
  ])('a data plane %s', (_, options, message) => {
    const controlPlane = testControlPlane(testStack(), { engine: GatewayEngine.kongHelm({ chartVersion: '3.4.1' }) });
    const stack = new Stack(controlPlane.node.root, 'Other', { env: { region: 'eu-central-1' } });
    expect(() => controlPlane.addDataPlane('Plane', options(stack))).toThrow(message);
  });
});
