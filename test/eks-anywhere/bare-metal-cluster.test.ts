import { CfnParameter, Stack, Stage } from 'aws-cdk-lib';
import {
  BareMetalCluster,
  BareMetalClusterProps,
  BmcCredentials,
  EksAnywhereKubernetesVersion,
  HardwareInventory,
  IdentityProvider,
  OperatingSystem,
  TaintEffect,
} from '../../src';
import { bareMetal, everything, inventory, machine, newApp, synthesized } from './sample';

function synth(changes: Partial<BareMetalClusterProps>): void {
  const app = newApp();
  new BareMetalCluster(app, 'Factory', bareMetal(changes));
  app.synth();
}

test('writes the files that the EKS Anywhere CLI takes', () => {
  const app = newApp();
  new BareMetalCluster(app, 'Factory', bareMetal());
  expect(synthesized(app, 'Factory/cluster.yaml')).toMatchSnapshot('cluster.yaml');
  expect(synthesized(app, 'Factory/hardware.csv')).toMatchSnapshot('hardware.csv');
});

test('writes every option of the node groups', () => {
  const app = newApp();
  new BareMetalCluster(
    app,
    'Factory',
    bareMetal({
      clusterName: 'north',
      nodeCidrMaskSize: 25,
      sshUser: 'ops',
      controlPlaneNodes: {
        count: 1,
        select: { type: 'cp' },
        labels: { zone: 'a' },
        taints: [{ key: 'only', effect: TaintEffect.NO_SCHEDULE }],
        maxSurge: 0,
      },
      workerNodes: [
        {
          name: 'gateway',
          count: 1,
          select: { type: 'worker' },
          labels: { role: 'gateway' },
          taints: [{ key: 'soft', value: 'yes', effect: TaintEffect.PREFER_NO_SCHEDULE }],
          maxSurge: 0,
          maxUnavailable: 1,
        },
      ],
    }),
  );
  expect(synthesized(app, 'Factory/cluster.yaml')).toMatchSnapshot();
});

test('accepts a single machine without workers', () => {
  const app = newApp();
  new BareMetalCluster(app, 'Edge', bareMetal({ hardware: new HardwareInventory([machine(1, 'cp')]), workerNodes: undefined }));
  expect(synthesized(app, 'Edge/cluster.yaml')).toContain('workerNodeGroupConfigurations: []');
});

test.each([
  ['FactoryNorth', 'factory-north'],
  ['EUWest', 'eu-west'],
  ['Plant 7!', 'plant-7'],
  ['edge-1', 'edge-1'],
])('takes its name from the id: %s becomes %s', (id, name) => {
  expect(new BareMetalCluster(newApp(), id, bareMetal()).clusterName).toBe(name);
});

test('writes the files of clusters in a stage to a folder of the stage', () => {
  const app = newApp();
  for (const name of ['Test', 'Production']) new BareMetalCluster(new Stage(app, name), 'Factory', bareMetal());
  expect(synthesized(app, 'Test/Factory/hardware.csv')).toBe(synthesized(app, 'Production/Factory/hardware.csv'));
});

test('writes the files of clusters in stacks into the one folder of the app', () => {
  const app = newApp();
  new BareMetalCluster(new Stack(app, 'Stack'), 'Factory', bareMetal());
  expect(synthesized(app, 'Factory/hardware.csv')).toContain('node-02');
});

test('fails when two clusters would write to one folder', () => {
  const app = newApp();
  new BareMetalCluster(new Stack(app, 'A'), 'Factory', bareMetal());
  expect(() => new BareMetalCluster(new Stack(app, 'B'), 'Factory', bareMetal())).toThrow(
    /B\/Factory: id: got "Factory", which is the folder of A\/Factory in cdk.out\/hybridge already, expected another/,
  );
});

const refusedAtOnce: [string, Partial<BareMetalClusterProps>, RegExp][] = [
  ['an upper-case cluster name', { clusterName: 'Factory' }, /clusterName is 'Factory'.*\[rule S12\]/],
  ['a long cluster name', { clusterName: 'a'.repeat(36) }, /clusterName has 36 characters.*\[rule C2\]/],
  ['a one-letter cluster name', { clusterName: 'a' }, /clusterName is 'a'.*\[rule C1\]/],
  [
    'an unknown Kubernetes version',
    { kubernetesVersion: EksAnywhereKubernetesVersion.V1_29 },
    /kubernetesVersion is '1.29'; EKS Anywhere v0.26.0 creates 1.30 to 1.36/,
  ],
  [
    'a Kubernetes version that the older release does not know',
    { eksAnywhereVersion: 'v0.25.0', kubernetesVersion: EksAnywhereKubernetesVersion.V1_36 },
    /creates 1.29 to 1.35; v0.26.0 and newer have '1.36'/,
  ],
  ['a name as endpoint', { endpoint: 'api.example.com' }, /endpoint is 'api.example.com'; expected an IP address.*\[rule S11\]/],
  ['an empty endpoint', { endpoint: '' }, /endpoint is empty.*\[rule C3\]/],
  ['a pod network without mask', { podsCidr: '192.168.0.0' }, /podsCidr is '192.168.0.0'; expected a network.*\[rule C34\]/],
  ['a service network with an invalid mask', { servicesCidr: '10.96.0.0/33' }, /servicesCidr is '10.96.0.0\/33'.*\[rule C34\]/],
  ['an invalid tinkerbellIp', { tinkerbellIp: 'here' }, /tinkerbellIp is 'here'.*\[rule T4\]/],
  ['a negative count', { controlPlaneNodes: { count: -1, select: { type: 'cp' } } }, /controlPlaneNodes.count is -1.*\[rule C8\]/],
  [
    'a fraction of a node',
    { controlPlaneNodes: { count: 1.5, select: { type: 'cp' } } },
    /controlPlaneNodes.count is 1.5; expected an integer.*\[rule S1\]/,
  ],
  [
    'two labels in a selector',
    { workerNodes: [{ name: 'a', count: 1, select: { type: 'worker', rack: 'r1' } }] },
    /workerNodes\[0\].select has 2 labels.*\[rule T8\]/,
  ],
  ['an empty selector', { controlPlaneNodes: { count: 1, select: {} } }, /controlPlaneNodes.select is empty.*\[rule T7\]/],
  [
    'an image that is no URL',
    { os: OperatingSystem.ubuntu({ imageUrl: 'ubuntu-1-35.gz' }) },
    /os: imageUrl is 'ubuntu-1-35.gz'.*\[rule T3\]/,
  ],
  ['a broken SSH key', { sshKey: 'ssh-ed25519 AAAA' }, /sshKey.*is no OpenSSH public key.*\[rule SSH\]/],
  ['a private key', { sshKey: '-----BEGIN OPENSSH PRIVATE KEY-----' }, /sshKey.*is no OpenSSH public key/],
  ['a missing SSH key', { sshKey: undefined as unknown as string }, /sshKey: got none, expected a public key.*that variable is not set/],
];
test.each(refusedAtOnce)('fails at once on %s', (_title, changes, message) => {
  expect(() => new BareMetalCluster(newApp(), 'Factory', bareMetal(changes))).toThrow(message);
});

const refusedAtSynth: [string, Partial<BareMetalClusterProps>, RegExp][] = [
  [
    'an even control plane',
    { controlPlaneNodes: { count: 2, select: { type: 'cp' } } },
    /controlPlaneNodes.count is 2;.*use 1 or 3.*\[rule C9\]/,
  ],
  ['overlapping networks', { servicesCidr: '192.168.128.0/20' }, /servicesCidr.*overlaps the pods'.*\[rule S9\]/],
  [
    'an endpoint inside the services',
    { endpoint: '10.96.0.10' },
    /endpoint is '10.96.0.10', which is inside the services CIDR.*\[rule S9\]/,
  ],
  ['a pod network smaller than a node network', { podsCidr: '192.168.0.0/24' }, /podsCidr has the mask \/24.*\[rule C36\]/],
  ['node networks that are too small', { nodeCidrMaskSize: 33 }, /nodeCidrMaskSize is 33.*\[rule C37\]/],
  [
    'tinkerbellIp equal to the endpoint',
    { tinkerbellIp: '10.20.0.10' },
    /tinkerbellIp is 10.20.0.10, the control plane's endpoint as well.*\[rule T26\]/,
  ],
  [
    'more workers than machines',
    { workerNodes: [{ name: 'a', count: 2, select: { type: 'worker' } }] },
    /workerNodes\[0\].count wants 2 machines labelled type=worker; hardware.csv has 1.*\[rule T31\]/,
  ],
  [
    'groups that share too few machines',
    { workerNodes: [{ name: 'a', count: 1, select: { type: 'cp' } }] },
    /hardware has 1 of the 2 machines labelled type=cp that are wanted.*\[rule S7\]/,
  ],
  [
    'two groups of one name',
    {
      workerNodes: [
        { name: 'a', count: 0, select: { type: 'worker' } },
        { name: 'a', count: 1, select: { type: 'worker' } },
      ],
    },
    /workerNodes\[1\].name is 'a', the name of another group.*\[rule C25\]/,
  ],
  [
    'a group named like the control plane',
    { workerNodes: [{ name: 'cp', count: 1, select: { type: 'worker' } }] },
    /workerNodes\[0\].name is the name of two documents.*\[rule P9\]/,
  ],
  [
    'an invalid group name',
    { workerNodes: [{ name: 'Gate_way', count: 1, select: { type: 'worker' } }] },
    /workerNodes\[0\].name is 'Gate_way'.*\[rule S26\]/,
  ],
  [
    'a selector value that YAML does not read as text',
    { controlPlaneNodes: { count: 1, select: { type: 'yes' } } },
    /controlPlaneNodes.select is 'yes', which the tools read back as 'true'.*\[rule S8\]/,
  ],
  [
    'an image of another version',
    { kubernetesVersion: EksAnywhereKubernetesVersion.V1_36 },
    /os: imageUrl is .*which does not name Kubernetes 1.36.*\[rule T23\]/,
  ],
  ['no image', { os: OperatingSystem.redHat() }, /os: imageUrl is missing.*\[rule T20\]/],
  [
    'Bottlerocket',
    { os: OperatingSystem.bottlerocket() },
    /os is 'bottlerocket', which bare metal supports up to Kubernetes 1.28.*\[rule T19\]/,
  ],
  [
    'a bad node label',
    { workerNodes: [{ name: 'a', count: 1, select: { type: 'worker' }, labels: { '-x': 'y' } }] },
    /workerNodes\[0\].labels.-x the label key '-x'.*\[rule C26\]/,
  ],
  [
    'taints on every group',
    { workerNodes: [{ name: 'a', count: 1, select: { type: 'worker' }, taints: [{ key: 'k', effect: TaintEffect.NO_EXECUTE }] }] },
    /workerNodes has a NoSchedule or NoExecute taint on every group.*\[rule C27\]/,
  ],
  [
    'a control plane surge of two',
    { controlPlaneNodes: { count: 1, select: { type: 'cp' }, maxSurge: 2 } },
    /controlPlaneNodes.maxSurge is 2; expected 0 or 1.*\[rule C60\]/,
  ],
  [
    'neither surge nor unavailable workers',
    { workerNodes: [{ name: 'a', count: 1, select: { type: 'worker' }, maxSurge: 0 }] },
    /workerNodes\[0\].maxSurge has maxSurge 0 and maxUnavailable 0.*\[rule C21\]/,
  ],
];
test.each(refusedAtSynth)('fails at synth on %s', (_title, changes, message) => {
  expect(() => synth(changes)).toThrow(message);
});

test('reports all errors together', () => {
  const changes = { controlPlaneNodes: { count: 2, select: { type: 'cp' } }, servicesCidr: '192.168.128.0/20', tinkerbellIp: '10.20.0.10' };
  expect(() => synth(changes)).toThrow(/rule S9[\s\S]*rule T26|rule T26[\s\S]*rule S9/);
});

test('rejects tokens and names the property', () => {
  const app = newApp();
  const parameter = new CfnParameter(new Stack(app, 'Stack'), 'Endpoint');
  expect(() => new BareMetalCluster(app, 'Factory', bareMetal({ endpoint: parameter.valueAsString }))).toThrow(
    /Factory: endpoint: got a value known only after deployment, expected/,
  );
  const identityProviders = [IdentityProvider.oidc({ clientId: 'x', issuerUrl: parameter.valueAsString })];
  expect(() => new BareMetalCluster(app, 'Other', bareMetal({ identityProviders }))).toThrow(
    /Other: identityProviders\[0\].issuerUrl: got a value known only after deployment, expected/,
  );
  expect(() => new HardwareInventory([{ ...machine(1, 'cp'), gateway: parameter.valueAsString }])).toThrow(
    /HardwareInventory: machine "node-01": gateway: got a value known only after deployment, expected/,
  );
});

test('keeps BMC passwords out of everything that is synthesized', () => {
  const app = newApp();
  const hardware = new HardwareInventory([
    { ...machine(1, 'cp'), bmc: { address: '10.20.1.21', credentials: BmcCredentials.fromSecretsManager('factory/bmc') } },
    machine(2, 'worker'),
  ]);
  new BareMetalCluster(app, 'Factory', bareMetal({ hardware }));
  const csv = synthesized(app, 'Factory/hardware.csv');
  expect(csv).toContain('${secretsmanager:factory/bmc#username},${secretsmanager:factory/bmc#password}');
  expect(csv).toContain('${env:BMC_USER},${env:BMC_PASSWORD}');
  expect(everything(app.outdir)).not.toMatch(/PRIVATE KEY|change-me/);
});

test('warns about a Kubernetes version past its standard support', () => {
  const app = newApp();
  const cluster = new BareMetalCluster(
    app,
    'Factory',
    bareMetal({
      kubernetesVersion: EksAnywhereKubernetesVersion.V1_33,
      os: OperatingSystem.ubuntu({ imageUrl: 'https://images.acme.example/ubuntu-1-33.gz' }),
    }),
  );
  app.synth();
  expect(cluster.node.metadata.filter((entry) => entry.type === 'aws:cdk:warning').map((entry) => entry.data)).toEqual([
    expect.stringMatching(/kubernetesVersion is '1.33', whose standard support ended on 2026-08-31.*cdk-hybridge:eksAnywhere.support/s),
  ]);
});

test('counts machines that are added after the cluster is created', () => {
  const app = newApp();
  const hardware = inventory();
  new BareMetalCluster(app, 'Factory', bareMetal({ hardware, workerNodes: [{ name: 'a', count: 2, select: { type: 'worker' } }] }));
  hardware.add(machine(3, 'worker'));
  expect(synthesized(app, 'Factory/hardware.csv')).toContain('node-03');
});

test('notes how many spare machines upgrades need', () => {
  const notes = (changes: Partial<BareMetalClusterProps>) => {
    const app = newApp();
    const cluster = new BareMetalCluster(app, 'Factory', bareMetal(changes));
    app.synth();
    return cluster.node.metadata.filter((entry) => entry.type === 'aws:cdk:info').map((entry) => entry.data);
  };
  const spareWorker = new HardwareInventory([machine(1, 'cp'), machine(2, 'worker'), machine(3, 'worker')]);
  expect(notes({ hardware: spareWorker })).toEqual([
    'hardware: an upgrade of Kubernetes needs 1 spare machine labelled type=cp and there are 0; add machines '
      + 'before you upgrade, or set upgradeInPlace',
  ]);
  expect(notes({ upgradeInPlace: true })).toEqual([]);
});
