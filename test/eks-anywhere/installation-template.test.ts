import { Duration, Lazy } from 'aws-cdk-lib';
import { parse } from 'yaml';
import {
  BareMetalCluster,
  BareMetalClusterProps,
  EksAnywhereKubernetesVersion,
  InstallationTemplate,
  OperatingSystem,
  TemplateAction,
} from '../../src';
import { testWithForeignFiles } from '../eksa/recorded-data';
import { crdViolations } from '../eksa/strict-crd';
import { bareMetal, newApp, synthesized } from './sample';

function documents(changes: Partial<BareMetalClusterProps>): any[] {
  const app = newApp();
  new BareMetalCluster(app, 'Factory', bareMetal(changes));
  return synthesized(app, 'Factory/cluster.yaml').split('---\n').map((text) => parse(text));
}

function templateDocument(installationTemplate: InstallationTemplate, changes: Partial<BareMetalClusterProps> = {}): any {
  const all = documents({ controlPlaneNodes: { count: 1, select: { type: 'cp' }, installationTemplate }, ...changes });
  return all.find(({ kind }) => kind === 'TinkerbellTemplateConfig');
}

function actionOf(action: TemplateAction, changes: Partial<BareMetalClusterProps> = {}): any {
  return templateDocument(InstallationTemplate.ofActions([action]), changes).spec.template.tasks[0].actions[0];
}

const STEPS = () => [
  TemplateAction.streamImage(),
  TemplateAction.writeNetplan(),
  TemplateAction.disableCloudInitNetwork(),
  TemplateAction.cloudInit({ adminMachine: '10.20.0.5' }),
  TemplateAction.cloudInitDatasource(),
  TemplateAction.reboot(),
];

const RED_HAT = { os: OperatingSystem.redHat({ imageUrl: 'https://images.acme.example/rhel-1-35.gz' }) };

test('the steps of Ubuntu are those of EKS Anywhere', () => {
  const { spec } = templateDocument(InstallationTemplate.ofActions(STEPS()));
  expect(spec).toMatchSnapshot();
});

test('the steps of Red Hat are on the first partition', () => {
  const actions = [TemplateAction.streamImage(), TemplateAction.writeNetworkManager(), TemplateAction.cloudInitDatasource()];
  const { spec } = templateDocument(InstallationTemplate.ofActions(actions), RED_HAT);
  expect(spec.template.tasks[0].actions).toMatchSnapshot();
});

test('the machine configuration refers to its template; groups without one keep the steps of EKS Anywhere', () => {
  const all = documents({
    controlPlaneNodes: { count: 1, select: { type: 'cp' }, installationTemplate: InstallationTemplate.ofActions(STEPS()) },
  });
  const machines = all.filter(({ kind }) => kind === 'TinkerbellMachineConfig');
  expect(machines.map(({ spec }) => spec.templateRef)).toEqual([{ kind: 'TinkerbellTemplateConfig', name: 'factory-cp' }, undefined]);
});

test('groups of one template name share it', () => {
  const group = { installationTemplate: InstallationTemplate.ofActions(STEPS()), installationTemplateName: 'with-steps' };
  const all = documents({
    controlPlaneNodes: { count: 1, select: { type: 'cp' }, ...group },
    workerNodes: [{ name: 'gateway', count: 1, select: { type: 'worker' }, ...group }],
  });
  expect(all.filter(({ kind }) => kind === 'TinkerbellTemplateConfig').map(({ metadata }) => metadata.name)).toEqual(['with-steps']);
});

test('a group with an image of its own streams that', () => {
  const action = actionOf(TemplateAction.streamImage(), {
    controlPlaneNodes: {
      count: 1,
      select: { type: 'cp' },
      imageUrl: 'http://10.20.0.2/own-1-35.gz',
      installationTemplate: InstallationTemplate.ofActions([TemplateAction.streamImage()]),
    },
  });
  expect(action.environment.IMG_URL).toBe('http://10.20.0.2/own-1-35.gz');
});

test.each<[string, TemplateAction, object]>([
  [
    'an image of another place, repeated, behind a proxy',
    TemplateAction.streamImage({
      imageUrl: 'http://10.20.0.2/x.raw',
      disk: '/dev/nvme1n1',
      compressed: false,
      retryFor: Duration.minutes(15),
      timeout: Duration.minutes(20),
      environment: { HTTPS_PROXY: 'http://10.20.0.4:3128' },
    }),
    {
      name: 'stream image to disk',
      image: '127.0.0.1/embedded/image2disk',
      timeout: 1200,
      environment: {
        DEST_DISK: '/dev/nvme1n1',
        IMG_URL: 'http://10.20.0.2/x.raw',
        COMPRESSED: 'false',
        RETRY_ENABLED: 'true',
        RETRY_DURATION_MINUTES: '15',
        HTTPS_PROXY: 'http://10.20.0.4:3128',
      },
    },
  ],
  [
    'a file with everything said',
    TemplateAction.writeFile({
      name: 'greet',
      path: '/etc/motd',
      contents: 'Hello\n',
      disk: '/dev/sda',
      partition: 3,
      filesystem: 'xfs',
      uid: 1000,
      gid: 100,
      mode: '0600',
      directoryMode: '0700',
      hostPid: false,
      timeout: Duration.seconds(30),
    }),
    {
      name: 'greet',
      image: '127.0.0.1/embedded/writefile',
      timeout: 30,
      environment: {
        DEST_DISK: '/dev/sda3',
        FS_TYPE: 'xfs',
        DEST_PATH: '/etc/motd',
        CONTENTS: 'Hello\n',
        UID: '1000',
        GID: '100',
        MODE: '0600',
        DIRMODE: '0700',
      },
    },
  ],
  [
    'a file with the least',
    TemplateAction.writeFile({ path: '/etc/motd', contents: '' }),
    {
      name: 'write /etc/motd',
      image: '127.0.0.1/embedded/writefile',
      timeout: 90,
      pid: 'host',
      environment: {
        DEST_DISK: '{{ formatPartition ( index .Hardware.Disks 0 ) 2 }}',
        FS_TYPE: 'ext4',
        DEST_PATH: '/etc/motd',
        CONTENTS: '',
        UID: '0',
        GID: '0',
        MODE: '0644',
        DIRMODE: '0755',
      },
    },
  ],
  [
    'a command',
    TemplateAction.runCommand({ command: 'apt-get -y install open-iscsi', updateResolvConf: true, environment: { DEBIAN_FRONTEND: 'x' } }),
    {
      name: 'run command',
      image: '127.0.0.1/embedded/cexec',
      timeout: 90,
      environment: {
        BLOCK_DEVICE: '{{ formatPartition ( index .Hardware.Disks 0 ) 2 }}',
        FS_TYPE: 'ext4',
        CHROOT: 'y',
        DEFAULT_INTERPRETER: '/bin/sh -c',
        CMD_LINE: 'apt-get -y install open-iscsi',
        UPDATE_RESOLV_CONF: 'true',
        DEBIAN_FRONTEND: 'x',
      },
    },
  ],
  [
    'a kernel',
    TemplateAction.kexec({ kernelPath: '/boot/vmlinuz', initrdPath: '/boot/initrd', commandLine: 'ro', disk: '/dev/nvme0n1' }),
    {
      name: 'kexec',
      image: '127.0.0.1/embedded/kexec',
      timeout: 90,
      pid: 'host',
      environment: {
        BLOCK_DEVICE: '/dev/nvme0n1p2',
        FS_TYPE: 'ext4',
        KERNEL_PATH: '/boot/vmlinuz',
        INITRD_PATH: '/boot/initrd',
        CMD_LINE: 'ro',
      },
    },
  ],
  [
    'a reboot',
    TemplateAction.reboot({ timeout: Duration.minutes(2) }),
    { name: 'reboot', image: '127.0.0.1/embedded/reboot', timeout: 120, pid: 'host', volumes: ['/worker:/worker'] },
  ],
  [
    'an action of an image of your own',
    TemplateAction.of({
      name: 'wipe',
      image: 'registry.acme.example/wipe:1',
      timeout: Duration.minutes(5),
      command: ['wipe', '/dev/sdb'],
      environment: { FORCE: '1' },
      volumes: ['/tmp:/tmp'],
      pid: 'host',
      onTimeout: ['echo', 'late'],
      onFailure: ['echo', 'failed'],
    }),
    {
      'name': 'wipe',
      'image': 'registry.acme.example/wipe:1',
      'timeout': 300,
      'command': ['wipe', '/dev/sdb'],
      'environment': { FORCE: '1' },
      'volumes': ['/tmp:/tmp'],
      'pid': 'host',
      'on-timeout': ['echo', 'late'],
      'on-failure': ['echo', 'failed'],
    },
  ],
  [
    'an action of an image of your own with the least',
    TemplateAction.of({ image: 'registry.acme.example/wipe:1' }),
    { name: 'registry.acme.example/wipe:1', image: 'registry.acme.example/wipe:1', timeout: 90 },
  ],
])('an action: %s', (_title, action, expected) => {
  expect(actionOf(action)).toEqual(expected);
});

test.each([
  ['/dev/sda', 1, '/dev/sda1'],
  ['/dev/vdb', 12, '/dev/vdb12'],
  ['/dev/nvme0n1', 2, '/dev/nvme0n1p2'],
  ['/dev/mmcblk0', 2, '/dev/mmcblk0p2'],
  ['{{ index .Hardware.Disks 1 }}', 3, '{{ formatPartition ( index .Hardware.Disks 1 ) 3 }}'],
])('partition of %s: %s', (disk, partition, path) => {
  expect(actionOf(TemplateAction.kexec({ disk, partition })).environment.BLOCK_DEVICE).toBe(path);
});

/** A release whose Tinkerbell consists of several services. */
const OLD: Partial<BareMetalClusterProps> = {
  eksAnywhereVersion: 'v0.24.4',
  kubernetesVersion: EksAnywhereKubernetesVersion.V1_34,
  os: OperatingSystem.ubuntu({ imageUrl: 'https://images.acme.example/ubuntu-1-34.gz' }),
};

test.each<[string, Parameters<typeof TemplateAction.cloudInit>[0], string, Partial<BareMetalClusterProps>?]>([
  ['a workload cluster', {}, "metadata_urls: ['http://10.20.0.11:7172']"],
  [
    'a cluster that is installed from an admin machine',
    { adminMachine: '10.20.0.5' },
    "metadata_urls: ['http://10.20.0.5:7172', 'http://10.20.0.11:7172']",
  ],
  ['a release before v0.25.0', { adminMachine: '10.20.0.5' }, "metadata_urls: ['http://10.20.0.5:50061', 'http://10.20.0.11:50061']", OLD],
  ['a service elsewhere', { metadataUrls: ['http://10.20.0.6:50061'] }, "metadata_urls: ['http://10.20.0.6:50061']"],
])('cloud-init asks the metadata service of %s', (_title, options, expected, changes) => {
  const { CONTENTS } = actionOf(TemplateAction.cloudInit(options), changes).environment;
  expect(CONTENTS).toContain(expected);
  expect(parse(CONTENTS)).toMatchObject({ datasource: { Ec2: { strict_id: false } }, manage_etc_hosts: 'localhost' });
});

test('names of a template and its limits can be said', () => {
  const template = InstallationTemplate.ofActions([TemplateAction.reboot()], {
    name: 'mine',
    timeout: Duration.hours(1),
    volumes: ['/dev:/dev'],
    environment: { LOG: 'all' },
  });
  expect(templateDocument(template).spec.template).toEqual({
    version: '0.1',
    id: '',
    name: 'mine',
    global_timeout: 3600,
    tasks: [
      {
        name: 'mine',
        worker: '{{.device_1}}',
        volumes: ['/dev:/dev'],
        environment: { LOG: 'all' },
        actions: [expect.objectContaining({ name: 'reboot' })],
      },
    ],
  });
});

test.each<[string, () => unknown, RegExp]>([
  [
    'no action',
    () => InstallationTemplate.ofActions([]),
    /^InstallationTemplate.ofActions: actions: got none, expected at least one$/,
  ],
  [
    'a template that ends at once',
    () => InstallationTemplate.ofActions([TemplateAction.reboot()], { timeout: Duration.millis(5) }),
    /^InstallationTemplate.ofActions: timeout: got 0.005, expected a whole number of seconds, at least 1$/,
  ],
  [
    'a relative path',
    () => TemplateAction.writeFile({ path: 'etc/motd', contents: '' }),
    /^TemplateAction.writeFile: path: got "etc\/motd", expected an absolute path/,
  ],
  [
    'a path without a name',
    () => TemplateAction.writeFile({ path: '/etc/', contents: '' }),
    /^TemplateAction.writeFile: path: got "\/etc\/", expected an absolute path/,
  ],
  [
    'a kernel without its RAM disk',
    () => TemplateAction.kexec({ kernelPath: '/boot/vmlinuz' }),
    /^TemplateAction.kexec: kernelPath: got "\/boot\/vmlinuz" without initrdPath, expected both, or neither/,
  ],
  [
    'a RAM disk without its kernel',
    () => TemplateAction.kexec({ initrdPath: '/boot/initrd' }),
    /^TemplateAction.kexec: initrdPath: got "\/boot\/initrd" without kernelPath, expected both, or neither/,
  ],
  [
    'a name of 200 characters',
    () => TemplateAction.reboot({ name: 'x'.repeat(200) }),
    /^TemplateAction.reboot: name: got 200 characters, expected at most 199$/,
  ],
  [
    'a password of the place of an image',
    () => TemplateAction.streamImage({ imageUrl: 'https://me:pw@images.acme.example/x.gz' }),
    /^TemplateAction.streamImage: imageUrl: got a password, which would be written to cdk.out, expected a URL without login$/,
  ],
  [
    'a password of a proxy',
    () => TemplateAction.streamImage({ environment: { HTTPS_PROXY: 'http://me:pw@proxy.acme.example:3128' } }),
    /^TemplateAction.streamImage: environment.HTTPS_PROXY: got a password, which would be written to cdk.out, expected a URL/,
  ],
  [
    'the default network of a release that lacks a function of it',
    () => actionOf(TemplateAction.writeNetplan(), OLD),
    /^Factory: controlPlaneNodes.installationTemplate: action "write netplan config": contents: got none with EKS Anywhere v0.24.4/,
  ],
  [
    'permissions in words',
    () => TemplateAction.writeFile({ path: '/a', contents: '', mode: 'u+x' }),
    /^TemplateAction.writeFile: mode: got "u\+x", expected octal digits such as 0644$/,
  ],
  [
    'an owner below 0',
    () => TemplateAction.writeFile({ path: '/a', contents: '', uid: -1 }),
    /^TemplateAction.writeFile: uid: got -1, expected a whole number, at least 0$/,
  ],
  [
    'partition 0',
    () => TemplateAction.kexec({ partition: 0 }),
    /^TemplateAction.kexec: partition: got 0, expected a whole number, at least 1$/,
  ],
  [
    'a disk without its folder',
    () => TemplateAction.kexec({ disk: 'sda' }),
    /^TemplateAction.kexec: disk: got "sda", expected a device such as/,
  ],
  [
    'half a second',
    () => TemplateAction.reboot({ timeout: Duration.millis(500) }),
    /^TemplateAction.reboot: timeout: got 0.5, expected a whole number of seconds, at least 1$/,
  ],
  [
    'a part of a minute',
    () => TemplateAction.streamImage({ retryFor: Duration.seconds(90) }),
    /^TemplateAction.streamImage: retryFor: got 1.5, expected a whole number of minutes, at least 1$/,
  ],
  ['an empty command', () => TemplateAction.runCommand({ command: ' ' }), /^TemplateAction.runCommand: command: got " ", expected a text$/],
  ['no image', () => TemplateAction.of({ image: '' }), /^TemplateAction.of: image: got "", expected a text$/],
  ['an empty name', () => TemplateAction.reboot({ name: '' }), /^TemplateAction.reboot: name: got "", expected a text$/],
  [
    'two actions with one name',
    () => templateDocument(InstallationTemplate.ofActions([TemplateAction.reboot(), TemplateAction.reboot()])),
    /^Factory: controlPlaneNodes.installationTemplate: actions: got two with the name "reboot", expected another name for one of them$/,
  ],
  [
    'an image without a URL',
    () => actionOf(TemplateAction.streamImage(), { os: OperatingSystem.ubuntu() }),
    /^Factory: controlPlaneNodes.installationTemplate: action "stream image to disk": got no imageUrl, expected one here, on the group, or/,
  ],
  [
    'a value known only after deployment',
    () => actionOf(TemplateAction.writeFile({ path: '/a', contents: Lazy.string({ produce: () => 'x' }) })),
    /^Factory: controlPlaneNodes.installationTemplate: tasks\[0\].actions\[0\].environment.CONTENTS: got a value known only after/,
  ],
  [
    'a field that Tinkerbell does not have',
    () => {
      const tasks = [{ name: 'x', worker: 'w', actions: [], env: {} }];
      return templateDocument(InstallationTemplate.of({ version: '0.1', name: 'x', id: '', global_timeout: 1, tasks }));
    },
    /installationTemplate of 'factory-cp'.tasks\[0\].env is no field of this object.*\[rule S1\]/,
  ],
])('rejects %s', (_title, make, message) => {
  expect(make).toThrow(message);
});

testWithForeignFiles('the strict schema of templates accepts every action', () => {
  const actions = [
    ...STEPS(),
    TemplateAction.writeNetworkManager(),
    TemplateAction.runCommand({ command: 'true' }),
    TemplateAction.kexec(),
    TemplateAction.of({ image: 'x', onFailure: ['a'], onTimeout: ['b'], command: ['c'], volumes: ['/a:/a'], pid: 'host' }),
  ];
  expect(crdViolations(templateDocument(InstallationTemplate.ofActions(actions, { environment: { A: 'b' } })))).toEqual([]);
});

interface Nic {
  readonly MAC: string;
  readonly VLANID?: string;
  readonly NameServers: readonly string[];
  readonly IP: { readonly Address: string; readonly Netmask: string; readonly Gateway?: string };
}

/** As much of Go's templates as the contents use. */
function rendered(contents: string, nic: Nic): string {
  const at = (path: string) => path.split('.').reduce<any>((value, name) => value?.[name], nic) as string | undefined;
  const field = '\\(index \\.Hardware\\.Interfaces 0\\)\\.DHCP\\.([\\w.]+)';
  return contents
    .replace(/\s*\{\{-/g, '{{')
    .replace(
      /\{\{ range .*?\}\}\{\{ if \$at \}\}(.*?)\{\{ end \}\}\{\{ \$server \}\}\{\{ end \}\}/g,
      (_all, separator: string) => nic.NameServers.join(separator),
    )
    .replace(
      new RegExp(`\\{\\{ if ${field} \\}\\}([\\s\\S]*?)(?:\\{\\{ else \\}\\}([\\s\\S]*?))?\\{\\{ end \\}\\}`, 'g'),
      (_all, path: string, yes: string, no = '') => at(path) ? yes : no,
    )
    .replace(new RegExp(`\\{\\{ netmaskToPrefixLength ${field} \\}\\}`, 'g'), () => '24')
    .replace(new RegExp(`\\{\\{ ${field} \\}\\}`, 'g'), (_all, path: string) => at(path) ?? '');
}

const PLAIN: Nic = {
  MAC: '52:54:00:aa:00:01',
  NameServers: ['10.20.0.2', '10.20.0.3'],
  IP: { Address: '10.20.0.21', Netmask: '255.255.255.0', Gateway: '10.20.0.1' },
};
const ADDRESSES = {
  addresses: ['10.20.0.21/24'],
  nameservers: { addresses: ['10.20.0.2', '10.20.0.3'] },
  routes: [{ to: 'default', via: '10.20.0.1' }],
};
const CARD = { 'match': { macaddress: '52:54:00:aa:00:01' }, 'set-name': 'node' };

test.each<[string, Nic, object]>([
  ['a machine', PLAIN, { ethernets: { node: { ...CARD, ...ADDRESSES } } }],
  [
    'a machine on a VLAN',
    { ...PLAIN, VLANID: '12' },
    { ethernets: { node: CARD }, vlans: { 'node.12': { id: 12, link: 'node', ...ADDRESSES } } },
  ],
  [
    'a machine without a gateway',
    { ...PLAIN, IP: { ...PLAIN.IP, Gateway: undefined } },
    { ethernets: { node: { ...CARD, ...ADDRESSES, routes: undefined } } },
  ],
])('netplan gives %s the address of the inventory', (_title, nic, network) => {
  const { CONTENTS } = actionOf(TemplateAction.writeNetplan()).environment;
  expect(parse(rendered(CONTENTS, nic))).toEqual({ network: { version: 2, ...network } });
});

test.each<[string, Nic, string]>([
  ['a machine', PLAIN, 'type=ethernet\n'],
  ['a machine on a VLAN', { ...PLAIN, VLANID: '12' }, '[vlan]\nflags=1\nid=12\n'],
])('NetworkManager gives %s the address of the inventory', (_title, nic, text) => {
  const written = rendered(actionOf(TemplateAction.writeNetworkManager(), RED_HAT).environment.CONTENTS, nic);
  expect(written).toContain(text);
  expect(written).toContain('[ipv4]\nmethod=manual\naddress1=10.20.0.21/24\ngateway=10.20.0.1\ndns=10.20.0.2;10.20.0.3;\n');
  expect(written).not.toContain('{{');
});

test('no line of the contents ends in blanks: YAML would then write them in quotes, which breaks expressions that trim lines', () => {
  for (const action of [TemplateAction.writeNetplan(), TemplateAction.writeNetworkManager()]) {
    expect(actionOf(action).environment.CONTENTS).not.toMatch(/[ \t]$/m);
  }
});
