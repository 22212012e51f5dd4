import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Lazy, Size } from 'aws-cdk-lib';
import { parse, parseAllDocuments } from 'yaml';
import {
  AdotMode, BareMetalCluster, BareMetalClusterProps, DockerCluster, EksAnywhereCluster, EksAnywhereKubernetesVersion, MetalLbOptions,
  OperatingSystem, Package, PackageSecret,
} from '../../../src';
import { testWithForeignFiles } from '../../eksa/recorded-data';
import { crdViolations } from '../../eksa/strict-crd';
import { bareMetal, newApp, synthesized } from '../sample';

const SECRETS = {
  secretKey: PackageSecret.fromEnvironment('HARBOR_SECRET_KEY'),
  adminPassword: PackageSecret.fromSecretsManager('factory/harbor', 'admin'),
};
const REGISTRY = { externalUrl: 'https://registry.factory.example:30003', ...SECRETS };
const POOL = { name: 'default', addresses: ['10.20.0.100-10.20.0.120', '10.20.0.128/28'] };

function cluster(app: App, changes: Partial<BareMetalClusterProps> = {}, id = 'Factory'): BareMetalCluster {
  return new BareMetalCluster(app, id, bareMetal(changes));
}

/** A workload cluster with an autoscaled group. */
function workload(app: App): BareMetalCluster {
  return cluster(app, {
    managementCluster: new DockerCluster(app, 'Management', {
      eksAnywhereVersion: 'v0.26.0',
      kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
      podsCidr: '192.168.0.0/16',
      servicesCidr: '10.96.0.0/12',
    }),
    workerNodes: [{ name: 'gateway', count: 1, select: { type: 'worker' }, autoscaling: { minCount: 1, maxCount: 1 } }],
  });
}

function packagesOf(make: (app: App) => EksAnywhereCluster, ...packages: Package[]): any[] {
  const app = newApp();
  const made = make(app);
  for (const added of packages) made.addPackage(added);
  return parseAllDocuments(synthesized(app, 'Factory/packages.yaml')).map((document) => document.toJS());
}

function settingsOf(added: Package, make: (app: App) => EksAnywhereCluster = cluster): unknown {
  return parse(packagesOf(make, added)[0].spec.config);
}

function refusal(make: (app: App) => EksAnywhereCluster, ...packages: Package[]): string {
  try {
    packagesOf(make, ...packages);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

const EVERY_PACKAGE = [
  Package.metalLb({ pools: [POOL, { name: 'edge', addresses: ['10.20.0.200-10.20.0.200'], autoAssign: false }] }),
  Package.certManager({ logLevel: 4 }),
  Package.prometheus({ replicas: 2, retention: Duration.days(30), storage: Size.gibibytes(20), nodeExporter: false }),
  Package.adot({
    mode: AdotMode.DEPLOYMENT,
    replicas: 2,
    collector: { receivers: { otlp: { protocols: { grpc: { endpoint: '0.0.0.0:4317' } } } } },
  }),
  Package.harbor(REGISTRY),
  Package.clusterAutoscaler({ scaleDownUnneeded: Duration.minutes(2) }),
  Package.metricsServer(),
  Package.credentialProvider({ matchImages: ['*.dkr.ecr.*.amazonaws.com'] }),
  Package.emissary({ replicas: 3, createDefaultListeners: true }),
  Package.emissaryCrds(),
  Package.helloEksAnywhere({ title: 'Factory 1' }),
  Package.of('metallb-crds', { packageVersion: '0.15.2-abc', targetNamespace: 'metallb-system' }),
];

describe('packages.yaml', () => {
  it('holds every package as its object, with the settings as text', () => {
    const app = newApp();
    const made = workload(app);
    for (const added of EVERY_PACKAGE) made.addPackage(added);
    expect(synthesized(app, 'Factory/packages.yaml')).toMatchSnapshot();
    expect(readFileSync(join(app.outdir, 'hybridge', 'Factory', 'package-namespaces.yaml'), 'utf8')).toMatchSnapshot();
  });

  it('writes settings that are YAML themselves as text, never as an object', () => {
    for (const { spec } of packagesOf(workload, ...EVERY_PACKAGE)) {
      expect(['string', 'undefined']).toContain(typeof spec.config);
      if (spec.config !== undefined) expect(typeof parse(spec.config)).toBe('object');
    }
  });

  it('has custom resource definitions before what needs them, whatever the order of addPackage()', () => {
    const names = packagesOf(workload, ...EVERY_PACKAGE).map(({ spec }) => spec.packageName);
    expect(names.slice(0, 3)).toEqual(['emissary-crds', 'metallb-crds', 'metallb']);
    expect(names).toHaveLength(EVERY_PACKAGE.length);
  });

  it.each([
    ['a daemon set on the network of the nodes', Package.emissary({ daemonSet: true, hostNetwork: true }), {
      packageName: 'emissary', targetNamespace: 'emissary', config: { daemonSet: true, hostNetwork: true },
    }],
    ['the definitions of Emissary without settings', Package.emissaryCrds(), {
      packageName: 'emissary-crds', targetNamespace: 'emissary', config: undefined,
    }],
    ['both lines of the page', Package.helloEksAnywhere({ title: 'yes', subtitle: '1.10' }), {
      packageName: 'hello-eks-anywhere', targetNamespace: 'default', config: { title: 'yes', subtitle: '1.10' },
    }],
    ['any package with nothing but its name', Package.of('prometheus'), {
      packageName: 'prometheus', targetNamespace: undefined, config: undefined,
    }],
    [
      'settings of any depth, with secrets as placeholders',
      Package.of('harbor', {
        targetNamespace: 'harbor',
        config: {
          secretKey: PackageSecret.fromEnvironment('HARBOR_SECRET_KEY'),
          list: [1, true, null, { deep: PackageSecret.fromSecretsManager('factory/harbor', 'admin') }],
          empty: {},
          missing: undefined,
        },
      }),
      {
        packageName: 'harbor',
        targetNamespace: 'harbor',
        config: {
          secretKey: '${env:HARBOR_SECRET_KEY}',
          list: [1, true, null, { deep: '${secretsmanager:factory/harbor#admin}' }],
          empty: {},
        },
      },
    ],
  ])('holds %s', (_title, added, expected) => {
    const [{ spec: { config, ...spec } }] = packagesOf(cluster, added);
    expect({ targetNamespace: undefined, ...spec, config: config === undefined ? undefined : parse(config) }).toEqual(expected);
  });

  it('has the annotations that a package of any name needs', () => {
    const [{ metadata }] = packagesOf(cluster, Package.of('credential-provider-package'));
    expect(metadata.annotations).toEqual({ 'anywhere.eks.aws.com/internal': 'true', 'helm.sh/resource-policy': 'keep' });
  });

  it('installs on the management cluster what shall run there', () => {
    const namespaces = [true, false].map((onManagementCluster) =>
      packagesOf(workload, Package.of('prometheus', { onManagementCluster }))[0].metadata.namespace);
    expect(namespaces).toEqual(['eksa-packages-management', 'eksa-packages-factory']);
  });

  testWithForeignFiles('holds objects that the custom resource definition of packages takes, without a field that it does not know', () => {
    for (const document of packagesOf(workload, ...EVERY_PACKAGE)) expect(crdViolations(document)).toEqual([]);
  });

  it('quotes text that YAML would read as an alias', () => {
    expect(settingsOf(EVERY_PACKAGE[7])).toMatchObject({
      credential: [
        { matchImages: ['*.dkr.ecr.*.amazonaws.com'], secretName: 'aws-config', profile: 'default', defaultCacheDuration: '5h0m0s' },
      ],
    });
  });

  it('is not written for a cluster without packages', () => {
    const app = newApp();
    cluster(app);
    expect(() => synthesized(app, 'Factory/packages.yaml')).toThrow('ENOENT');
  });

  it('omits settings without a value', () => {
    expect(packagesOf(cluster, Package.prometheus())[0].spec).toEqual({ packageName: 'prometheus', targetNamespace: 'observability' });
  });

  it('accepts another name, namespace and version', () => {
    expect(
      packagesOf(cluster, Package.metricsServer({ name: 'metrics', targetNamespace: 'metrics', packageVersion: '0.8.1-abc' }))[0],
    ).toMatchObject({
      metadata: { name: 'metrics', namespace: 'eksa-packages-factory' },
      spec: { packageName: 'metrics-server', packageVersion: '0.8.1-abc', targetNamespace: 'metrics' },
    });
  });

  it('installs the autoscaler of a self-managed cluster on that cluster', () => {
    const scaled = (app: App) =>
      cluster(app, { workerNodes: [{ name: 'gateway', count: 1, select: { type: 'worker' }, autoscaling: { minCount: 1, maxCount: 1 } }] });
    expect(packagesOf(scaled, Package.clusterAutoscaler())[0].metadata).toEqual({
      name: 'autoscaler-factory',
      namespace: 'eksa-packages-factory',
    });
    expect(settingsOf(Package.clusterAutoscaler(), scaled)).toEqual({
      cloudProvider: 'clusterapi',
      autoDiscovery: { clusterName: 'factory' },
    });
  });

  it('announces from the control plane nodes of a cluster without workers', () => {
    expect(settingsOf(Package.metalLb({ pools: [POOL] }), (app) => cluster(app, { workerNodes: [] }))).toMatchObject({
      speaker: { ignoreExcludeLB: true },
    });
    expect(settingsOf(Package.metalLb({ pools: [POOL] }))).not.toHaveProperty('speaker');
  });

  it('announces to BGP routers, with addresses of any network', () => {
    const peer = { myAsn: 64512, peerAsn: 65000, peerAddress: '10.20.0.1', holdTime: Duration.seconds(30), passwordSecret: 'router' };
    expect(settingsOf(Package.metalLb({ pools: [{ name: 'edge', addresses: ['203.0.113.0/28'] }], bgpPeers: [peer] }))).toEqual({
      IPAddressPools: [{ name: 'edge', addresses: ['203.0.113.0/28'] }],
      BGPAdvertisements: [{ ipAddressPools: ['edge'] }],
      BGPPeers: [
        {
          myASN: 64512,
          peerASN: 65000,
          peerAddress: '10.20.0.1',
          holdTime: '30s',
          passwordSecret: { name: 'router', namespace: 'metallb-system' },
        },
      ],
    });
  });

  it('annotates the service account of the collectors with their role', () => {
    expect(settingsOf(Package.adot({ roleArn: 'arn:aws:iam::123456789012:role/collector', serviceAccountName: 'collector' }))).toEqual({
      mode: 'daemonset',
      serviceAccount: { name: 'collector', annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/collector' } },
    });
  });

  it('exposes the registry through a load balancer on port 443', () => {
    expect(
      settingsOf(
        Package.harbor({
          ...REGISTRY,
          externalUrl: 'https://registry.factory.example',
          tlsSecretName: 'registry-tls',
          loadBalancerIp: '10.20.0.101',
          persistent: false,
        }),
      ),
    ).toMatchObject({
      expose: {
        type: 'loadBalancer',
        loadBalancer: { IP: '10.20.0.101', ports: { httpsPort: 443 } },
        tls: { certSource: 'secret', secret: { secretName: 'registry-tls' } },
      },
      persistence: { enabled: false },
    });
  });
});

describe('on a cluster', () => {
  const pools = (...addresses: string[]) => Package.metalLb({ pools: [{ name: 'default', addresses }] });
  const refused: [string, (app: App) => EksAnywhereCluster, Package[], RegExp][] = [
    [
      'packages on a cluster that disables them',
      (app) => cluster(app, { curatedPackages: false }),
      [Package.metricsServer()],
      /package metrics-server: curatedPackages of the cluster is false.*\[rule K1\]/,
    ],
    [
      'cert-manager on a cluster that manages itself',
      cluster,
      [Package.certManager()],
      /cert-manager goes on workload clusters only.*\[rule K2\]/,
    ],
    [
      'the same package twice',
      cluster,
      [Package.metricsServer(), Package.metricsServer({ name: 'again' })],
      /package again: metrics-server is on the cluster already.*\[rule K3\]/,
    ],
    [
      'two packages of one name',
      cluster,
      [Package.metricsServer({ name: 'one' }), Package.prometheus({ name: 'one' })],
      /package one: name is also that of metrics-server.*\[rule K4\]/,
    ],
    [
      'an autoscaler without an autoscaled group',
      cluster,
      [Package.clusterAutoscaler()],
      /no group of workerNodes has autoscaling.*\[rule K5\]/,
    ],
    [
      'a credential provider on Bottlerocket',
      (app) => cluster(app, { os: OperatingSystem.bottlerocket() }),
      [Package.credentialProvider({ matchImages: ['*.dkr.ecr.*.amazonaws.com'] })],
      /does not work on Bottlerocket.*\[rule K6\]/,
    ],
    [
      'a pool with the endpoint',
      cluster,
      [pools('10.20.0.10-10.20.0.10')],
      /package metallb: pools\[0\].addresses\[0\] is 10.20.0.10-10.20.0.10, which contains the endpoint 10.20.0.10.*\[rule K7\]/,
    ],
    ['a pool with tinkerbellIp', cluster, [pools('10.20.0.11/32')], /contains tinkerbellIp 10.20.0.11/],
    ['a pool with a machine', cluster, [pools('10.20.0.20-10.20.0.21')], /contains machine node-01 10.20.0.21/],
    [
      'a pool with the gateway',
      cluster,
      [pools('10.20.0.100/32', '10.20.0.1/32')],
      /addresses\[1\] .*contains the gateway of machine node-01 10.20.0.1/,
    ],
    ['a pool with a name server', cluster, [pools('10.20.0.2/32')], /contains a name server of machine node-01 10.20.0.2/],
    ["a pool in the pods' network", cluster, [pools('192.168.4.0/24')], /contains podsCidr 192.168.0.0\/16/],
    ["a pool in the services' network", cluster, [pools('10.96.4.0/24')], /contains servicesCidr 10.96.0.0\/12/],
    [
      "a pool outside the machines' network",
      cluster,
      [pools('10.21.0.100-10.21.0.120')],
      /outside the network of the machines \(10.20.0.0\/24\)/,
    ],
    [
      'a pool with the broadcast address',
      cluster,
      [pools('10.20.0.250-10.20.0.255')],
      /contains the first or the last address of 10.20.0.0\/24/,
    ],
  ];
  it.each(refused)('rejects %s', (_title, make, packages, message) => {
    expect(refusal(make, ...packages)).toMatch(message);
  });

  it.each([
    ['several gateways', [Package.emissaryCrds(), Package.emissary(), Package.emissary({ name: 'inner' })]],
    ['several pages', [Package.helloEksAnywhere(), Package.helloEksAnywhere({ name: 'second' })]],
  ])('accepts %s, which one cluster may have', (_title, packages) => {
    expect(refusal(cluster, ...packages)).toBe('accepted');
  });

  it.each([
    ['two gateways of one name', [Package.emissary(), Package.emissary()], /name is also that of emissary.*\[rule K4\]/],
    ['by any name what belongs on workload clusters', [Package.of('cert-manager')], /goes on workload clusters only.*\[rule K2\]/],
    ['by any name what is there', [Package.prometheus(), Package.of('prometheus', { name: 'again' })], /already, as prometheus.*K3/],
  ])('rejects %s', (_title, packages, message) => {
    expect(refusal(cluster, ...packages)).toMatch(message);
  });

  describe('warns', () => {
    function warnings(...packages: Package[]): string[] {
      const app = newApp();
      const made = cluster(app);
      for (const added of packages) made.addPackage(added);
      app.synth();
      const rules = /\[rule (unknown-package|controller-package|package-crds|package-namespace)\]/;
      const told = made.node.metadata.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => String(data));
      return told.filter((text) => rules.test(text));
    }

    it.each([
      ['about a name that no known bundle has', [Package.of('falco')], [
        'package falco: no known bundle has falco, and the package controller refuses what the active bundle does not have; known are',
      ]],
      ['about a misspelt name', [Package.of('emisary')], ['no known bundle has emisary (did you mean emissary?)']],
      ['about programs of EKS Anywhere', [Package.of('eks-anywhere-packages')], ['EKS Anywhere installs eks-anywhere-packages by itself']],
      ['about Emissary without its definitions', [Package.emissary()], ['package emissary: emissary-crds, which has its custom']],
      ['about the same by its name in the bundle', [Package.of('emissary')], ['add Package.emissaryCrds()']],
      [
        'about a namespace that a chart makes itself',
        [Package.emissaryCrds({ targetNamespace: 'emissary-system' }), Package.emissary({ targetNamespace: 'emissary-system' })],
        ['package emissary-crds: targetNamespace is emissary-system', 'package emissary: targetNamespace is emissary-system'],
      ],
    ])('%s', (_title, packages, expected) => {
      const found = warnings(...packages);
      expect(found).toEqual(expected.map((text) => expect.stringContaining(text)));
    });

    it('about nothing where definitions come with Emissary, and where another package goes to that namespace', () => {
      expect(warnings(Package.emissary(), Package.emissaryCrds())).toEqual([]);
      expect(warnings(Package.helloEksAnywhere({ targetNamespace: 'emissary-system' }), Package.metalLb({ pools: [POOL] }))).toEqual([]);
    });
  });

  it('reports all errors together', () => {
    const message = refusal(cluster, Package.certManager(), Package.clusterAutoscaler(), pools('10.20.0.10/32'));
    for (const rule of ['K2', 'K5', 'K7']) expect(message).toContain(`[rule ${rule}]`);
  });
});

describe('without a cluster', () => {
  const lb = (changes: Partial<MetalLbOptions>) => () => Package.metalLb({ pools: [POOL], ...changes });
  const peer = { myAsn: 64512, peerAsn: 65000, peerAddress: '10.20.0.1' };
  const refused: [string, () => unknown, string][] = [
    [
      'a name that Helm rejects',
      () => Package.metricsServer({ name: 'Metrics' }),
      'Package.metricsServer: name: got "Metrics", expected at most 53',
    ],
    ['an invalid namespace', () => Package.metricsServer({ targetNamespace: 'a b' }), 'targetNamespace: got "a b", expected'],
    ['an empty version', () => Package.metricsServer({ packageVersion: '' }), 'packageVersion: got "", expected a version'],
    [
      'a value known after deployment',
      () => Package.metricsServer({ packageVersion: Lazy.string({ produce: () => 'x' }) }),
      'Package.metricsServer: packageVersion: got a value known only after deployment, expected a plain value',
    ],
    ['no pools', lb({ pools: [] }), 'Package.metalLb: pools: got none, expected at least one pool'],
    [
      'a pool without addresses',
      lb({ pools: [{ name: 'a', addresses: [] }] }),
      'pools[0].addresses: got none, expected at least one range',
    ],
    [
      'a range that runs backwards',
      lb({ pools: [{ name: 'a', addresses: ['10.20.0.9-10.20.0.8'] }] }),
      'pools[0].addresses[0]: got "10.20.0.9-10.20.0.8", expected addresses as first-last',
    ],
    ['a network with host bits', lb({ pools: [{ name: 'a', addresses: ['10.20.0.100/28'] }] }), 'without host bits'],
    [
      'two pools of one name',
      lb({ pools: [POOL, { name: 'default', addresses: ['10.20.0.9/32'] }] }),
      'pools[1].name: got "default", expected a name that no other pool has',
    ],
    [
      'pools that share addresses',
      lb({ pools: [POOL, { name: 'b', addresses: ['10.20.0.120-10.20.0.121'] }] }),
      'Package.metalLb: pools[1].addresses[0] is 10.20.0.120-10.20.0.121, which shares addresses with pools[0].addresses[0]',
    ],
    ['an autonomous system 0', lb({ bgpPeers: [{ ...peer, myAsn: 0 }] }), 'bgpPeers[0].myAsn: got 0, expected a whole number, 1 to'],
    [
      'a router by name',
      lb({ bgpPeers: [{ ...peer, peerAddress: 'router' }] }),
      'bgpPeers[0].peerAddress: got "router", expected an IP address',
    ],
    [
      'a hold time below that of the protocol',
      lb({ bgpPeers: [{ ...peer, holdTime: Duration.seconds(2) }] }),
      'bgpPeers[0].holdTime: got "2s", expected at least 3 seconds',
    ],
    [
      'the password of a router in place of a Secret',
      lb({ bgpPeers: [{ ...peer, passwordSecret: 'P4ss word' }] }),
      'bgpPeers[0].passwordSecret: got no name of a Secret, expected one',
    ],
    [
      'a log level above 6',
      () => Package.certManager({ logLevel: 7 }),
      'Package.certManager: logLevel: got 7, expected a whole number, 0 to 6',
    ],
    ['half a server', () => Package.prometheus({ replicas: 0.5 }), 'Package.prometheus: replicas: got 0.5, expected a whole number'],
    ['half a gibibyte', () => Package.prometheus({ storage: Size.mebibytes(512) }), 'storage: got 0.5, expected a whole number of GiB'],
    [
      'a number of collectors on each node',
      () => Package.adot({ replicas: 2 }),
      'Package.adot: replicas: got 2, expected none: a daemon set has one collector on each node',
    ],
    [
      'a role without a service account',
      () => Package.adot({ roleArn: 'arn:aws:iam::123456789012:role/collector' }),
      'serviceAccountName: got none, expected the name of the service account',
    ],
    [
      'an invalid role',
      () => Package.adot({ roleArn: 'collector', serviceAccountName: 'c' }),
      'roleArn: got "collector", expected the ARN',
    ],
    [
      'a registry without TLS',
      () => Package.harbor({ ...REGISTRY, externalUrl: 'http://registry' }),
      'Package.harbor: externalUrl: got "http://registry", expected https://',
    ],
    [
      'a number of gateways on each node',
      () => Package.emissary({ replicas: 2, daemonSet: true }),
      'Package.emissary: replicas: got 2, expected none: a daemon set has one instance on each node',
    ],
    ['no gateway at all', () => Package.emissary({ replicas: 0 }), 'replicas: got 0, expected a whole number, 1 to'],
    ['a package without a name', () => Package.of(''), 'Package.of: packageName: got "", expected at most 53 lower-case letters'],
    ['a package in capitals', () => Package.of('MetalLB'), 'Package.of: packageName: got "MetalLB", expected'],
    ['an invalid name for any package', () => Package.of('metallb', { name: 'a'.repeat(54) }), 'Package.of: name: got "aaa'],
    [
      'a setting that YAML cannot hold',
      () => Package.of('prometheus', { config: { server: { retention: [Duration.days(1)] } } }),
      'Package.of: config.server.retention[0]: got "Duration", expected text, a number, true, false, a list or an object of these',
    ],
    ['a number that is none', () => Package.of('prometheus', { config: { a: NaN } }), 'Package.of: config.a: got "NaN", expected text'],
    [
      'a setting known after deployment',
      () => Package.of('prometheus', { config: { a: [{ b: Lazy.string({ produce: () => 'x' }) }] } }),
      'config.a[0].b: got a value known only after deployment',
    ],
    ['no images', () => Package.credentialProvider({ matchImages: [] }), 'matchImages: got none, expected at least one registry'],
    [
      'an image with a scheme',
      () => Package.credentialProvider({ matchImages: ['https://x'] }),
      'matchImages[0]: got "https://x", expected',
    ],
    [
      'passwords that are kept too long',
      () => Package.credentialProvider({ matchImages: ['a'], cacheDuration: Duration.hours(12) }),
      'Package.credentialProvider: cacheDuration: got "12h0m0s", expected a second or more, and less than 12 hours',
    ],
    [
      "a secret's value in place of a variable",
      () => PackageSecret.fromEnvironment('p4ss word'),
      'variable: got no name of an environment variable, expected one',
    ],
    [
      'the ARN of a secret',
      () => PackageSecret.fromSecretsManager('arn:aws:secretsmanager:x', 'key'),
      'secretName, key: got no name of a secret with a key, expected',
    ],
  ];
  it.each(refused)('rejects %s', (_title, make, message) => {
    expect(make).toThrow(message);
  });

  it('does not repeat values that may be secrets', () => {
    expect(() => PackageSecret.fromEnvironment('p4ss word')).toThrow(/^(?!.*p4ss).*not its value$/);
    expect(lb({ bgpPeers: [{ ...peer, passwordSecret: 'P4ss word' }] })).toThrow(/^(?!.*P4ss).*not the password$/);
  });
});
