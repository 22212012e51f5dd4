import { SecretValue, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { EksTarget, Exposure, Trust } from '../../src';
import { environment, only, testCluster, testControlPlane, testStack, writtenManifests } from './sample';

describe('the manifests applied to the cluster', () => {
  const stack = testStack();
  testControlPlane(stack, { tunnelCidrs: ['198.51.100.0/24'] });
  const template = Template.fromStack(stack);
  const manifests = writtenManifests(stack, 'control-plane');
  const deployment = only(manifests, 'Deployment');

  it('gives the nodes the settings of a control plane', () => {
    expect(environment(deployment)).toMatchObject({
      KONG_ROLE: { value: 'control_plane' },
      KONG_DATABASE: { value: 'postgres' },
      KONG_CLUSTER_LISTEN: { value: '0.0.0.0:8005' },
      KONG_CLUSTER_TELEMETRY_LISTEN: { value: '0.0.0.0:8006' },
      KONG_STATUS_LISTEN: { value: '0.0.0.0:8100' },
      KONG_CLUSTER_MTLS: { value: 'shared' },
      KONG_CLUSTER_CERT: { value: '/etc/hybridge/cluster/tls.crt' },
      KONG_CLUSTER_CERT_KEY: { value: '/etc/hybridge/cluster/tls.key' },
      KONG_PG_HOST: { value: expect.stringMatching(/^\$\{ControlPlaneDatabase\w+\.Endpoint\.Address\}$/) },
      KONG_PG_SSL: { value: 'on' },
      KONG_PG_SSL_VERIFY: { value: 'on' },
      KONG_LUA_SSL_TRUSTED_CERTIFICATE: { value: 'system,/etc/hybridge/ca/authorities.pem' },
      HYBRIDGE_PG_PASSWORD_FILE: { value: '/etc/hybridge/database/password' },
    });
  });

  it('mounts the certificate, the password and the key of the history as files from Secrets Manager', () => {
    for (const [name, file, property] of [
      ['tunnel', 'tls.key', 'privateKey'],
      ['tunnel', 'tls.crt', 'certificate'],
      ['database', 'password', 'password'],
      ['history', 'key', ''],
    ]) {
      const { spec } = only(manifests, 'SecretProviderClass', `control-plane-${name}`);
      const [{ objectName, objectAlias, jmesPath }] = JSON.parse(spec.parameters.objects);
      expect(spec.parameters.usePodIdentity).toBe('true');
      expect(objectName).toBe(`hybridge/Cloud/control-plane/${name}`);
      if (property === '') expect(objectAlias).toBe(file);
      else expect(jmesPath).toContainEqual({ path: property, objectAlias: file });
    }
    const volumes = deployment.spec.template.spec.volumes;
    expect(volumes).toContainEqual({
      name: 'tunnel',
      csi: { driver: 'secrets-store.csi.k8s.io', readOnly: true, volumeAttributes: { secretProviderClass: 'control-plane-tunnel' } },
    });
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  it('lets the pods read these three secrets and nothing else', () => {
    template.hasResourceProperties('AWS::EKS::PodIdentityAssociation', { Namespace: 'control-plane', ServiceAccount: 'control-plane' });
    const policies = Object.values<any>(template.findResources('AWS::IAM::Policy'));
    const [policy] = policies.filter(({ Properties }) => JSON.stringify(Properties.Roles).includes('ControlPlaneRole'));
    const statements = policy.Properties.PolicyDocument.Statement;
    expect(statements.map(({ Action }: any) => Action)).toEqual([
      ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
    ]);
    expect(JSON.stringify(statements)).not.toContain('"*"');
  });

  it.each([
    ['cluster', 8005],
    ['clustertelemetry', 8006],
  ])('passes the tunnel of %s through a load balancer that the given networks reach', (suffix, port) => {
    const { metadata, spec } = only(manifests, 'Service', `control-plane-${suffix}-pub`);
    expect(spec).toMatchObject({
      type: 'LoadBalancer',
      loadBalancerClass: 'eks.amazonaws.com/nlb',
      loadBalancerSourceRanges: ['198.51.100.0/24'],
    });
    expect(spec.ports).toMatchObject([{ port, protocol: 'TCP' }]);
    const annotations = Object.entries(metadata.annotations!).map(([name, value]) => [
      name.replace('service.beta.kubernetes.io/aws-load-balancer-', ''),
      value,
    ]);
    expect(Object.fromEntries(annotations)).toMatchObject({
      'scheme': 'internet-facing',
      'nlb-target-type': 'ip',
      'healthcheck-port': '8100',
      'healthcheck-path': '/status/ready',
    });
    // A listener with TLS would end it in front of the nodes, and mutual TLS with it.
    expect(Object.keys(metadata.annotations!).filter((name) => name.includes('ssl'))).toEqual([]);
  });

  it('keeps the Admin API inside the cluster, for pods with the label of administrators', () => {
    expect(only(manifests, 'Service', 'control-plane-admin').spec).toMatchObject({ type: 'ClusterIP', ports: [{ port: 8001 }] });
    const rules = only(manifests, 'NetworkPolicy', 'control-plane').spec.ingress.filter(({ ports }: any) =>
      ports.some(({ port }: any) => port === 8001),
    );
    expect(rules).toEqual([
      { from: [{ podSelector: { matchLabels: { 'hybridge/admin-client': 'true' } } }], ports: [{ protocol: 'TCP', port: 8001 }] },
    ]);
  });

  it('lets the nodes connect to names and the database only', () => {
    const ports = only(manifests, 'NetworkPolicy', 'control-plane').spec.egress.flatMap((rule: any) =>
      rule.ports.map(({ port }: any) => port),
    );
    expect([...new Set(ports)]).toEqual([53, 5432]);
  });

  it('makes the schema current before the nodes start, and the deployment waits for it', () => {
    const job = only(manifests, 'Job');
    expect(job.spec.template.spec.containers[0].command).toEqual(['node', 'migrate.mjs', 'up']);
    expect(job.spec.template.spec.restartPolicy).toBe('Never');
    const [waiting] = Object.entries(template.findResources('Custom::AWSCDK-EKS-KubernetesObjectValue', {
      Properties: { ObjectType: 'job', JsonPath: '.status.succeeded' },
    }));
    const workloads = Object.values<any>(template.findResources('Custom::AWSCDK-EKS-KubernetesResource'))
      .filter(({ Properties }) => JSON.stringify(Properties.Manifest).includes('Deployment'));
    expect(workloads).toHaveLength(1);
    expect(workloads[0].DependsOn).toContain(waiting[0]);
  });

  it('waits for the certificate, the database and the secrets provider', () => {
    const job = Object.values<any>(template.findResources('Custom::AWSCDK-EKS-KubernetesResource')).find(({ Properties }) =>
      JSON.stringify(Properties.Manifest).includes('migrate.mjs'),
    );
    const types = job.DependsOn.map((id: string) => template.toJSON().Resources[id].Type);
    expect(types).toEqual(
      expect.arrayContaining([
        'Custom::HybridgeTunnelCertificate',
        'AWS::RDS::DBCluster',
        'AWS::RDS::DBInstance',
        'AWS::EC2::SecurityGroupIngress',
        'AWS::EKS::PodIdentityAssociation',
        'AWS::IAM::Policy',
      ]),
    );
    const foundation = Object.values<any>(template.findResources('Custom::AWSCDK-EKS-KubernetesResource')).find(({ Properties }) =>
      JSON.stringify(Properties.Manifest).includes('SecretProviderClass'),
    );
    expect(foundation.DependsOn.map((id: string) => template.toJSON().Resources[id].Type)).toContain('AWS::EKS::Addon');
  });
});

it('names the migrations after their content', () => {
  const texts = [{}, {}, { settings: { KONG_LOG_LEVEL: 'debug' } }].map((props) => {
    const stack = testStack();
    testControlPlane(stack, props);
    const { name } = only(writtenManifests(stack, 'control-plane'), 'Job').metadata;
    const digests = Object.entries<any>(Template.fromStack(stack).findResources('Custom::HybridgeContentDigest'));
    expect(digests).toHaveLength(1);
    const [id, { Properties: { Text } }] = digests[0];
    expect(name).toBe(`control-plane-migrations-\${${id}.Digest}`);
    return Text;
  });
  expect(texts[1]).toEqual(texts[0]);
  expect(texts[2]).not.toEqual(texts[0]);
});

it('has tunnels with private addresses unless networks are given', () => {
  const stack = testStack();
  testControlPlane(stack);
  const { metadata, spec } = only(writtenManifests(stack, 'control-plane'), 'Service', 'control-plane-cluster');
  expect(metadata.annotations).toMatchObject({ 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal' });
  expect(spec.loadBalancerSourceRanges).toBeUndefined();
});

it('runs on an existing cluster, with the class of its load balancer controller', () => {
  const stack = testStack();
  const { cluster } = testCluster(stack);
  testControlPlane(stack, { target: EksTarget.existingCluster(cluster, { loadBalancerClass: 'service.k8s.aws/nlb' }) });
  expect(only(writtenManifests(stack, 'control-plane'), 'Service', 'control-plane-cluster').spec.loadBalancerClass).toBe(
    'service.k8s.aws/nlb',
  );
});

describe('wrong properties', () => {
  it.each([
    [{ tunnelCidrs: ['10.0.0.1/8'] }, 'tunnelCidrs[0]: got "10.0.0.1/8", expected an IPv4 network'],
    [{ replicas: 0 }, 'replicas: got 0, expected a whole number, at least 1'],
    [{ settings: { log_level: 'debug' } }, 'settings["log_level"]: got a name that no gateway reads'],
    [{ settings: { KONG_ROLE: 'data_plane' } }, 'settings["KONG_ROLE"]: got "data_plane", but the construct sets it to control_plane'],
    [{ settings: { KONG_PG_PASSWORD: 'x' } }, 'settings["KONG_PG_PASSWORD"]: got the name of a secret'],
    [
      { settings: { KONG_PROXY_SERVER: SecretValue.secretsManager('proxy').unsafeUnwrap() } },
      'settings["KONG_PROXY_SERVER"]: got a secret',
    ],
  ])('are refused: %j', (props, message) => {
    expect(() => testControlPlane(testStack(), props)).toThrow(message);
  });

  it('are refused: an exposure, which is for data planes', () => {
    const stack = testStack();
    const target = EksTarget.cluster(testCluster(stack), { exposure: Exposure.clusterIp() });
    expect(() => testControlPlane(stack, { target })).toThrow(
      'target: has an exposure, which is for data planes; remove it. tunnelCidrs chooses',
    );
  });

  it('are refused: two planes with one name', () => {
    const stack = testStack();
    testControlPlane(stack);
    expect(() => testControlPlane(new Stack(stack.node.root, 'Other', { env: { region: 'eu-central-1' } }))).toThrow(
      'id: another plane of this app is called control-plane already',
    );
  });
});

it('has no secret in its template: only references to them', () => {
  const stack = testStack();
  testControlPlane(stack, { trust: Trust.generated({ validDays: 90 }) });
  const template = Template.fromStack(stack);
  template.allResourcesProperties('AWS::SecretsManager::Secret', { SecretString: Match.absent() });
  expect(JSON.stringify(template.toJSON())).not.toMatch(/PRIVATE KEY/);
});
