import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BareMetalCluster,
  BareMetalClusterProps,
  BottlerocketOptions,
  EksAnywhereKubernetesVersion,
  FluxSync,
  HardwareInventory,
  InstallationTemplate,
  IdentityProvider,
  LabelOperator,
  OperatingSystem,
  VSphereCluster,
  VSphereWorkerNodes,
} from '../../src';
import { SSH_KEY, bareMetal, machine, newApp, synthesized, vsphere } from './sample';

const CERTIFICATE = readFileSync(join(__dirname, '..', 'eksa', 'certificate.pem'), 'utf8');

function bareMetalYaml(changes: Partial<BareMetalClusterProps>): string {
  const app = newApp();
  new BareMetalCluster(app, 'Factory', bareMetal(changes));
  return synthesized(app, 'Factory/cluster.yaml');
}

const AFFINITY = {
  required: [
    { labels: { type: 'cp' }, expressions: [{ key: 'rack', operator: LabelOperator.IN, values: ['r1', 'r2'] }] },
    { labels: { type: 'spare' } },
  ],
  preferred: [{ weight: 50, labels: { rack: 'r1' } }],
};

test('chooses machines by affinity', () => {
  const hardware = new HardwareInventory([
    { ...machine(1, 'cp'), labels: { type: 'cp', rack: 'r1' } },
    machine(2, 'worker'),
    machine(3, 'spare'),
  ]);
  expect(bareMetalYaml({ hardware, controlPlaneNodes: { count: 1, affinity: AFFINITY } })).toContain(`
  hardwareAffinity:
    required:
      - labelSelector:
          matchLabels:
            type: cp
          matchExpressions:
            - key: rack
              operator: In
              values:
                - r1
                - r2
      - labelSelector:
          matchLabels:
            type: spare
    preferred:
      - weight: 50
        hardwareAffinityTerm:
          labelSelector:
            matchLabels:
              rack: r1
`);
});

test('sets the image on every group once one group has its own', () => {
  const yaml = bareMetalYaml({
    workerNodes: [
      {
        name: 'old',
        count: 1,
        select: { type: 'worker' },
        kubernetesVersion: EksAnywhereKubernetesVersion.V1_34,
        imageUrl: 'http://10.20.0.2/ubuntu-1-34.gz',
      },
    ],
  });
  expect(yaml.match(/osImageURL: .*/g)).toEqual([
    'osImageURL: https://images.acme.example/ubuntu-1-35.gz',
    'osImageURL: http://10.20.0.2/ubuntu-1-34.gz',
  ]);
});

test('writes an installation template and refers to it', () => {
  const installationTemplate = InstallationTemplate.of({
    version: '0.1',
    name: 'mine',
    id: '',
    global_timeout: 6000,
    tasks: [{ name: 'mine', worker: '{{.device_1}}', actions: [{ name: 'reboot', image: 'r', timeout: 90 }] }],
  });
  const yaml = bareMetalYaml({ controlPlaneNodes: { count: 1, select: { type: 'cp' }, installationTemplate } });
  expect(yaml).toContain('templateRef:\n    kind: TinkerbellTemplateConfig\n    name: factory-cp\n');
  expect(yaml).toContain('kind: TinkerbellTemplateConfig\nmetadata:\n  name: factory-cp\nspec:\n  template:\n    version: "0.1"\n');
});

const refused: [string, Partial<BareMetalClusterProps>, RegExp][] = [
  ['a group that selects nothing', { controlPlaneNodes: { count: 1 } }, /controlPlaneNodes.select is empty.*\[rule T7\]/],
  [
    'a group that selects twice',
    { controlPlaneNodes: { count: 1, select: { type: 'cp' }, affinity: AFFINITY } },
    /controlPlaneNodes.affinity and hardwareSelector are both set.*\[rule T7\]/,
  ],
  [
    'affinity without a required term',
    { controlPlaneNodes: { count: 1, affinity: { required: [] } } },
    /controlPlaneNodes.affinity.required is empty.*\[rule T9\]/,
  ],
  [
    'an operator without values',
    { controlPlaneNodes: { count: 1, affinity: { required: [{ expressions: [{ key: 'a', operator: LabelOperator.IN }] }] } } },
    /controlPlaneNodes.affinity.required\[0\].labelSelector.matchExpressions\[0\].values is empty; In needs at least one.*\[rule T12\]/,
  ],
  [
    'a weight out of range',
    { controlPlaneNodes: { count: 1, affinity: { required: [{}], preferred: [{ weight: 0 }] } } },
    /controlPlaneNodes.affinity.preferred\[0\].weight is 0; expected 1 to 100.*\[rule S1\]/,
  ],
  [
    'too few machines for a term',
    { controlPlaneNodes: { count: 1, affinity: AFFINITY } },
    /affinity.required\[1\].labelSelector.matchLabels must match 1 machine; hardware.csv has 0 labelled type=spare.*\[rule T31\]/,
  ],
  [
    'an image of another version',
    { workerNodes: [{ name: 'a', count: 1, select: { type: 'worker' }, imageUrl: 'http://x/1-34' }] },
    /workerNodes\[0\].imageUrl is 'http:\/\/x\/1-34', which does not name Kubernetes 1.35.*\[rule T24\]/,
  ],
  [
    'a template with an unknown field',
    {
      controlPlaneNodes: {
        count: 1,
        select: { type: 'cp' },
        installationTemplate: InstallationTemplate.of({ version: '0.1', name: 'x', id: '', global_timeout: 1, tasks: [], task: [] }),
      },
    },
    /installationTemplate of 'factory-cp'.task is no field.*\[rule S1\]/,
  ],
  [
    'a template name without a template',
    { workerNodes: [{ name: 'a', count: 1, select: { type: 'worker' }, installationTemplateName: 'mine' }] },
    /Factory: workerNodes\[0\].installationTemplateName: got "mine" without installationTemplate, expected both or neither/,
  ],
  [
    'groups that share a machine configuration and disagree',
    {
      controlPlaneNodes: { count: 1, select: { type: 'cp' }, machineConfigName: 'one' },
      workerNodes: [{ name: 'a', count: 1, select: { type: 'worker' }, machineConfigName: 'one' }],
    },
    /workerNodes\[0\].machineConfigName is the name of two documents of this kind.*\[rule P9\]/,
  ],
  [
    'a login without keys',
    { controlPlaneNodes: { count: 1, select: { type: 'cp' }, login: { keys: [] } } },
    /Factory: controlPlaneNodes.login.keys: got none, expected a public key/,
  ],
];
test.each(refused)('fails on %s', (_title, changes, message) => {
  expect(() => bareMetalYaml(changes)).toThrow(message);
});

test('uses the names that an existing cluster has', () => {
  const yaml = bareMetalYaml({
    datacenterConfigName: 'site',
    controlPlaneNodes: { count: 1, select: { type: 'one' }, machineConfigName: 'servers' },
    workerNodes: [{ name: 'a', count: 1, select: { type: 'one' }, machineConfigName: 'servers' }],
    hardware: new HardwareInventory([machine(1, 'one'), machine(2, 'one')]),
    identityProviders: [IdentityProvider.oidc({ clientId: 'kubernetes', issuerUrl: 'https://sso.acme.example', configName: 'sso' })],
    gitOps: FluxSync.gitOpsConfig({ owner: 'acme', repository: 'clusters', configName: 'git' }),
  });
  expect(yaml.match(/^kind: .*\nmetadata:\n  name: .*$/gm)?.map((text) => text.replace(/kind: |\nmetadata:\n  name:/g, ''))).toEqual([
    'Cluster factory', 'TinkerbellDatacenterConfig site', 'TinkerbellMachineConfig servers', 'OIDCConfig sso', 'GitOpsConfig git',
  ]);
  expect(yaml.match(/machineGroupRef:\n *kind: TinkerbellMachineConfig\n *name: servers\n/g)).toHaveLength(2);
});

test('lets a group of virtual machines differ from its cluster', () => {
  const app = newApp();
  new VSphereCluster(
    app,
    'Plant',
    vsphere({
      storagePolicy: 'fast',
      workerNodes: [
        {
          name: 'a',
          count: 1,
          os: OperatingSystem.redHat(),
          template: '/DC1/vm/Templates/rhel-1-35',
          datastore: '/DC1/datastore/ds2',
          folder: '/DC1/vm/other',
          resourcePool: '/DC1/host/c2/Resources',
          linkedClones: true,
          tags: ['urn:one'],
          timeServers: ['10.20.0.5'],
          login: { user: 'ops', keys: [SSH_KEY] },
        },
      ],
    }),
  );
  const [, , controlPlane, workers] = synthesized(app, 'Plant/cluster.yaml').split('---\n');
  expect(controlPlane).not.toMatch(/redhat|ds2|urn:one|10\.20\.0\.5|ops$/);
  expect(workers.slice(workers.indexOf('spec:'))).toMatchSnapshot();
});

const refusedOfGroup: [string, Partial<VSphereWorkerNodes>, RegExp][] = [
  ['an invalid key', { login: { keys: ['none'] } }, /workerNodes\[0\].login.*is no OpenSSH public key/],
  [
    'another user than Bottlerocket knows',
    { os: OperatingSystem.bottlerocket(), login: { user: 'ops', keys: [SSH_KEY] } },
    /workerNodes\[0\].login is 'ops'; Bottlerocket knows only 'ec2-user'.*\[rule X16\]/,
  ],
  ['an empty datastore', { datastore: '' }, /workerNodes\[0\].datastore is empty.*\[rule X15\]/],
  ['an invalid time server', { timeServers: ['a b'] }, /workerNodes\[0\].timeServers.*\[rule H2\]/],
  [
    'a setting that Bottlerocket does not know',
    { os: OperatingSystem.bottlerocket({ kubernetes: { additional: { maxPodz: 1 } } }) },
    /workerNodes\[0\].os.kubernetes.additional.maxPodz is no field/,
  ],
];
test.each(refusedOfGroup)('names the property of a group with %s', (_title, changes, message) => {
  const app = newApp();
  expect(() => {
    new VSphereCluster(app, 'Plant', vsphere({ workerNodes: [{ name: 'a', count: 1, ...changes }] }));
    app.synth();
  }).toThrow(message);
});

test('fails on an image URL of a group on vSphere', () => {
  const workerNodes = [{ name: 'a', count: 1, os: OperatingSystem.ubuntu({ imageUrl: 'http://x/ubuntu-1-35' }) }];
  expect(() => new VSphereCluster(newApp(), 'Plant', vsphere({ workerNodes }))).toThrow(
    /Plant: workerNodes\[0\].os: got imageUrl "http:\/\/x\/ubuntu-1-35", expected none, because only bare metal/,
  );
});

function bottlerocketYaml(options: BottlerocketOptions): string {
  const app = newApp();
  new VSphereCluster(app, 'Plant', vsphere({ os: OperatingSystem.bottlerocket(options), template: undefined, timeServers: ['10.20.0.5'] }));
  return synthesized(app, 'Plant/cluster.yaml');
}

test('configures Bottlerocket', () => {
  const yaml = bottlerocketYaml({
    kubernetes: { maxPods: 50, clusterDnsIps: ['10.96.0.10'] },
    sysctl: { 'vm.max_map_count': '262144' },
    bootKernelParameters: { console: ['tty0', 'ttyS0'] },
    certificateAuthorities: { site: CERTIFICATE },
  });
  expect(yaml.slice(yaml.indexOf('  hostOSConfiguration'), yaml.indexOf('  users'))).toMatchSnapshot();
});

const refusedOnBottlerocket: [string, BottlerocketOptions, RegExp][] = [
  [
    'an unknown setting',
    { kubernetes: { additional: { maxPodz: 1 } } },
    /os.kubernetes.additional.maxPodz is no field of this object \(did you mean 'maxPods'\?\).*\[rule S1\]/,
  ],
  [
    'an invalid DNS address',
    { kubernetes: { clusterDnsIps: ['dns'] } },
    /os.kubernetes.clusterDnsIps\[0\] is 'dns'; expected an IP address.*\[rule H7\]/,
  ],
  ['fewer than no pods', { kubernetes: { maxPods: -1 } }, /os.kubernetes.maxPods is -1; expected 0 or more.*\[rule H8\]/],
  ['half a pod', { kubernetes: { maxPods: 1.5 } }, /os.kubernetes.maxPods is 1.5; expected an integer.*\[rule S1\]/],
  [
    'a kernel setting without a name',
    { sysctl: { '': '1' } },
    /os.sysctl has an entry without a name.*\[rule H9\]/,
  ],
  [
    'an invalid certificate',
    { certificateAuthorities: { site: 'none' } },
    /os.certificateAuthorities\[0\].data is no PEM block.*\[rule H4\]/,
  ],
];
test.each(refusedOnBottlerocket)('fails on Bottlerocket with %s', (_title, options, message) => {
  expect(() => bottlerocketYaml(options)).toThrow(message);
});
