import { readFileSync } from 'fs';
import { join } from 'path';
import { parse, parseAllDocuments } from 'yaml';
import type { Import } from '../../../src/eksa/import/import-cluster';
import { importCluster } from '../../../src/eksa/import/import-cluster';
import { toYaml } from '../../../src/eksa/yaml/emit';
import { runProgram } from './run-program';

const BASES = join(__dirname, 'bases');
const HARDWARE = readFileSync(join(BASES, 'bm.csv'), 'utf8');
const CLUSTER = readFileSync(join(BASES, 'bm.yaml'), 'utf8');
/** The same as a workload cluster. */
const WORKLOAD = CLUSTER.replace(/(managementCluster:\s+name:) lab/, '$1 mgmt');

interface Given {
  readonly metadata?: object;
  readonly [field: string]: unknown;
}

function packagesYaml(...given: readonly Given[]): string {
  return toYaml(given.map(({ metadata, ...spec }) => ({
    apiVersion: 'packages.eks.amazonaws.com/v1alpha1',
    kind: 'Package',
    metadata: { name: spec.packageName, namespace: 'eksa-packages-lab', ...metadata },
    spec,
  })));
}

function imported(packages: string, cluster = CLUSTER): Import {
  return importCluster({ cluster, hardware: { text: HARDWARE, path: 'hardware.csv' }, newNames: true, packages });
}

/** The lines that add packages. */
function added(packages: string, cluster?: string): string {
  const { program = '', findings } = imported(packages, cluster);
  expect(findings).toEqual([]);
  return /^cluster\.addPackage[^]*(?=\n\napp\.synth)/m.exec(program)?.[0] ?? '';
}

/** Package objects with their settings read. */
function objects(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => {
    const { spec: { config, ...spec }, ...rest } = document.toJS();
    return { ...rest, spec: { ...spec, config: config === undefined ? undefined : parse(config) } };
  });
}

describe('packages.yaml in a program', () => {
  const rows: [string, Given, string][] = [
    [
      'Emissary',
      { packageName: 'emissary', targetNamespace: 'emissary', config: 'replicaCount: 3\ncreateDefaultListeners: true' },
      'Package.emissary({ replicas: 3, createDefaultListeners: true })',
    ],
    ['its definitions', { packageName: 'emissary-crds', targetNamespace: 'emissary' }, 'Package.emissaryCrds()'],
    [
      'a page with another name',
      { packageName: 'hello-eks-anywhere', targetNamespace: 'web', config: 'title: "Hello"', metadata: { name: 'hi' } },
      "Package.helloEksAnywhere({ name: 'hi', targetNamespace: 'web', title: 'Hello' })",
    ],
    [
      'a package whose settings have no options',
      { packageName: 'metallb', packageVersion: '0.15.2-abc', targetNamespace: 'metallb', config: 'speaker: { ignoreExcludeLB: true }' },
      "Package.of('metallb', { packageVersion: '0.15.2-abc', targetNamespace: 'metallb', config: { speaker: { ignoreExcludeLB: true } } })",
    ],
    [
      'MetalLB',
      {
        packageName: 'metallb',
        targetNamespace: 'metallb-system',
        config: 'L2Advertisements: [{ ipAddressPools: [a, b] }]\n'
          + 'IPAddressPools:\n- { name: a, addresses: [10.20.0.9/32] }\n- { name: b, addresses: [10.20.0.8/32], autoAssign: false }',
      },
      "Package.metalLb({ pools: [{ name: 'a', addresses: ['10.20.0.9/32'] }, { name: 'b', addresses: ['10.20.0.8/32'], "
        + 'autoAssign: false }] })',
    ],
    [
      'a pool that is not announced',
      {
        packageName: 'metallb',
        targetNamespace: 'metallb-system',
        config: 'IPAddressPools: [{ name: a, addresses: [10.20.0.9/32] }]',
      },
      "Package.of('metallb', { targetNamespace: 'metallb-system', "
        + "config: { IPAddressPools: [{ name: 'a', addresses: ['10.20.0.9/32'] }] } })",
    ],
    ['metrics server', { packageName: 'metrics-server', targetNamespace: 'kube-system', config: 'args: [--kubelet-insecure-tls]' },
      'Package.metricsServer()'],
    ['metrics server that verifies', { packageName: 'metrics-server', targetNamespace: 'kube-system' },
      'Package.metricsServer({ verifyKubelets: true })'],
    ['metrics server with another argument', { packageName: 'metrics-server', targetNamespace: 'kube-system', config: 'args: [--v=2]' },
      "Package.of('metrics-server', { targetNamespace: 'kube-system', config: { args: ['--v=2'] } })"],
    ['one without a namespace', { packageName: 'emissary' }, "Package.of('emissary')"],
    ['a setting of another type', { packageName: 'hello-eks-anywhere', targetNamespace: 'default', config: 'title: 5' },
      "Package.of('hello-eks-anywhere', { targetNamespace: 'default', config: { title: 5 } })"],
    ['a setting that is no option', { packageName: 'emissary', targetNamespace: 'emissary', config: 'adminService: { create: false }' },
      "Package.of('emissary', { targetNamespace: 'emissary', config: { adminService: { create: false } } })"],
    ['words that YAML 1.1 reads as true', { packageName: 'prometheus', config: 'nodeExporter: { enabled: yes }' },
      "Package.of('prometheus', { config: { nodeExporter: { enabled: true } } })"],
    ['an empty value', { packageName: 'prometheus', config: 'server: { affinity: null }' },
      "Package.of('prometheus', { config: { server: { affinity: null } } })"],
  ];

  test.each(rows)('%s', (_title, given, expected) => {
    const text = packagesYaml(given);
    expect(added(text)).toBe(`cluster.addPackage(${expected});`);
    const written = runProgram(imported(text).program!, HARDWARE)['packages.yaml'];
    expect(objects(written)).toEqual(objects(text).map((object) => readAs11(object)));
  });

  test.each<[string, Given, string]>([
    ['cert-manager', {
      packageName: 'cert-manager', targetNamespace: 'cert-manager',
      config: 'namespace: cert-manager\nglobal: { logLevel: 4 }',
    },
    'Package.certManager({ logLevel: 4 })'],
    ['cert-manager in two namespaces', { packageName: 'cert-manager', targetNamespace: 'tls', config: 'namespace: cert-manager' },
      "Package.of('cert-manager', { targetNamespace: 'tls', config: { namespace: 'cert-manager' } })"],
    [
      'the autoscaler',
      {
        packageName: 'cluster-autoscaler',
        targetNamespace: 'eksa-system',
        config: 'cloudProvider: clusterapi\nautoDiscovery: { clusterName: lab }\nclusterAPIMode: kubeconfig-incluster\n'
          + 'clusterAPIKubeconfigSecret: lab-kubeconfig',
        metadata: { name: 'autoscaler-lab', namespace: 'eksa-packages-mgmt' },
      },
      'Package.clusterAutoscaler()',
    ],
  ])('%s of a workload cluster', (_title, given, expected) => {
    expect(added(packagesYaml(given), WORKLOAD)).toBe(`cluster.addPackage(${expected});`);
  });

  test('MetalLB on a cluster without workers, which announces from the control plane', () => {
    const config = (more: string) =>
      `IPAddressPools: [{ name: a, addresses: [10.20.0.100/32] }]\nL2Advertisements: [{ ipAddressPools: [a] }]${more}`;
    const cluster = CLUSTER.replace(/ {2}workerNodeGroupConfigurations:\n(?: {2}-? .*\n)+/, '');
    const lb = (more: string) => packagesYaml({ packageName: 'metallb', targetNamespace: 'metallb-system', config: config(more) });
    expect(added(lb('\nspeaker: { ignoreExcludeLB: true }'), cluster)).toContain("Package.metalLb({ pools: [{ name: 'a', addresses");
    expect(added(lb(''), cluster)).toContain("Package.of('metallb', ");
  });

  /** The one text among the rows that YAML 1.1 and 1.2 read differently. */
  function readAs11(object: unknown): unknown {
    return JSON.parse(JSON.stringify(object).replace('"yes"', 'true'), (_key, value: unknown) => value);
  }

  test('what runs on the management cluster', () => {
    const given = { packageName: 'cluster-autoscaler', targetNamespace: 'eksa-system', metadata: { namespace: 'eksa-packages-mgmt' } };
    expect(added(packagesYaml(given), WORKLOAD)).toBe(
      "cluster.addPackage(Package.of('cluster-autoscaler', { targetNamespace: 'eksa-system', onManagementCluster: true }));",
    );
  });

  test('secrets become references, also those that were references before', () => {
    const config = [
      'externalURL: https://registry.example',
      'secretKey: sixteen-letters-',
      'harborAdminPassword: ${secretsmanager:factory/harbor#admin}',
      'database: { internal: { password: hunter2 } }',
      'empty: { password: "" }',
    ].join('\n');
    const { program = '' } = imported(packagesYaml({ packageName: 'harbor', targetNamespace: 'harbor', config }));
    expect(program).not.toMatch(/sixteen|hunter2/);
    expect(program).toContain("secretKey: PackageSecret.fromEnvironment('HARBOR_SECRET_KEY')");
    expect(program).toContain("harborAdminPassword: PackageSecret.fromSecretsManager('factory/harbor', 'admin')");
    expect(program).toContain("internal: { password: PackageSecret.fromEnvironment('HARBOR_DATABASE_INTERNAL_PASSWORD') }");
    expect(program).toContain(
      '// Secrets of packages are not part of a program: hybridge eksa render takes them from\n//   HARBOR_SECRET_KEY\n'
        + '//   HARBOR_DATABASE_INTERNAL_PASSWORD\n',
    );
    expect(parse(parse(runProgram(program, HARDWARE)['packages.yaml']).spec.config)).toMatchObject({
      secretKey: '${env:HARBOR_SECRET_KEY}',
      harborAdminPassword: '${secretsmanager:factory/harbor#admin}',
      empty: { password: '' },
    });
  });

  test('what the API server wrote is left out', () => {
    const text = packagesYaml({ packageName: 'prometheus', metadata: { uid: '7', resourceVersion: '1', generation: 2 } });
    expect(added(`${text}status:\n  state: installed\n`)).toBe("cluster.addPackage(Package.of('prometheus'));");
  });

  test('a program without packages is as before', () => {
    const without = importCluster({ cluster: CLUSTER, hardware: { text: HARDWARE, path: 'hardware.csv' }, newNames: true });
    expect(without.program).toContain('\nnew BareMetalCluster(');
    expect(imported('').program).toBe(without.program);
  });

  const refused: [string, string, string, string, number][] = [
    ['another kind', 'kind: Secret\nmetadata: { name: x }\n', 'Secret/x', 'is no Package', 1],
    ['another cluster', packagesYaml({ packageName: 'metallb', metadata: { namespace: 'eksa-packages-other' } }),
      'Package/metallb.metadata.namespace', "is 'eksa-packages-other', expected eksa-packages-lab", 5],
    ['a label', packagesYaml({ packageName: 'metallb', metadata: { labels: { a: 'b' } } }),
      'Package/metallb.metadata.labels', 'no property', 6],
    ['an annotation', packagesYaml({ packageName: 'metallb', metadata: { annotations: { a: 'b' } } }),
      'Package/metallb.metadata.annotations', 'the program would write nothing', 6],
    ['a misspelt field', packagesYaml({ packageName: 'metallb', targetNamspace: 'x' }),
      'Package/metallb.spec.targetNamspace', 'is no field', 8],
    ['settings as an object', packagesYaml({ packageName: 'metallb', config: { a: 1 } }), 'Package/metallb.spec.config', 'is no YAML', 8],
    ['settings that are no YAML', packagesYaml({ packageName: 'metallb', config: 'a: [' }), 'Package/metallb.spec.config', 'is no YAML', 8],
    ['a text that is no YAML', 'a: [\n', 'packages.yaml', 'is no YAML', 2],
  ];
  test.each(refused)('%s is refused by name', (_title, text, path, message, line) => {
    const { program, findings } = imported(text);
    expect(program).toBeUndefined();
    expect(findings).toEqual([expect.objectContaining({ path, message: expect.stringContaining(message), line, file: 'packages.yaml' })]);
  });
});
