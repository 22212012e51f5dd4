/** Certificates that consumers see: on load balancers of AWS, in nodes on every target, and what no target can do with one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { HostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { parse } from 'yaml';
import {
  AutoScalingGroupTarget,
  DockerTarget,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayEngine,
  Handoff,
  HybridCredentials,
  HybridNodes,
  ProxyCertificate,
  SecretDelivery,
} from '../../src';
import type { GatewayDataPlane, GatewayDataPlaneOptions, GatewayTarget } from '../../src';
import { environment, only, testCluster, testControlPlane, testFactory, testStack, writtenManifests } from './sample';

const ARN = 'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-0000-0000-000000000000';
const ZONE_ID = 'Z0123456789ABCDEFGHIJ';
const hostname = 'apis.acme.example';
const imageRepository = 'registry.acme.example/hybridge';
const SELF_SIGNED = 'cdk-hybridge:proxy.self-signed';
const CLASSES = ['eks.amazonaws.com/nlb', 'service.k8s.aws/nlb'];
const SERVICE = 'service.beta.kubernetes.io/aws-load-balancer';

const WITHOUT_LOAD_BALANCER = ['eks without load balancer', 'hybrid nodes', 'eks anywhere', 'docker'] as const;

class Topology {
  readonly cloud = testStack();
  readonly cluster = testCluster(this.cloud, { remoteNetworks: { nodeCidrs: ['192.168.0.0/20'] } });
  readonly controlPlane;
  readonly factory = testFactory(this.cloud.node.root as App);
  readonly acm = Certificate.fromCertificateArn(this.cloud, 'Certificate', ARN);
  readonly secret = Secret.fromSecretNameV2(this.cloud, 'Pair', 'gateways/apis');
  readonly zone = HostedZone.fromHostedZoneAttributes(this.cloud, 'Zone', { hostedZoneId: ZONE_ID, zoneName: 'acme.example' });
  #others = 0;

  constructor(engine = GatewayEngine.packaged()) {
    this.controlPlane = testControlPlane(this.cloud, { target: EksTarget.cluster(this.cluster), engine });
  }

  add(target: GatewayTarget, options: Partial<GatewayDataPlaneOptions> = {}, id = `Plane${this.#others++}`): GatewayDataPlane {
    return this.controlPlane.addDataPlane(id, { target, hostname, ...options });
  }

  targets() {
    return {
      'eks': EksTarget.cluster(this.cluster),
      'eks without load balancer': EksTarget.cluster(this.cluster, { exposure: Exposure.clusterIp() }),
      'hybrid nodes': EksTarget.hybridNodes(new HybridNodes(this.cloud, 'Plant', {
        cluster: this.cluster, credentials: HybridCredentials.systemsManager(),
      })),
      'eks anywhere': EksAnywhereTarget.cluster(this.factory, { exposure: Exposure.nodePort(), imageRepository }),
      'ecs': EcsTarget.fargate(this.cluster.vpc),
      'ec2': AutoScalingGroupTarget.vpc(this.cluster.vpc),
      'docker': DockerTarget.compose({ imageRepository }),
    };
  }

  get template(): Template {
    return Template.fromStack(this.cloud);
  }

  file(plane: string, name: string): string {
    return readFileSync(join((this.cloud.node.root as App).synth().directory, 'hybridge', plane, name), 'utf8');
  }
}

function recordsOf(template: Template): any[] {
  return Object.values(template.findResources('AWS::Route53::RecordSet')).map(({ Properties }: any) => Properties);
}

describe('a certificate of ACM', () => {
  it.each(CLASSES)('ends TLS on the Network Load Balancer of EKS, %s, which opens TLS to the nodes', (loadBalancerClass) => {
    const topology = new Topology();
    const target = EksTarget.existingCluster(topology.cluster.cluster, { loadBalancerClass });
    topology.add(target, { certificate: ProxyCertificate.acm(topology.acm) });
    const manifests = writtenManifests(topology.cloud, 'plane0');
    const { metadata, spec } = only(manifests, 'Service');
    expect(metadata.annotations).toMatchObject({
      [`${SERVICE}-ssl-cert`]: ARN,
      [`${SERVICE}-ssl-ports`]: '443',
      [`${SERVICE}-ssl-negotiation-policy`]: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      // The node sees https: without it, a plain request would arrive, and no header says otherwise.
      [`${SERVICE}-backend-protocol`]: 'ssl',
    });
    expect(spec.ports).toContainEqual(expect.objectContaining({ port: 443, targetPort: 'proxy-tls' }));
    expect(environment(only(manifests, 'Deployment'))).not.toHaveProperty('KONG_SSL_CERT');
  });

  it('reaches the Service of Kong\'s chart', () => {
    const topology = new Topology(GatewayEngine.kongHelm({ chartVersion: '3.4.1' }));
    topology.add(EksTarget.cluster(topology.cluster), { certificate: ProxyCertificate.acm(topology.acm), externalDns: true });
    expect(parse(topology.file('plane0', 'helm/values.yaml')).proxy.annotations).toMatchObject({
      [`${SERVICE}-ssl-cert`]: ARN,
      [`${SERVICE}-backend-protocol`]: 'ssl',
      'external-dns.alpha.kubernetes.io/hostname': hostname,
    });
  });

  it.each([
    ['ecs', (vpc: Topology['cluster']['vpc']) => EcsTarget.fargate(vpc)],
    ['ec2', (vpc: Topology['cluster']['vpc']) => AutoScalingGroupTarget.vpc(vpc)],
  ] as const)('makes an Application Load Balancer on %s, whose headers the nodes trust', (place, target) => {
    const topology = new Topology();
    const certificate = ProxyCertificate.acm(topology.acm);
    const plane = topology.add(target(topology.cluster.vpc), { certificate, hostedZone: topology.zone });
    const { template } = topology;
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443, Protocol: 'HTTPS', Certificates: [{ CertificateArn: ARN }],
    });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80, DefaultActions: [Match.objectLike({ Type: 'redirect' })],
    });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', { Port: 8443, Protocol: 'HTTPS' });
    template.resourcePropertiesCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', { Type: 'network' }, 0);
    expect(recordsOf(template)).toEqual([expect.objectContaining({
      Name: `${hostname}.`, Type: 'A',
      AliasTarget: expect.objectContaining({
        DNSName: expect.anything(), HostedZoneId: { 'Fn::GetAtt': [expect.any(String), 'CanonicalHostedZoneID'] },
      }),
    })]);
    const trusted = JSON.stringify(template.toJSON()).includes('KONG_TRUSTED_IPS');
    expect([place, trusted]).toEqual([place, true]);
    expect(plane.metricRequestCount().namespace).toBe('AWS/ApplicationELB');
  });

  it('is requested and validated in a hosted zone', () => {
    const topology = new Topology();
    topology.add(EksTarget.cluster(topology.cluster), { certificate: ProxyCertificate.acmDnsValidated(topology.zone) });
    topology.template.hasResourceProperties('AWS::CertificateManager::Certificate', {
      DomainName: hostname,
      DomainValidationOptions: [{ DomainName: hostname, HostedZoneId: 'Z0123456789ABCDEFGHIJ' }],
      ValidationMethod: 'DNS',
    });
    const [id] = Object.keys(topology.template.findResources('AWS::CertificateManager::Certificate'));
    const manifests = Object.values<any>(topology.template.findResources('Custom::AWSCDK-EKS-KubernetesResource'));
    expect(JSON.stringify(manifests)).toContain(`${SERVICE}-ssl-cert\\":\\"",{"Ref":"${id}"}`);
  });

  it.each(WITHOUT_LOAD_BALANCER)('is refused on %s, which has no load balancer of AWS', (place) => {
    const topology = new Topology();
    expect(() => topology.add(topology.targets()[place], { certificate: ProxyCertificate.acm(topology.acm) })).toThrow(
      /^Cloud\/ControlPlane\/Plane0: certificate: got one of AWS Certificate Manager, .* has none, expected one that the nodes take: use /);
  });

  it.each(['eks', 'ecs', 'ec2'] as const)('is refused on %s in another region, and where it is no certificate', (place) => {
    const topology = new Topology();
    for (const [arn, message] of [
      [ARN.replace('eu-central-1', 'us-east-1'), 'certificate: is in us-east-1, expected eu-central-1'],
      ['apis.acme.example', 'certificate: got "apis.acme.example", expected the ARN of a certificate'],
    ]) {
      const certificate = ProxyCertificate.acm(Certificate.fromCertificateArn(topology.cloud, `Wrong${arn.length}`, arn));
      expect(() => topology.add(topology.targets()[place], { certificate })).toThrow(message);
      topology.cloud.node.tryRemoveChild('Plant');
    }
  });
});

describe('a certificate of ACM that the app makes', () => {
  const made = (topology: Topology, domainName: string, subjectAlternativeNames?: string[]) =>
    new Certificate(topology.cloud, 'Made', { domainName, subjectAlternativeNames, validation: CertificateValidation.fromDns() });

  it.each([
    ['apis.acme.example', undefined], ['*.acme.example', undefined], ['acme.example', ['apis.acme.example']],
    ['acme.example', ['*.acme.example']], [Lazy.string({ produce: () => 'later.example' }), undefined],
  ])('is accepted for %s, %j', (domainName, names) => {
    const topology = new Topology();
    topology.add(EksTarget.cluster(topology.cluster), { certificate: ProxyCertificate.acm(made(topology, domainName, names)) });
  });

  it.each([
    ['other.example', undefined], ['acme.example', undefined], ['*.example', undefined], ['*.apis.acme.example', ['www.acme.example']],
  ])('is refused for %s, %j', (domainName, names) => {
    const topology = new Topology();
    const certificate = made(topology, domainName, names);
    const message = `certificate: is for ${[domainName, ...names ?? []].join(', ')}, expected one for apis.acme.example`;
    expect(() => topology.add(EksTarget.cluster(topology.cluster), { certificate: ProxyCertificate.acm(certificate) })).toThrow(message);
    expect(() => topology.add(EcsTarget.fargate(topology.cluster.vpc, { certificate }))).toThrow(message);
  });
});

describe('a certificate in Secrets Manager', () => {
  const topology = new Topology();
  const certificate = ProxyCertificate.secretsManager(topology.secret, { certificateProperty: 'chain', privateKeyProperty: 'key' });
  for (const [id, target] of Object.entries(topology.targets())) topology.add(target, { certificate }, `on-${id.replaceAll(' ', '-')}`);

  it.each(['on-eks', 'on-eks-without-load-balancer', 'on-hybrid-nodes', 'on-eks-anywhere'])('is mounted into the pods of %s', (plane) => {
    const manifests = writtenManifests(topology.cloud, plane);
    const deployment = only(manifests, 'Deployment');
    expect(environment(deployment)).toMatchObject({
      KONG_SSL_CERT: { value: '/etc/hybridge/proxy-tls/tls.crt' }, KONG_SSL_CERT_KEY: { value: '/etc/hybridge/proxy-tls/tls.key' },
    });
    const { containers: [{ volumeMounts }], volumes } = deployment.spec.template.spec;
    expect(volumeMounts).toContainEqual({ name: 'proxy-tls', mountPath: '/etc/hybridge/proxy-tls', readOnly: true });
    expect(volumes.map(({ name }: any) => name)).toContain('proxy-tls');
    const kind = plane === 'on-eks-anywhere' ? 'ExternalSecret' : 'SecretProviderClass';
    const text = JSON.stringify(only(manifests, kind, `${plane}-proxy-tls`).spec);
    for (const part of ['gateways/apis', 'chain', 'key', 'tls.crt', 'tls.key']) expect(text).toContain(part);
  });

  it('passes through the load balancers', () => {
    const annotations = only(writtenManifests(topology.cloud, 'on-eks'), 'Service').metadata.annotations!;
    expect(Object.keys(annotations).filter((name) => /ssl|backend/.test(name))).toEqual([]);
    topology.template.resourcePropertiesCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', { Type: 'application' }, 0);
  });

  it('is a secret of the tasks on ECS, which are replaced every week', () => {
    const [{ Properties }]: any[] = Object.values(topology.template.findResources('AWS::ECS::TaskDefinition'));
    const [{ Secrets }] = Properties.ContainerDefinitions;
    const secrets = Object.fromEntries(Secrets.map(({ Name, ValueFrom }: any) => [Name, JSON.stringify(ValueFrom)]));
    expect(secrets.KONG_SSL_CERT).toContain('gateways/apis:chain::');
    expect(secrets.KONG_SSL_CERT_KEY).toContain('gateways/apis:key::');
    topology.template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(7 days)', Target: Match.objectLike({ Arn: Match.anyValue(), Input: Match.anyValue() }),
    });
  });

  it('is fetched by instances at start and every hour', () => {
    const [{ Properties }]: any[] = Object.values(topology.template.findResources('AWS::EC2::LaunchTemplate'));
    const [, parts] = Properties.LaunchTemplateData.UserData['Fn::Base64']['Fn::Join'];
    const script = parts.filter((part: unknown) => typeof part === 'string').join('');
    expect(script).toContain('["proxy-tls","eu-central-1","gateways/apis",{"tls.crt":"chain","tls.key":"key"}]');
    expect(script).toContain('proxy-tls:/etc/hybridge/proxy-tls:ro');
    expect(script).toContain('OnUnitActiveSec=1h');
  });

  it('is fetched to a machine with Docker', () => {
    expect(topology.file('on-docker', 'plane.env')).toContain('KONG_SSL_CERT=/etc/hybridge/proxy-tls/tls.crt\n');
    expect(topology.file('on-docker', 'compose.yaml')).toContain('proxy-tls');
    const script = topology.file('on-docker', 'fetch.sh');
    expect(script).toContain("--secret-id 'gateways/apis'");
    for (const property of ['chain', 'key']) expect(script).toContain(`property '${property}' > .fetched/secrets/proxy-tls/tls.`);
  });

  it('may be read by the roles of its planes only', () => {
    const readers = Object.entries(topology.template.findResources('AWS::IAM::Policy'))
      .filter(([, policy]) => JSON.stringify(policy).includes('secret:gateways/apis'));
    // EKS three times, the execution role of ECS, the instances; sites bring their own.
    expect(readers.map(([id]) => id)).toHaveLength(5);
  });
});

it('tasks on ECS follow the shorter of two periods', () => {
  const topology = new Topology();
  const certificate = ProxyCertificate.secretsManager(topology.secret, { rereadEvery: Duration.days(3) });
  topology.add(EcsTarget.fargate(topology.cluster.vpc), { certificate });
  topology.template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(3 days)' });
});

it('a secret of another region than the tunnel\'s is read there', () => {
  const topology = new Topology();
  const virginia = new Stack(topology.cloud.node.root as App, 'Virginia', { env: { region: 'us-east-1' } });
  const certificate = ProxyCertificate.secretsManager(Secret.fromSecretNameV2(virginia, 'Pair', 'gateways/virginia'));
  topology.add(EksTarget.cluster(topology.cluster), { certificate });
  const classes = writtenManifests(topology.cloud, 'plane0').filter(({ kind }) => kind === 'SecretProviderClass');
  expect(Object.fromEntries(classes.map(({ metadata, spec }) => [metadata.name, spec.parameters.region]))).toEqual({
    'plane0-tunnel': undefined, 'plane0-proxy-tls': 'us-east-1',
  });
});

it('a certificate in Secrets Manager is handed over to a site', () => {
  const topology = new Topology();
  const site = new Handoff(topology.cloud, 'Handoff').addSite('Plant');
  const target = EksAnywhereTarget.cluster(topology.factory, {
    exposure: Exposure.nodePort(), imageRepository, site, delivery: SecretDelivery.pull(),
  });
  topology.add(target, { certificate: ProxyCertificate.secretsManager(topology.secret) });
  const index = JSON.stringify(topology.template.toJSON());
  expect(index).toContain('plane0-proxy-tls');
  expect(index).toContain('gateways/apis');
});

describe('a certificate of cert-manager', () => {
  it.each(['eks', 'eks anywhere'] as const)('is issued for the name on %s, and kept renewed', (place) => {
    const topology = new Topology();
    topology.add(topology.targets()[place], { certificate: ProxyCertificate.certManager({ issuerName: 'letsencrypt' }) });
    const manifests = writtenManifests(topology.cloud, 'plane0');
    expect(only(manifests, 'Certificate').spec).toEqual({
      secretName: 'plane0-proxy-tls',
      dnsNames: [hostname],
      privateKey: { algorithm: 'ECDSA', size: 384, rotationPolicy: 'Always' },
      usages: ['server auth'],
      issuerRef: { name: 'letsencrypt', kind: 'ClusterIssuer', group: 'cert-manager.io' },
    });
    const { volumes } = only(manifests, 'Deployment').spec.template.spec;
    expect(volumes).toContainEqual({ name: 'proxy-tls', secret: { secretName: 'plane0-proxy-tls', defaultMode: 0o440 } });
    expect(environment(only(manifests, 'Deployment')).KONG_SSL_CERT).toEqual({ value: '/etc/hybridge/proxy-tls/tls.crt' });
  });

  it('has the asked validity and another issuer', () => {
    const topology = new Topology();
    topology.add(EksTarget.cluster(topology.cluster), {
      certificate: ProxyCertificate.certManager({
        issuerName: 'company', issuerKind: 'AWSPCAClusterIssuer', issuerGroup: 'awspca.cert-manager.io', validity: Duration.days(30),
        renewBefore: Duration.days(12),
      }),
    });
    expect(only(writtenManifests(topology.cloud, 'plane0'), 'Certificate').spec).toMatchObject({
      duration: '720h0m0s', renewBefore: '288h0m0s',
      issuerRef: { name: 'company', kind: 'AWSPCAClusterIssuer', group: 'awspca.cert-manager.io' },
    });
  });

  const NAMES = [['ecs', 'ECS'], ['ec2', 'an Auto Scaling group'], ['docker', 'a machine with Docker']] as const;

  it.each(NAMES)('is refused on %s', (place, name) => {
    const topology = new Topology();
    const certificate = ProxyCertificate.certManager({ issuerName: 'letsencrypt' });
    expect(() => topology.add(topology.targets()[place], { certificate })).toThrow(
      `certificate: the certificate of plane0 would come from cert-manager, which ${name} does not have, expected a certificate `
        + 'in a secret: use ProxyCertificate.secretsManager()');
  });
});

describe('records', () => {
  it.each(CLASSES)('on EKS, %s: an alias of the load balancer that the controller made', (loadBalancerClass) => {
    const topology = new Topology();
    const target = EksTarget.existingCluster(topology.cluster.cluster, { loadBalancerClass });
    topology.add(target, { hostedZone: topology.zone, hostname: 'acme.example' });
    expect(recordsOf(topology.template)).toEqual([{
      HostedZoneId: 'Z0123456789ABCDEFGHIJ', Name: 'acme.example.', Type: 'A',
      AliasTarget: {
        DNSName: { 'Fn::GetAtt': [expect.stringContaining('ProxyHost'), 'Value'] },
        HostedZoneId: 'Z3F0SRJ5LGBH90',
      },
    }]);
    topology.template.hasResourceProperties('Custom::AWSCDK-EKS-KubernetesObjectValue', { ObjectName: 'plane0-proxy' });
  });

  it('on ECS and EC2: an alias of the Network Load Balancer', () => {
    const topology = new Topology();
    for (const place of ['ecs', 'ec2'] as const) {
      topology.add({ ecs: EcsTarget.fargate(topology.cluster.vpc), ec2: AutoScalingGroupTarget.vpc(topology.cluster.vpc) }[place], {
        hostedZone: topology.zone, hostname: `${place}.acme.example`,
      });
    }
    topology.template.resourcePropertiesCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', { Type: 'network' }, 2);
    expect(recordsOf(topology.template).map(({ Name }) => Name).sort()).toEqual(['ec2.acme.example.', 'ecs.acme.example.']);
  });

  it('on EKS Anywhere: the address that kube-vip announces', () => {
    const topology = new Topology();
    const target = EksAnywhereTarget.cluster(topology.factory, { exposure: Exposure.kubeVip('10.20.0.99'), imageRepository });
    topology.add(target, { hostedZone: topology.zone });
    expect(recordsOf(topology.template)).toMatchObject([{ Type: 'A', Name: `${hostname}.`, ResourceRecords: ['10.20.0.99'] }]);
  });

  it.each([
    ['eks', (topology: Topology) => EksTarget.cluster(topology.cluster)],
    ['hybrid nodes', (topology: Topology) => topology.targets()['hybrid nodes']],
    ['nodePort', (topology: Topology) => EksAnywhereTarget.cluster(topology.factory, { exposure: Exposure.nodePort(), imageRepository })],
    ['metalLb', (topology: Topology) =>
      EksAnywhereTarget.cluster(topology.factory, { exposure: Exposure.metalLb('10.20.0.100-10.20.0.120'), imageRepository })],
  ] as const)('by external-dns on request: %s', (_, target) => {
    const topology = new Topology();
    topology.add(target(topology), { externalDns: true });
    expect(only(writtenManifests(topology.cloud, 'plane0'), 'Service').metadata.annotations).toMatchObject({
      'external-dns.alpha.kubernetes.io/hostname': hostname,
    });
    expect(recordsOf(topology.template)).toEqual([]);
  });

  it('the control plane and other Services get no name', () => {
    const topology = new Topology();
    topology.add(EksTarget.cluster(topology.cluster), { externalDns: true });
    expect(JSON.stringify(writtenManifests(topology.cloud, 'control-plane'))).not.toContain('external-dns');
  });
});

describe('is refused, with the way out:', () => {
  const refusals: Readonly<Record<string, [(topology: Topology) => unknown, string | RegExp]>> = {
    'a hosted zone without a name': [
      (topology) => topology.add(EksTarget.cluster(topology.cluster), { hostname: undefined, hostedZone: topology.zone }),
      'hostedZone: got one without a hostname, expected both: add hostname',
    ],
    'external-dns without a name': [
      (topology) => topology.add(EksTarget.cluster(topology.cluster), { hostname: undefined, externalDns: true }),
      'externalDns: got one without a hostname, expected both',
    ],
    'two makers of one record': [
      (topology) => topology.add(EksTarget.cluster(topology.cluster), { hostedZone: topology.zone, externalDns: true }),
      'externalDns: got true together with hostedZone, expected one of the two',
    ],
    'a zone that does not contain the name': [
      (topology) => topology.add(EksTarget.cluster(topology.cluster), { hostedZone: topology.zone, hostname: 'apis.other.example' }),
      'hostedZone: got acme.example, which apis.other.example is not in',
    ],
    'a validation zone that does not contain the name': [
      (topology) => topology.add(EksTarget.cluster(topology.cluster), {
        certificate: ProxyCertificate.acmDnsValidated(topology.zone), hostname: 'apis.other.example',
      }),
      'certificate: got acme.example, which apis.other.example is not in',
    ],
    'validation in a private zone': [
      (topology) => ProxyCertificate.acmDnsValidated(
        new PrivateHostedZone(topology.cloud, 'Private', { zoneName: 'acme.example', vpc: new Vpc(topology.cloud, 'Network') }),
      ),
      /^ProxyCertificate\.acmDnsValidated: hostedZone: got the private zone acme\.example, expected a public one/,
    ],
    'a certificate of cert-manager without a name': [
      (topology) => topology.add(EksTarget.cluster(topology.cluster), {
        hostname: undefined, certificate: ProxyCertificate.certManager({ issuerName: 'letsencrypt' }),
      }),
      'certificate: got one without a hostname',
    ],
    'a new certificate of ACM without a name': [
      (topology) => topology.add(EksTarget.cluster(topology.cluster), {
        hostname: undefined, certificate: ProxyCertificate.acmDnsValidated(topology.zone),
      }),
      'certificate: got one without a hostname',
    ],
    'a secret whose name is known only after deployment': [
      (topology) => topology.add(EksTarget.cluster(topology.cluster), {
        certificate: ProxyCertificate.secretsManager(new Secret(topology.cloud, 'Generated')),
      }),
      "certificate: the secret's name is known only after deployment, expected a literal",
    ],
    'a secret that its import puts into another region': [
      (topology) => topology.add(EksTarget.cluster(topology.cluster), {
        certificate: ProxyCertificate.secretsManager(
          Secret.fromSecretCompleteArn(topology.cloud, 'Far', 'arn:aws:secretsmanager:us-east-1:111122223333:secret:gateways/apis-AbCdEf'),
        ),
      }),
      /certificate: the secret is in region us-east-1, but imported in stack Cloud of region eu-central-1, expected the same/,
    ],
    'two certificates on ECS': [
      (topology) => topology.add(EcsTarget.fargate(topology.cluster.vpc, { certificate: topology.acm }), {
        certificate: ProxyCertificate.secretsManager(topology.secret),
      }),
      'certificate: got one for the data plane and one for its target, expected one',
    ],
    'properties that are the same': [
      (topology) => ProxyCertificate.secretsManager(topology.secret, { certificateProperty: 'pem', privateKeyProperty: 'pem' }),
      'ProxyCertificate.secretsManager: privateKeyProperty: got pem, expected properties that differ',
    ],
    'external-dns inside the cluster': [
      (topology) => topology.add(topology.targets()['eks without load balancer'], { externalDns: true }),
      'externalDns: got true with Exposure.clusterIp()',
    ],
    'external-dns inside a cluster of EKS Anywhere': [
      (topology) => topology.add(EksAnywhereTarget.cluster(topology.factory, { exposure: Exposure.clusterIp(), imageRepository }), {
        externalDns: true,
      }),
      'externalDns: got true with Exposure.clusterIp()',
    ],
    ...Object.fromEntries((['ecs', 'ec2', 'docker'] as const).map((place) => [
      `external-dns on ${place}`,
      [
        (topology: Topology) => topology.add(topology.targets()[place], { externalDns: true }),
        'externalDns: got true, but external-dns reads Services of Kubernetes',
      ],
    ])),
    ...Object.fromEntries(WITHOUT_LOAD_BALANCER.map((place) => [
      `a hosted zone on ${place}`,
      [
        (topology: Topology) => topology.add(topology.targets()[place], { hostedZone: topology.zone }),
        /hostedZone: got acme\.example, but .*expected none: /,
      ],
    ])),
  };

  it.each(Object.keys(refusals))('%s', (name) => {
    const [act, message] = refusals[name];
    expect(() => act(new Topology())).toThrow(message);
  });
});

describe('the self-signed certificate of a node', () => {
  it.each(['eks', 'hybrid nodes', 'eks anywhere', 'ecs', 'ec2', 'docker'] as const)('is warned of on %s', (place) => {
    const topology = new Topology();
    topology.add(topology.targets()[place]);
    const warning = Match.stringLikeRegexp(`self-signed.* of the node.*${SELF_SIGNED}`);
    Annotations.fromStack(topology.cloud).hasWarning('/Cloud/ControlPlane/Plane0', warning);
  });

  it('is no news where only the cluster sees it, or where TLS ends with another one', () => {
    const topology = new Topology();
    const { secret, acm, cluster } = topology;
    topology.add(topology.targets()['eks without load balancer']);
    topology.add(EksAnywhereTarget.cluster(topology.factory, { exposure: Exposure.clusterIp(), imageRepository }));
    topology.add(EksTarget.cluster(cluster), { certificate: ProxyCertificate.secretsManager(secret) });
    topology.add(EksTarget.cluster(cluster), { certificate: ProxyCertificate.acm(acm) });
    topology.add(EcsTarget.fargate(cluster.vpc, { certificate: acm }));
    Annotations.fromStack(topology.cloud).hasNoWarning('*', Match.stringLikeRegexp('certificate'));
  });
});

describe('with Kong\'s chart', () => {
  it.each(['eks', 'eks anywhere'] as const)('synthesis says that Kong reads a mounted certificate on %s at start only', (place) => {
    const topology = new Topology(GatewayEngine.kongHelm({ chartVersion: '3.4.1' }));
    topology.add(topology.targets()[place], { certificate: ProxyCertificate.secretsManager(topology.secret) });
    const values = parse(topology.file('plane0', 'helm/values.yaml'));
    expect(values.env).toMatchObject({
      ssl_cert: '/etc/secrets/plane0-proxy-tls/tls.crt', ssl_cert_key: '/etc/secrets/plane0-proxy-tls/tls.key',
    });
    expect(JSON.stringify([values.secretVolumes, values.deployment.userDefinedVolumeMounts])).toContain('plane0-proxy-tls');
    expect(values.customEnv ?? {}).not.toHaveProperty('proxy_tls_tls_key');
    Annotations.fromStack(topology.cloud).hasWarning('*', Match.stringLikeRegexp('cdk-hybridge:proxy.kong-renewal'));
  });

  it('a certificate of cert-manager is mounted', () => {
    const topology = new Topology(GatewayEngine.kongHelm({ chartVersion: '3.4.1' }));
    topology.add(EksTarget.cluster(topology.cluster), { certificate: ProxyCertificate.certManager({ issuerName: 'letsencrypt' }) });
    expect(parse(topology.file('plane0', 'helm/values.yaml'))).toMatchObject({
      env: { ssl_cert: '/etc/secrets/plane0-proxy-tls/tls.crt' }, secretVolumes: ['plane0-proxy-tls'],
    });
  });

  it('a certificate of ACM needs no restart', () => {
    const topology = new Topology(GatewayEngine.kongHelm({ chartVersion: '3.4.1' }));
    topology.add(EksTarget.cluster(topology.cluster), { certificate: ProxyCertificate.acm(topology.acm) });
    Annotations.fromStack(topology.cloud).hasNoWarning('*', Match.stringLikeRegexp('kong-renewal'));
  });
});
