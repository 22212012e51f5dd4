import { existsSync, readFileSync, readdirSync } from 'fs';
import { join } from 'path';
import { parseHardware } from '../../../src/eksa/hardware/hardware-csv';
import type { Import } from '../../../src/eksa/import/import-cluster';
import { importCluster } from '../../../src/eksa/import/import-cluster';
import { recordedLines } from '../recorded-data';
import { differences, differencesOfNew } from './differences';
import { runProgram } from './run-program';

const BASES = join(__dirname, 'bases');

function read(name: string): { cluster: string; hardware?: string } {
  const hardware = join(BASES, `${name}.csv`);
  return {
    cluster: readFileSync(join(BASES, `${name}.yaml`), 'utf8'),
    hardware: existsSync(hardware) ? readFileSync(hardware, 'utf8') : undefined,
  };
}

function imported({ cluster, hardware }: { cluster: string; hardware?: string | null }, newNames = true, release?: string): Import {
  return importCluster({ cluster, hardware: hardware ? { text: hardware, path: 'hardware.csv' } : undefined, newNames, release });
}

/** What docs/eks-anywhere.md lists as refused. */
const NOBODY_SHOULD_WRITE = /MachineConfig\/[^.]*\.spec\.users$|^Cluster\.spec\.(proxyConfiguration\.https?Proxy|bundlesRef)$/;

describe('an imported program', () => {
  test.each(
    readdirSync(BASES)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => name.replace('.yaml', '')),
  )('of %s synthesizes documents that mean the same', (name) => {
    const files = read(name);
    const { program, findings } = imported(files);
    expect(findings).toEqual([]);
    const written = runProgram(program!, files.hardware);
    expect(differencesOfNew(files.cluster, written['cluster.yaml'])).toEqual([]);
    const machines = (text: string) =>
      parseHardware(text).machines.map(({ cells: { bmc_username: _user, bmc_password: _password, ...cells } }) => cells);
    if (files.hardware) expect(machines(written['hardware.csv'])).toEqual(machines(files.hardware));
  });

  test('says nothing of what the API server and kubectl wrote into the file', () => {
    const { cluster, hardware } = read('bm');
    const readBack = cluster.replace(
      '  name: lab\nspec',
      '  name: lab\n  uid: 6f1c\n  resourceVersion: "7"\n  annotations: { '
        + 'kubectl.kubernetes.io/last-applied-configuration: "{}" }\nstatus: { conditions: [] }\nspec',
    );
    expect(readBack).not.toBe(cluster);
    expect(imported({ cluster: readBack, hardware })).toEqual(imported({ cluster, hardware }));
  });

  test('reads as one would write it', () => {
    expect(imported(read('bm-inplace')).program).toMatchSnapshot();
    expect(imported(read('vs-fd')).program).toMatchSnapshot();
  });

  // Each case synthesizes an app of its own: to save time, a twelfth of the cases runs. The other suite runs them all as existing clusters.
  test(
    'of a valid recorded cluster that is yet to be created synthesizes equivalent documents, except for deprecated forms',
    () => {
      interface Case {
        id: string;
        cluster: string;
        csv: string | null;
        realAccepts: boolean;
        weRefuse: boolean;
        grade: string;
      }
      const valid = recordedLines<Case>('cases')
        .filter((one) => one.grade === 'must' && one.realAccepts && !one.weRefuse)
        .filter((_one, index) => index % 12 === 6);
      expect(valid.length).toBeGreaterThan(30);
      for (const { id, cluster, csv } of valid) {
        const { program, findings } = imported({ cluster, hardware: csv }, true, 'v0.26.0');
        if (program === undefined) {
          expect({ id, refused: findings.map(({ path }) => path).filter((path) => !NOBODY_SHOULD_WRITE.test(path)) }).toEqual({
            id,
            refused: [],
          });
          continue;
        }
        const written = runProgram(program, csv ?? undefined)['cluster.yaml'];
        expect({ id, differences: differencesOfNew(cluster, written) }).toEqual({ id, differences: [] });
      }
    },
    60_000,
  );
});

describe('a property says', () => {
  test.each<[string, string, (cluster: string) => string, RegExp]>([
    [
      'that Cilium leaves other plugins alone',
      'bm',
      (text) => text.replace('cilium: {}', 'cilium: { cniExclusive: false }'),
      /cilium: \{ exclusive: false \}/,
    ],
    [
      'that Cilium encapsulates traffic, where a file says so',
      'bm',
      (text) => text.replace('cilium: {}', 'cilium: { routingMode: overlay }'),
      /cilium: \{ routingMode: CiliumRoutingMode.OVERLAY \}/,
    ],
    [
      'networks of direct routing',
      'bm',
      (text) =>
        text.replace(
          'cilium: {}',
          'cilium: { routingMode: direct, ipv4NativeRoutingCIDR: 10.0.0.0/8, ipv6NativeRoutingCIDR: "fd00::/16" }',
        ),
      /cilium: \{ nativeRoutingCidr: '10.0.0.0\/8', ipv6NativeRoutingCidr: 'fd00::\/16' \}/,
    ],
    [
      'a network of direct routing that has no effect',
      'bm',
      (text) => text.replace('cilium: {}', 'cilium: { ipv4NativeRoutingCIDR: 10.0.0.0/8 }'),
      /cilium: \{ routingMode: CiliumRoutingMode.OVERLAY, nativeRoutingCidr: '10.0.0.0\/8' \}/,
    ],
    [
      'when a taint was added',
      'vs-two',
      (text) =>
        text.replace(
          '  - count: 1\n',
          '  - count: 1\n    taints: [{ key: old, effect: PreferNoSchedule, timeAdded: "2026-11-21T12:00:00Z" }]\n',
        ),
      /taints: \[\{ key: 'old', effect: TaintEffect.PREFER_NO_SCHEDULE, timeAdded: '2026-11-21T12:00:00Z' \}\]/,
    ],
    [
      'bounds of autoscaling alone, where a group begins with the lower one',
      'vs-two',
      (text) => text.replace('  - count: 1\n', '  - autoscalingConfiguration: { minCount: 2, maxCount: 4 }\n'),
      /\{ name: '[\w-]+', autoscaling: \{ minCount: 2, maxCount: 4 \}/,
    ],
    [
      "values of Cilium's chart",
      'bm',
      (text) => text.replace('cilium: {}', 'cilium: { helmValues: { debug: { enabled: true }, tolerations: [null] } }'),
      /helmValues: \{ debug: \{ enabled: true \}, tolerations: \[null\] \}/,
    ],
    [
      'no taints',
      'bm',
      (text) => text.replace('  controlPlaneConfiguration:\n', '  controlPlaneConfiguration:\n    taints: []\n'),
      /taints: \[\]/,
    ],
    ['kindnetd', 'dk-etcd', (text) => text.replace('cilium: {}', 'kindnetd: {}'), /kindnetd: true/],
    [
      'labels and annotations',
      'bm',
      (text) => text.replace('  name: lab\nspec', '  name: lab\n  labels: { tier: "1" }\n  annotations: { example.com/team: ops }\nspec'),
      /clusterLabels: \{ tier: '1' \},\n  clusterAnnotations: \{ 'example.com\/team': 'ops' \}/,
    ],
    ['the namespace', 'vs-ext', (text) => text.replace(/^metadata:$/gm, 'metadata:\n  namespace: sites'), /namespace: 'sites'/],
    ['a claim without a value', 'bm-oidc', (text) => text.replace(/ *value: kubernetes\n/, ''), /requiredClaims: \{ aud: '' \}/],
    [
      'that no machine is ever replaced',
      'bm',
      (text) => text.replace('  kubernetesVersion:', '  machineHealthCheck: { maxUnhealthy: -1 }\n  kubernetesVersion:'),
      /maxUnhealthy: '-1'/,
    ],
    [
      'where sign-in with IAM looks',
      'bm-iam',
      (text) => text.replace(/backendMode:\n *- EKSConfigMap/, 'backendMode: [CRD]'),
      /backends: \[AwsIamBackend.CRD\]/,
    ],
    [
      'boot from the image of the release',
      'bm',
      (text) => text.replace('  tinkerbellIP', '  isoBoot: true\n  tinkerbellIP'),
      /isoBoot: true/,
    ],
    [
      'boot from an image',
      'bm',
      (text) => text.replace('  tinkerbellIP', '  isoBoot: true\n  hookIsoURL: http://10.20.0.2/hook.iso\n  tinkerbellIP'),
      /(?<!isoBoot: true,\n)  isoUrl: /,
    ],
    [
      'a management cluster that another app creates',
      'bm',
      (text) => text.replace('managementCluster:\n    name: lab', 'managementCluster:\n    name: head-office'),
      /managementCluster: ManagementCluster.fromClusterName\('head-office'\)/,
    ],
    [
      'the release, once a file names it',
      'bm',
      (text) => text.replace('  kubernetesVersion:', '  eksaVersion: v0.26.0\n  kubernetesVersion:'),
      /eksAnywhereVersion: 'v0.26.0',\n  pinEksAnywhereVersion: true,/,
    ],
    [
      'documents that nothing refers to',
      'dk-etcd',
      (text) => `${text}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: extra }\ndata: { "on": "1.10", empty: "" }\n`,
      /furtherDocuments: \[[\s\S]*data: \{ on: '1.10', empty: '' \}/,
    ],
    [
      'a disk as large as the template, whatever smaller size is written',
      'vs-ext',
      (text) => text.replace(/diskGiB: \d+/, 'diskGiB: 1'),
      /disk: Size.gibibytes\(20\)/,
    ],
  ])('%s', (_what, base, change, expected) => {
    const { hardware, ...files } = read(base);
    const cluster = change(files.cluster);
    expect(cluster).not.toBe(files.cluster);
    const { program, findings } = imported({ cluster, hardware });
    expect(findings).toEqual([]);
    expect(program).toMatch(expected);
    expect(differencesOfNew(cluster, runProgram(program!, hardware)['cluster.yaml'])).toEqual([]);
  });
});

describe('a group says for itself', () => {
  const OTHER_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJEknZ1PAp1G5VZykDakPgzAfJq+/lv81/BlQrRuY7e1';

  test.each<[string, string, (cluster: string) => string, RegExp]>([
    [
      'another user',
      'bm',
      (text) => text.replace('- name: ec2-user', '- name: ops'),
      /sshUser: 'ops',[\s\S]*workerNodes: [\s\S]*login: \{\s*user: 'ec2-user',\s*keys: \['ssh-/,
    ],
    [
      'a second key',
      'bm',
      (text) => text.replace('    sshAuthorizedKeys:\n', `    sshAuthorizedKeys:\n    - ${OTHER_KEY}\n`),
      /login: \{ keys: \['ssh-/,
    ],
    [
      'a second user',
      'bm',
      (text) => text.replace('  users:\n', `  users:\n  - name: first\n    sshAuthorizedKeys: [${OTHER_KEY}]\n`),
      /furtherUsers: \{ 'ec2-user': \[/,
    ],
    [
      'time servers that another has not',
      'bm',
      (text) => text.replace('  users:', '  hostOSConfiguration: { ntpConfiguration: { servers: [time.acme.example] } }\n  users:'),
      /controlPlaneNodes: .*timeServers: \['time.acme.example'\]/,
    ],
    [
      'another operating system and template',
      'vs-two',
      (text) => text.replace(/osFamily: ubuntu([\s\S]*?)template: (\S+)/, 'osFamily: redhat$1template: /DC1/vm/Templates/rhel'),
      /os: OperatingSystem.redHat\(\),[\s\S]*template: '\/DC1\/vm\/Templates\/rhel',[\s\S]*os: OperatingSystem.ubuntu\(\), template: /,
    ],
    [
      'another place, and full clones',
      'vs-linked',
      (text) => text.replace('cloneMode: linkedClone', 'cloneMode: fullClone').replace('datastore: ', 'datastore: /DC1/datastore/other # '),
      /datastore: '\/DC1\/datastore\/other',[\s\S]*linkedClones: false,[\s\S]*workerNodes: [\s\S]*datastore: /,
    ],
    [
      'tags, where another has none',
      'vs-two',
      (text) => text.replace('osFamily:', 'tags: [urn:one]\n  osFamily:'),
      /controlPlaneNodes: .*tags: \['urn:one'\]/,
    ],
  ])('%s', (_what, base, change, expected) => {
    const { hardware, ...files } = read(base);
    const cluster = change(files.cluster);
    expect(cluster).not.toBe(files.cluster);
    const { program, findings } = imported({ cluster, hardware });
    expect(findings).toEqual([]);
    expect(program).toMatch(expected);
    expect(differencesOfNew(cluster, runProgram(program!, hardware)['cluster.yaml'])).toEqual([]);
  });
});

describe('a cluster that exists keeps', () => {
  test.each<[string, string, (cluster: string) => string, readonly string[]]>([
    ['the name of its FluxConfig', 'bm-flux', (text) => text, ["configName: 'flux'"]],
    ['the name of its AWSIamConfig', 'bm-iam', (text) => text, ["configName: 'iam'"]],
    ['the name of its OIDCConfig', 'bm-oidc', (text) => text, ["configName: 'sso'"]],
    [
      'a GitOpsConfig',
      'bm-gitops',
      (text) => text.replace(/  bundlesRef:\n(    .*\n)+/, ''),
      ['FluxSync.gitOpsConfig({', "configName: 'flux'"],
    ],
    [
      'names of machine and datacenter configurations',
      'bm',
      (text) => text.replace(/lab-cp/g, 'masters').replace(/(kind: TinkerbellDatacenterConfig\n(?:metadata:\n)? *name: )lab/g, '$1site'),
      ["datacenterConfigName: 'site'", "machineConfigName: 'masters'"],
    ],
    [
      'a machine configuration that groups share',
      'vs-two',
      (text) => text.replace('name: prod-md-1', 'name: prod-md-0').replace(/---\n(?:(?!---)[\s\S])*name: prod-md-1[\s\S]*$/, ''),
      ["machineConfigName: 'prod-md-0'"],
    ],
  ])('%s', (_what, base, change, expected) => {
    const { hardware, ...files } = read(base);
    const cluster = change(files.cluster);
    const { program, findings } = imported({ cluster, hardware }, false);
    expect(findings).toEqual([]);
    for (const text of expected) expect(program).toContain(text);
    expect(differences(cluster, runProgram(program!, hardware)['cluster.yaml'])).toEqual([]);
  });
});

describe('fields without a property are refused by name', () => {
  const bareMetal = read('bm').cluster;

  test.each([
    [
      'a field of Cilium beside values for its chart',
      bareMetal.replace('cilium: {}', 'cilium: { cniExclusive: false, helmValues: { debug: true } }'),
      'Cluster.spec.clusterNetwork.cniConfig.cilium.cniExclusive',
    ],
    ['a Secret', `${bareMetal}\n---\napiVersion: v1\nkind: Secret\nmetadata: { name: extra }\n`, 'Secret/extra'],
    ['a document without a kind', `${bareMetal}\n---\napiVersion: v1\nmetadata: { name: extra }\n`, '(no kind)/extra'],
    [
      'a password of the proxy',
      bareMetal
        .replace(
          '  managementCluster:',
          '  proxyConfiguration: { httpProxy: "http://ops:s3cret@10.20.0.4:3128", httpsProxy: "10.20.0.4:3128" }\n  managementCluster:',
        )
        .replace('  tinkerbellIP', '  hookImagesURLPath: http://10.20.0.2/hook\n  tinkerbellIP'),
      'Cluster.spec.proxyConfiguration.httpProxy',
    ],
    [
      'a group without a key',
      bareMetal.replace(/    sshAuthorizedKeys:\n( *)- .*\n/, '    sshAuthorizedKeys: [""]\n'),
      'TinkerbellMachineConfig/lab-cp.spec.users',
    ],
  ])('%s', (_what, cluster, path) => {
    const { program, findings } = imported({ ...read('bm'), cluster });
    expect(program).toBeUndefined();
    expect(findings.map((finding) => finding.path)).toContain(path);
    for (const { line, message } of findings) {
      expect(line === undefined || line > 0).toBe(true);
      expect(message).toBeTruthy();
    }
  });

  test('deprecated forms that the tools overwrite, unless the cluster does not exist yet', () => {
    const { findings } = imported(read('bm-gitops'), false);
    expect(findings.map(({ path }) => path)).toEqual(['Cluster.spec.bundlesRef']);
    for (const { fix } of findings) expect(fix).toContain('--new-names');
    expect(imported(read('bm-gitops')).program).toContain("gitOps: FluxSync.github({ owner: 'ops'");
  });

  test('a cluster on bare metal without its machines', () => {
    const cluster = bareMetal.replace('managementCluster:\n    name: lab', 'managementCluster:\n    name: head-office');
    expect(imported({ cluster }).findings).toMatchObject([
      { path: 'hardware.csv', message: 'is missing; BareMetalCluster takes its machines from it' },
    ]);
  });

  test('files with errors of their own, which are reported instead', () => {
    const { findings } = imported({ ...read('bm'), cluster: bareMetal.replace("'1.35'", "'1.12'") });
    expect(findings.map(({ ruleId }) => ruleId)).toContain('version');
  });
});

describe('BMC credentials in the file', () => {
  const { cluster, hardware } = read('bm');

  test('never become part of the program: one credential for all is named by two variables', () => {
    const { program } = imported({ cluster, hardware: hardware!.replaceAll('${env:BMC_PASSWORD}', 's3cret') });
    expect(program).not.toContain('s3cret');
    expect(program).toContain("BmcCredentials.fromEnvironment({ username: 'BMC_USERNAME', password: 'BMC_PASSWORD' })");
    expect(runProgram(program!, hardware!.replaceAll('${env:BMC_PASSWORD}', 's3cret'))['hardware.csv']).toContain(
      '${env:BMC_USERNAME},${env:BMC_PASSWORD}',
    );
  });

  test('that differ make machines in code, with variables of their own', () => {
    const { program } = imported({
      cluster,
      hardware: hardware!.replace('${env:BMC_PASSWORD}', 'one-s3cret').replace('${env:BMC_PASSWORD}', 'two-s3cret'),
    });
    expect(program).not.toContain('s3cret');
    expect(program).toContain("BmcCredentials.fromEnvironment({ username: 'BMC_USERNAME_NODE_02', password: 'BMC_PASSWORD_NODE_02' })");
    expect(runProgram(program!)['hardware.csv']).toContain('${env:BMC_USERNAME_NODE_02},${env:BMC_PASSWORD_NODE_02}');
  });
});
