import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CertificateAuthority } from 'aws-cdk-lib/aws-acmpca';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  AutoScalingGroupTarget,
  DockerTarget,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayControlPlane,
  GatewayEngine,
  Trust,
} from '../../src';
import type { GatewayTarget } from '../../src';
import { environment, only, testApp, testCluster, testControlPlane, testFactory, testStack, writtenManifests } from './sample';
import type { Manifest } from './sample';

const imageRepository = 'registry.acme.example/hybridge';
const AUTHORITY = readFileSync(join(__dirname, 'samples', 'tunnel-authority.pem'), 'utf8');
const LEAF = readFileSync(join(__dirname, 'samples', 'tunnel-leaf.pem'), 'utf8');

/** A control plane with a data plane beside it. */
function planes(trust: Trust, target?: (stack: Stack) => GatewayTarget) {
  const stack = testStack();
  const cluster = testCluster(stack);
  const controlPlane = testControlPlane(stack, { trust, target: EksTarget.cluster(cluster) });
  const dataPlane = controlPlane.addDataPlane('Factory', { target: target?.(stack) ?? EksTarget.cluster(cluster) });
  return { stack, controlPlane, dataPlane };
}

const site = (stack: Stack) =>
  EksAnywhereTarget.cluster(testFactory(stack.node.root as App), { imageRepository, exposure: Exposure.nodePort() });

/** Names and values of `KONG_CLUSTER_*` and `HYBRIDGE_CLUSTER_*`, without addresses. */
function tunnelSettings(manifests: readonly Manifest[]): Record<string, unknown> {
  const all = Object.entries(environment(only(manifests, 'Deployment'))).map(([name, entry]) => [name, (entry as { value: string }).value]);
  return Object.fromEntries(
    all.filter(([name]) => /^(KONG|HYBRIDGE)_CLUSTER_/.test(name) && !/(LISTEN|CONTROL_PLANE|ENDPOINT|LABELS)$/.test(name)),
  );
}

describe('a generated certificate', () => {
  const stack = testStack();
  testControlPlane(stack, { trust: Trust.generated({ validDays: 90 }) });
  const template = Template.fromStack(stack);

  it('is made by a function that may touch this secret only', () => {
    const secret = { Ref: Match.stringLikeRegexp('ControlPlaneTunnelSecret') };
    template.hasResourceProperties('Custom::HybridgeTunnelCertificate', {
      SecretArn: secret,
      CommonName: 'kong_clustering',
      ValidDays: '90',
      Rotates: Match.absent(),
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('MakerLogs'), 'Arn'] },
          },
          { Action: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], Resource: secret },
        ].map((statement) => Match.objectLike(statement)),
      },
    });
    template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
  });

  it('comes from a function without managed policies, with logs that end', () => {
    const handlers = Object.values<any>(
      template.findResources('AWS::Lambda::Function', { Properties: { Runtime: 'nodejs24.x', Architectures: ['arm64'] } }),
    );
    expect(handlers.length).toBeGreaterThan(0);
    for (const handler of handlers) {
      const role = template.toJSON().Resources[handler.Properties.Role['Fn::GetAtt'][0]];
      expect(role.Properties.ManagedPolicyArns).toBeUndefined();
      expect(handler.DependsOn.map((id: string) => template.toJSON().Resources[id].Type)).toContain('AWS::IAM::Policy');
    }
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('goes with the stack', () => {
    template.hasResource('AWS::SecretsManager::Secret', {
      Properties: { Name: 'hybridge/Cloud/control-plane/tunnel' },
      DeletionPolicy: 'Delete',
    });
  });
});

it('a generated certificate stays behind when it is to be retained', () => {
  const stack = testStack();
  testControlPlane(stack, { trust: Trust.generated({ removalPolicy: RemovalPolicy.RETAIN }) });
  Template.fromStack(stack).hasResource('AWS::SecretsManager::Secret', {
    Properties: { Name: 'hybridge/Cloud/control-plane/tunnel' },
    DeletionPolicy: 'Retain',
  });
});

describe('a generated certificate that rotates', () => {
  const { stack } = planes(Trust.generated({ rotateEvery: Duration.days(60) }), site);
  const template = Template.fromStack(stack);

  it('is turned by schedule, not at once, by a function that only Secrets Manager of this account may call', () => {
    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      SecretId: { Ref: Match.stringLikeRegexp('TunnelSecret') },
      RotationRules: { AutomaticallyAfterDays: 60 },
      RotateImmediatelyOnUpdate: false,
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'secretsmanager.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
    });
    template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { VALID_DAYS: '1095' } } });
    template.hasResourceProperties('Custom::HybridgeTunnelCertificate', { Rotates: 'true', ValidDays: '1095' });
  });

  it('has a schedule only after its successor is announced', () => {
    const [schedule] = Object.values<any>(template.findResources('AWS::SecretsManager::RotationSchedule'));
    const types = schedule.DependsOn.map((id: string) => template.toJSON().Resources[id].Type);
    expect(types).toEqual(expect.arrayContaining(['Custom::HybridgeTunnelCertificate', 'AWS::Lambda::Permission']));
  });

  it.each(['control-plane', 'factory'])('and its predecessor and successor are accepted by %s', (plane) => {
    expect(tunnelSettings(writtenManifests(stack, plane))).toEqual({
      KONG_CLUSTER_MTLS: 'shared',
      KONG_CLUSTER_CERT: '/etc/hybridge/cluster/tls.crt',
      KONG_CLUSTER_CERT_KEY: '/etc/hybridge/cluster/tls.key',
      HYBRIDGE_CLUSTER_ACCEPTED_CERTS: '/etc/hybridge/cluster/accepted.crt',
    });
  });

  it('is delivered to nodes without the key of its successor', () => {
    const { spec } = only(writtenManifests(stack, 'factory'), 'ExternalSecret', 'factory-tunnel');
    expect(spec.data.map(({ secretKey, remoteRef }: any) => [secretKey, remoteRef.property])).toEqual([
      ['tls.crt', 'certificate'],
      ['tls.key', 'privateKey'],
      ['accepted.crt', 'accepted'],
    ]);
  });

  it('makes ECS start new tasks twice per rotation, because tasks read secrets when they start', () => {
    const scope = testStack();
    const cluster = testCluster(scope);
    const controlPlane = testControlPlane(scope, {
      trust: Trust.generated({ rotateEvery: Duration.days(5) }),
      target: EksTarget.cluster(cluster),
    });
    controlPlane.addDataPlane('Tasks', { target: EcsTarget.fargate(cluster.vpc) });
    const tasks = Template.fromStack(scope);
    const [service] = Object.keys(tasks.findResources('AWS::ECS::Service'));
    tasks.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(2 days)',
      Target: {
        Arn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':scheduler:::aws-sdk:ecs:updateService']] },
        Input: { 'Fn::Join': ['', Match.arrayWith([{ 'Fn::GetAtt': [service, 'Name'] }])] },
      },
    });
    tasks.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: 'ecs:UpdateService', Resource: { Ref: service } })] },
    });
  });

  it('is fetched again every hour by instances, which is all that they need', () => {
    const scope = testStack();
    const cluster = testCluster(scope);
    const controlPlane = testControlPlane(scope, {
      trust: Trust.generated({ rotateEvery: Duration.days(5) }),
      target: EksTarget.cluster(cluster),
    });
    controlPlane.addDataPlane('Machines', { target: AutoScalingGroupTarget.vpc(cluster.vpc) });
    const [launch] = Object.values<any>(Template.fromStack(scope).findResources('AWS::EC2::LaunchTemplate'));
    const script = JSON.stringify(launch.Properties.LaunchTemplateData.UserData);
    expect(script).toContain('systemctl enable --now hybridge-secrets.timer');
    expect(script).toContain('OnUnitActiveSec=1h');
    expect(script).toContain('\\"accepted.crt\\":\\"accepted\\"');
  });

  it('is refused for Kong\'s nodes, with the way to have it', () => {
    expect(() =>
      testControlPlane(testStack(), {
        trust: Trust.generated({ rotateEvery: Duration.days(60) }),
        engine: GatewayEngine.kongHelm({ chartVersion: '3.4.1' }),
      }),
    ).toThrow(/trust: rotates its shared certificate.*use certificates of an authority.*or leave rotateEvery out/);
  });
});

it.each([
  [60, '1095'],
  [365, '1460'],
])('a certificate that is rotated every %d days is valid for four rotations, and for three years at least', (days, validDays) => {
  const stack = testStack();
  testControlPlane(stack, { trust: Trust.generated({ rotateEvery: Duration.days(days) }) });
  Template.fromStack(stack).hasResourceProperties('Custom::HybridgeTunnelCertificate', { ValidDays: validDays });
});

describe('generated certificates refuse', () => {
  it.each([0, -1, 1.5, 3651])('%d days', (validDays) => {
    expect(() => Trust.generated({ validDays })).toThrow(`validDays: got ${validDays}, expected a whole number of days, 1 to 3650`);
  });

  it.each([Duration.hours(36), Duration.days(1), Duration.days(366)])('a rotation every %s', (rotateEvery) => {
    expect(() => Trust.generated({ rotateEvery })).toThrow(/^Trust.generated: rotateEvery: got .*, expected whole days, 2 to 365$/);
  });

  it('a certificate that expires before four rotations', () => {
    expect(() => Trust.generated({ rotateEvery: Duration.days(30), validDays: 100 })).toThrow(
      'validDays: got 100, expected at least 120, four times rotateEvery',
    );
  });

  it('to keep out one of several planes', () => {
    expect(() => planes(Trust.generated()).dataPlane.revoke()).toThrow(
      /revoke: all planes have one certificate, so that factory cannot be identified.*use Trust.privateCa/,
    );
    const trust = Trust.generated();
    const { stack } = planes(trust);
    trust.revokeSerialNumber('0A');
    expect(() => (stack.node.root as App).synth()).toThrow('revokeSerialNumber: all planes have one certificate');
  });
});

describe('an existing shared certificate', () => {
  const secret = (stack: Stack) => Secret.fromSecretNameV2(stack, 'Given', 'acme/tunnel');

  it('is read from the secret by the names that it has there', () => {
    const stack = testStack();
    const trust = Trust.existing(secret(stack), { certificateProperty: 'crt', privateKeyProperty: 'key', acceptedProperty: 'others' });
    testControlPlane(stack, { trust }).addDataPlane('Factory', { target: site(stack) });
    const { spec } = only(writtenManifests(stack, 'factory'), 'ExternalSecret', 'factory-tunnel');
    expect(spec.data).toEqual([['tls.crt', 'crt'], ['tls.key', 'key'], ['accepted.crt', 'others']]
      .map(([secretKey, property]) => ({ secretKey, remoteRef: { key: 'acme/tunnel', property } })));
    Template.fromStack(stack).resourceCountIs('Custom::HybridgeTunnelCertificate', 0);
    expect(tunnelSettings(writtenManifests(stack, 'factory'))).toHaveProperty('HYBRIDGE_CLUSTER_ACCEPTED_CERTS');
  });

  it('has a name that is known at synth', () => {
    const stack = testStack();
    expect(() => testControlPlane(stack, { trust: Trust.existing(new Secret(stack, 'New')) })).toThrow(
      /^Cloud\/ControlPlane: secret: the secret's name is known only after deployment, expected a literal/,
    );
  });

  it.each([
    [
      'region',
      'arn:aws:secretsmanager:us-east-1:111122223333:secret:acme/tunnel-AbCdEf',
      'in region us-east-1, but imported in stack Cloud of region eu-central-1',
    ],
    [
      'account',
      'arn:aws:secretsmanager:eu-central-1:999988887777:secret:acme/tunnel-AbCdEf',
      'in account 999988887777, but imported in stack Cloud of account 111122223333',
    ],
  ])('of another %s is refused', (_, arn, message) => {
    const stack = new Stack(testApp(), 'Cloud', { env: { account: '111122223333', region: 'eu-central-1' } });
    expect(() => testControlPlane(stack, { trust: Trust.existing(Secret.fromSecretCompleteArn(stack, 'Given', arn)) })).toThrow(message);
  });

  it.each([
    [{ certificateProperty: 'tls.crt' }, 'certificateProperty: got "tls.crt", expected letters, digits and _'],
    [{ privateKeyProperty: 'certificate' }, 'expected properties that differ from each other'],
  ])('%j is refused', (options, message) => {
    expect(() => Trust.existing(secret(testStack()), options)).toThrow(message);
  });
});

describe('existing certificates of an authority', () => {
  const secretOf = (stack: Stack, name: string) => Secret.fromSecretNameV2(stack, `Given-${name}`, `acme/${name}`);
  function given(stack: Stack, more: Partial<Parameters<typeof Trust.existingPki>[0]> = {}): Trust {
    return Trust.existingPki({
      authority: AUTHORITY, serverName: 'cp.acme.example', controlPlane: secretOf(stack, 'cp'),
      dataPlanes: { factory: secretOf(stack, 'factory'), tasks: secretOf(stack, 'tasks') }, ...more,
    });
  }

  it('reach each plane from its own secret, on every target', () => {
    const stack = testStack();
    const trust = given(stack);
    const cluster = testCluster(stack);
    const controlPlane = testControlPlane(stack, { trust, target: EksTarget.cluster(cluster) });
    controlPlane.addDataPlane('Factory', { target: site(stack) });
    controlPlane.addDataPlane('Tasks', { target: EcsTarget.fargate(cluster.vpc) });
    trust.revokeSerialNumber('00:0a:ff');
    expect(only(writtenManifests(stack, 'factory'), 'ExternalSecret', 'factory-tunnel').spec.data[0].remoteRef).toEqual({
      key: 'acme/factory',
      property: 'certificate',
    });
    const own = tunnelSettings(writtenManifests(stack, 'control-plane'));
    expect(own).toMatchObject({ KONG_CLUSTER_MTLS: 'pki', HYBRIDGE_CLUSTER_REVOKED_FILE: '/etc/hybridge/revoked/certificates' });
    expect(tunnelSettings(writtenManifests(stack, 'factory'))).toMatchObject({
      KONG_CLUSTER_MTLS: 'pki',
      KONG_CLUSTER_SERVER_NAME: 'cp.acme.example',
      KONG_CLUSTER_TELEMETRY_SERVER_NAME: 'cp.acme.example',
      KONG_CLUSTER_CA_CERT: own.KONG_CLUSTER_CA_CERT,
    });
    expect(new X509Certificate(Buffer.from(String(own.KONG_CLUSTER_CA_CERT), 'base64')).ca).toBe(true);
    expect(only(writtenManifests(stack, 'control-plane'), 'ConfigMap', 'control-plane-revoked').data).toEqual({
      certificates: '# Revoked certificates, one per line.\nserial:AFF\n',
    });
    Template.fromStack(stack).hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({
        Secrets: Match.arrayWith([Match.objectLike({ Name: 'KONG_CLUSTER_CERT' })]),
        Environment: Match.arrayWith([{ Name: 'KONG_CLUSTER_CA_CERT', Value: own.KONG_CLUSTER_CA_CERT }]),
      })],
    });
  });

  it('serve data planes of a control plane that runs elsewhere', () => {
    const stack = testStack();
    const trust = Trust.existingPki({ authority: AUTHORITY, dataPlanes: { factory: secretOf(stack, 'factory') } });
    const endpoints = { tunnelEndpoint: 'cp.konnect.example:443', telemetryEndpoint: 'tp.konnect.example:443' };
    GatewayControlPlane.fromAttributes(stack, 'Elsewhere', { ...endpoints, trust, telemetryServerName: 'tp.konnect.example' }).addDataPlane(
      'Factory',
      { target: site(stack) },
    );
    const settings = tunnelSettings(writtenManifests(stack, 'factory'));
    expect(settings).toMatchObject({ KONG_CLUSTER_MTLS: 'pki', KONG_CLUSTER_TELEMETRY_SERVER_NAME: 'tp.konnect.example' });
    expect(settings).not.toHaveProperty('KONG_CLUSTER_SERVER_NAME');
  });

  it.each<[string, Partial<Parameters<typeof Trust.existingPki>[0]>, string]>([
    [
      'a plane without a secret',
      { dataPlanes: {} },
      'dataPlanes["factory"]: got none, expected the secret with certificate and key of the data plane factory',
    ],
    ['a control plane without a secret', { controlPlane: undefined }, 'controlPlane: got none, expected the secret'],
    [
      'a control plane without a name',
      { serverName: undefined },
      'serverName: got none, expected the name in the certificate of the control plane',
    ],
    ['a certificate of no authority', { authority: LEAF }, 'authority: certificate 1 (CN=factory.acme.example) is that of no authority'],
    ['a key', { authority: `${AUTHORITY}-----BEGIN PRIVATE KEY-----` }, 'authority: holds a private key'],
    ['no certificate', { authority: 'acme' }, 'authority: holds no certificate, expected PEM'],
    ['a broken certificate', { authority: AUTHORITY.replace(/\n[^-\n]+\n/, '\n') }, 'authority: certificate 1 cannot be read'],
  ])('%s is refused', (_, more, message) => {
    const stack = testStack();
    expect(() => testControlPlane(stack, { trust: given(stack, more) }).addDataPlane('Factory', { target: site(stack) })).toThrow(message);
  });

  it('are revoked by number, because their names are not known', () => {
    const stack = testStack();
    const dataPlane = testControlPlane(stack, { trust: given(stack) }).addDataPlane('Factory', { target: site(stack) });
    expect(() => dataPlane.revoke()).toThrow(/expected its serial number: call revokeSerialNumber\(\) of the Trust/);
    expect(() => Trust.generated().revokeSerialNumber('0x12')).toThrow('serialNumber: got "0x12", expected 1 to 40 hexadecimal digits');
  });
});

describe('certificates of cert-manager', () => {
  const { stack, dataPlane } = planes(
    Trust.certManager({ issuerName: 'tunnels', validity: Duration.days(30), renewBefore: Duration.days(10) }),
    site,
  );
  dataPlane.revoke();
  const [own, factory] = [writtenManifests(stack, 'control-plane'), writtenManifests(stack, 'factory')];

  it('are made for each plane, for its end of the tunnel only', () => {
    expect(only(factory, 'Certificate').spec).toEqual({
      secretName: 'factory-tunnel',
      commonName: 'factory.control-plane.hybridge.internal',
      dnsNames: ['factory.control-plane.hybridge.internal'],
      duration: '720h0m0s',
      renewBefore: '240h0m0s',
      privateKey: { algorithm: 'ECDSA', size: 384, rotationPolicy: 'Always' },
      usages: ['client auth'],
      issuerRef: { name: 'tunnels', kind: 'ClusterIssuer', group: 'cert-manager.io' },
    });
    expect(only(own, 'Certificate').spec).toMatchObject({
      commonName: 'control-plane.control-plane.hybridge.internal',
      usages: ['server auth'],
    });
  });

  it('are mounted where the settings look for them', () => {
    expect(tunnelSettings(factory)).toEqual({
      KONG_CLUSTER_MTLS: 'pki',
      KONG_CLUSTER_CERT: '/etc/hybridge/cluster/tls.crt',
      KONG_CLUSTER_CERT_KEY: '/etc/hybridge/cluster/tls.key',
      KONG_CLUSTER_CA_CERT: '/etc/hybridge/cluster/ca.crt',
      KONG_CLUSTER_SERVER_NAME: 'control-plane.control-plane.hybridge.internal',
      KONG_CLUSTER_TELEMETRY_SERVER_NAME: 'control-plane.control-plane.hybridge.internal',
    });
    for (const [manifests, secretName] of [[own, 'control-plane-tunnel'], [factory, 'factory-tunnel']] as const) {
      const { containers: [container], volumes } = only(manifests, 'Deployment').spec.template.spec;
      const volume = volumes.find(({ secret }: any) => secret?.secretName === secretName);
      expect(container.volumeMounts).toContainEqual({ name: volume.name, mountPath: '/etc/hybridge/cluster', readOnly: true });
    }
    // Of the database and of the history.
    Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::Secret', 2);
  });

  it('of this control plane\'s planes are let in, unless they are revoked', () => {
    expect(tunnelSettings(own)).toMatchObject({
      KONG_CLUSTER_MTLS: 'pki_check_cn',
      HYBRIDGE_CLUSTER_REVOKED_FILE: '/etc/hybridge/revoked/certificates',
    });
    expect(only(own, 'ConfigMap', 'control-plane-revoked').data!.certificates).toContain('\ncn:factory.control-plane.hybridge.internal\n');
    const applied = JSON.stringify(Template.fromStack(stack).findResources('Custom::AWSCDK-EKS-KubernetesResource'));
    expect(applied).toContain('cn:factory.control-plane.hybridge.internal');
  });

  it.each<[string, (stack: Stack) => GatewayTarget]>([
    ['ECS', (scope) => EcsTarget.fargate(testCluster(new Stack(scope.node.root as App, 'Other', { env: { region: 'eu-central-1' } })).vpc)],
    [
      'an Auto Scaling group',
      (scope) =>
        AutoScalingGroupTarget.vpc(testCluster(new Stack(scope.node.root as App, 'Other', { env: { region: 'eu-central-1' } })).vpc),
    ],
    ['a machine with Docker', () => DockerTarget.compose({ imageRepository })],
  ])('are refused on %s, with the way to have a certificate there', (place, target) => {
    expect(() => planes(Trust.certManager({ issuerName: 'tunnels' }), target)).toThrow(
      `trust: the certificate of factory would come from cert-manager, which ${place} does not have, expected a `
        + 'certificate in a secret: use Trust.existingPki',
    );
  });

  it('have names of at most 64 characters', () => {
    const scope = testStack();
    const controlPlane = testControlPlane(scope, { trust: Trust.certManager({ issuerName: 'tunnels' }) });
    expect(() => controlPlane.addDataPlane('FactoryPlaneOfTheNorthernProvinces', { target: site(scope) })).toThrow(
      /OfTheNorthernProvinces: id: the certificate of plane factory-plane-of-the-northern-provinces would be for .* expected at most 64/,
    );
  });

  it.each<[object, string]>([
    [{ issuerName: 'Tunnels!' }, 'issuerName: got "Tunnels!"'],
    [{ issuerName: 'a', issuerKind: 'issuer' }, 'issuerKind: got "issuer"'],
    [{ issuerName: 'a', issuerGroup: 'acme' }, 'issuerGroup: got "acme"'],
    [{ issuerName: 'a', validity: Duration.hours(2) }, 'validity: got 2 hours, expected whole hours, 3 to 87600'],
    [
      { issuerName: 'a', validity: Duration.hours(12), renewBefore: Duration.hours(12) },
      'renewBefore: got 12 hours, expected whole hours, 1 to 11',
    ],
  ])('%j is refused', (options, message) => {
    expect(() => Trust.certManager(options as Parameters<typeof Trust.certManager>[0])).toThrow(message);
  });

  it('are mounted by Kong\'s chart as well, without what Kong does not know', () => {
    const scope = testStack();
    testControlPlane(scope, {
      trust: Trust.certManager({ issuerName: 'tunnels' }),
      engine: GatewayEngine.kongHelm({ chartVersion: '3.4.1' }),
    });
    const [release] = Object.values<any>(Template.fromStack(scope).findResources('Custom::AWSCDK-EKS-HelmChart'));
    const values = JSON.stringify(release.Properties.Values);
    expect(values).toContain('secretVolumes\\":[\\"control-plane-tunnel\\"]');
    expect(values).toContain('cluster_ca_cert\\":\\"/etc/secrets/control-plane-tunnel/ca.crt');
    expect(values).toContain('cluster_mtls\\":\\"pki\\"');
    expect(values).not.toContain('revoked');
  });
});

describe('a private authority', () => {
  it('is a new root of short-lived certificates, active before it is used', () => {
    const { stack } = planes(Trust.privateCa());
    const template = Template.fromStack(stack);
    template.hasResource('AWS::ACMPCA::CertificateAuthority', {
      Properties: {
        Type: 'ROOT',
        KeyAlgorithm: 'EC_secp384r1',
        SigningAlgorithm: 'SHA384WITHECDSA',
        UsageMode: 'SHORT_LIVED_CERTIFICATE',
        Subject: { CommonName: 'control-plane tunnels' },
      },
      DeletionPolicy: 'Delete',
    });
    template.resourceCountIs('AWS::ACMPCA::CertificateAuthorityActivation', 1);
    const pods = Object.entries<any>(template.findResources('Custom::AWSCDK-EKS-KubernetesResource')).filter(([id]) =>
      id.includes('Workload'),
    );
    expect(pods).toHaveLength(2);
    const requests = Object.entries<any>(template.findResources('Custom::AWSCDK-EKS-KubernetesResource')).filter(([id]) =>
      id.includes('Foundation'),
    );
    expect(requests).toHaveLength(2);
    for (const [, { DependsOn }] of requests) {
      expect(DependsOn).toEqual(
        expect.arrayContaining([expect.stringContaining('AuthorityActivation'), expect.stringMatching(/HybridgeIssuerAccess.*Identity/)]),
      );
    }
    for (const [, { DependsOn }] of pods) expect(DependsOn.some((id: string) => id.includes('TunnelAuthorityActivation'))).toBe(true);
  });

  it('signs what the connector of the cluster asks for, and nothing else may be asked', () => {
    const { stack } = planes(Trust.privateCa());
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::EKS::PodIdentityAssociation', 3);
    template.hasResourceProperties('AWS::EKS::PodIdentityAssociation', {
      Namespace: 'aws-privateca-issuer',
      ServiceAccount: 'aws-privateca-issuer',
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [Match.objectLike({
          Action: ['acm-pca:DescribeCertificateAuthority', 'acm-pca:GetCertificate', 'acm-pca:IssueCertificate'],
          Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('TunnelAuthority'), 'Arn'] },
        })],
      },
    });
    const manifests = writtenManifests(stack, 'factory');
    expect(only(manifests, 'AWSPCAIssuer').spec).toEqual({
      arn: expect.stringMatching(/^\$\{ControlPlaneTunnelAuthority\w+\.Arn\}$/),
      region: 'eu-central-1',
    });
    expect(only(manifests, 'Certificate').spec).toMatchObject({
      duration: '144h0m0s',
      renewBefore: '48h0m0s',
      issuerRef: { name: 'factory-tunnel', kind: 'AWSPCAIssuer', group: 'awspca.cert-manager.io' },
    });
  });

  it('that exists signs for sites as well', () => {
    const arn = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555';
    const stack = testStack();
    const trust = Trust.privateCa({ authority: CertificateAuthority.fromCertificateAuthorityArn(stack, 'Authority', arn) });
    testControlPlane(stack, { trust }).addDataPlane('Factory', { target: site(stack) });
    const manifests = writtenManifests(stack, 'factory');
    expect(only(manifests, 'AWSPCAIssuer').spec).toEqual({ arn, region: 'eu-west-1' });
    expect(only(manifests, 'Certificate').spec.duration).toBe('2160h0m0s');
    Template.fromStack(stack).resourceCountIs('AWS::ACMPCA::CertificateAuthority', 0);
  });

  it('that is made here cannot be named in files for a site', () => {
    expect(() => planes(Trust.privateCa(), site)).toThrow(/AWSPCAIssuer factory-tunnel: spec.arn is known only after deployment/);
  });

  it('of short-lived certificates signs none of more than seven days', () => {
    expect(() => Trust.privateCa({ validity: Duration.days(8) })).toThrow('validity: got 8 days, expected whole hours, 3 to 168');
    expect(() => Trust.privateCa({ validity: Duration.days(8), shortLived: false })).not.toThrow();
  });
});
