import { readFileSync } from 'fs';
import { join } from 'path';
import { Duration } from 'aws-cdk-lib';
import { BareMetalCluster, InstallationTemplate, OperatingSystem, TemplateAction } from '../../../src';
import type { BareMetalClusterProps } from '../../../src';
import { importCluster } from '../../../src/eksa/import/import-cluster';
import { bareMetal, newApp, synthesized } from '../../eks-anywhere/sample';
import { differences } from './differences';
import { runProgram } from './run-program';

interface Files { readonly cluster: string; readonly hardware: string }

function written(installationTemplate: InstallationTemplate, changes: Partial<BareMetalClusterProps> = {}): Files {
  const app = newApp();
  const controlPlaneNodes = { count: 1, select: { type: 'cp' }, installationTemplate };
  new BareMetalCluster(app, 'Factory', bareMetal({ controlPlaneNodes, ...changes }));
  return { cluster: synthesized(app, 'Factory/cluster.yaml'), hardware: synthesized(app, 'Factory/hardware.csv') };
}

function imported({ cluster, hardware }: Files): { program: string; again: string } {
  const { program, findings } = importCluster({ cluster, hardware: { text: hardware, path: 'hardware.csv' } });
  expect(findings).toEqual([]);
  return { program: program!, again: runProgram(program!, hardware)['cluster.yaml'] };
}

/** The part of the program about the template. */
function templateOf(program: string): string {
  const from = program.indexOf('installationTemplate:');
  return program.slice(from, program.indexOf('workerNodes:', from));
}

/** The template that `ofActions` would make. */
function ofOneTask(actions: unknown): Readonly<Record<string, unknown>> {
  const volumes = ['/dev:/dev', '/dev/console:/dev/console', '/lib/firmware:/lib/firmware:ro'];
  return {
    version: '0.1', id: '', name: 'factory', global_timeout: 6000, tasks: [{ name: 'factory', worker: '{{.device_1}}', volumes, actions }],
  };
}

test('every action comes out by its method, and in the same words', () => {
  const files = written(InstallationTemplate.ofActions([
    TemplateAction.streamImage(),
    TemplateAction.writeNetplan(),
    TemplateAction.disableCloudInitNetwork(),
    TemplateAction.cloudInit({ adminMachine: '10.20.0.5' }),
    TemplateAction.cloudInitDatasource({ timeout: Duration.seconds(30) }),
    TemplateAction.writeFile({ path: '/etc/motd', contents: 'Hello\n', disk: '/dev/nvme0n1', partition: 1, hostPid: false, uid: 7 }),
    TemplateAction.runCommand({ name: 'tools', command: 'apt-get -y install open-iscsi', environment: { TERM: 'dumb' } }),
    TemplateAction.of({ name: 'wipe', image: 'registry.acme.example/wipe:1', command: ['all'], onFailure: ['echo', 'failed'] }),
    TemplateAction.kexec({ kernelPath: '/boot/vmlinuz', initrdPath: '/boot/initrd' }),
    TemplateAction.reboot(),
  ]));
  const { program, again } = imported(files);
  expect(again).toBe(files.cluster);
  expect(templateOf(program)).toMatchSnapshot();
});

test.each<[string, InstallationTemplate, Partial<BareMetalClusterProps>, RegExp]>([
  [
    'an image of another place',
    InstallationTemplate.ofActions([
      TemplateAction.streamImage({ imageUrl: 'http://10.20.0.2/x', retryFor: Duration.minutes(3), compressed: false }),
    ]),
    {},
    /streamImage\(\{ imageUrl: 'http:\/\/10.20.0.2\/x', compressed: false, retryFor: Duration.minutes\(3\) \}\)/,
  ],
  [
    'names and limits of the template',
    InstallationTemplate.ofActions([TemplateAction.reboot()], {
      name: 'mine',
      timeout: Duration.hours(1),
      volumes: [],
      environment: { A: 'b' },
    }),
    {},
    /ofActions\(\[.*\], \{\s*name: 'mine',\s*timeout: Duration.seconds\(3600\),\s*volumes: \[\],\s*environment: \{ A: 'b' \},?\s*\}\)/,
  ],
  [
    'the partition of Red Hat',
    InstallationTemplate.ofActions([TemplateAction.writeFile({ path: '/a', contents: 'b' })]),
    { os: OperatingSystem.redHat({ imageUrl: 'http://10.20.0.2/rhel-1-35.gz' }) },
    /writeFile\(\{ path: '\/a', contents: 'b' \}\)/,
  ],
  [
    'an action of an image of the release that has a field more',
    InstallationTemplate.ofActions([TemplateAction.of({ name: 'reboot', image: '127.0.0.1/embedded/reboot', pid: 'host' })]),
    {},
    /TemplateAction.of\(\{\s*name: 'reboot',\s*image: '127.0.0.1\/embedded\/reboot',/,
  ],
  [
    'a partition that is written otherwise',
    InstallationTemplate.ofActions([
      TemplateAction.of({
        image: '127.0.0.1/embedded/kexec',
        pid: 'host',
        environment: { BLOCK_DEVICE: '{{formatPartition "/dev/sda" 1}}' },
      }),
    ]),
    {},
    /TemplateAction.of\(/,
  ],
  [
    'a template of two tasks',
    InstallationTemplate.of({
      version: '0.1',
      name: 'two',
      id: '',
      global_timeout: 6000,
      tasks: ['a', 'b'].map((name) => ({ name, worker: '{{.device_1}}', actions: [{ name: 'x', image: 'y', timeout: 1 }] })),
    }),
    {},
    /installationTemplate: InstallationTemplate.of\(\{/,
  ],
  ...[
    ['two actions of one name', [{ name: 'x', image: 'y', timeout: 1 }, { name: 'x', image: 'z', timeout: 1 }]],
    ['a password of a proxy', [{ name: 'x', image: 'y', timeout: 1, environment: { HTTPS_PROXY: 'http://me:pw@10.20.0.2:3128' } }]],
  ].map(([title, actions]): [string, InstallationTemplate, Partial<BareMetalClusterProps>, RegExp] => [
    title as string, InstallationTemplate.of(ofOneTask(actions)), {}, /installationTemplate: InstallationTemplate.of\(\{/,
  ]),
  ...[
    ['a kernel without its RAM disk', 'kexec', { BLOCK_DEVICE: '/dev/sda2', FS_TYPE: 'ext4', KERNEL_PATH: '/boot/vmlinuz' }],
    ['a file without a name', 'writefile', {
      DEST_DISK: '/dev/sda2', FS_TYPE: 'ext4', DEST_PATH: '/etc/', CONTENTS: '', UID: '0', GID: '0', MODE: '0644', DIRMODE: '0755',
    }],
  ].map(([title, image, environment]): [string, InstallationTemplate, Partial<BareMetalClusterProps>, RegExp] => [
    title as string,
    InstallationTemplate.of(ofOneTask([
      { name: 'x', image: `127.0.0.1/embedded/${image as string}`, timeout: 90, environment, pid: 'host' },
    ])),
    {},
    /TemplateAction.of\(\{/,
  ]),
])('%s comes out in the same words', (_title, template, changes, expected) => {
  const files = written(template, changes);
  const { program, again } = imported(files);
  expect(program).toMatch(expected);
  expect(again).toBe(files.cluster);
});

/** The form in which `generate tinkerbelltemplateconfig` printed it up to v0.22. */
const PRINTED = `apiVersion: anywhere.eks.amazonaws.com/v1alpha1
kind: TinkerbellTemplateConfig
metadata: { name: lab }
spec:
  template:
    global_timeout: 6000
    id: ""
    name: lab
    tasks:
    - actions:
      - environment:
          COMPRESSED: "true"
          DEST_DISK: '{{ index .Hardware.Disks 0 }}'
          IMG_URL: http://10.20.0.2/images/ubuntu-2204-kube-1-35.gz
        image: 127.0.0.1/embedded/image2disk
        name: stream image to disk
        timeout: 600
      - environment: { DEST_DISK: '{{ formatPartition ( index .Hardware.Disks 0 ) 2 }}', DEST_PATH: /etc/netplan/config.yaml,
          DIRMODE: "0755", FS_TYPE: ext4, GID: "0", MODE: "0644", STATIC_NETPLAN: "true", UID: "0" }
        image: 127.0.0.1/embedded/writefile
        name: write netplan config
        pid: host
        timeout: 90
      - environment: { CONTENTS: "datasource: Ec2\\n", DEST_DISK: '{{ formatPartition ( index .Hardware.Disks 0 ) 2 }}', DIRMODE: "0700",
          DEST_PATH: /etc/cloud/ds-identify.cfg, FS_TYPE: ext4, GID: "0", MODE: "0600", UID: "0" }
        image: 127.0.0.1/embedded/writefile
        name: add cloud-init ds config
        timeout: 90
      - { image: 127.0.0.1/embedded/reboot, name: reboot, pid: host, timeout: 90, volumes: ['/worker:/worker'] }
      name: lab
      volumes: ['/dev:/dev', '/dev/console:/dev/console', '/lib/firmware:/lib/firmware:ro']
      worker: '{{.device_1}}'
    version: "0.1"
`;

test('a template as the tools print it becomes actions by their methods, where they write the same', () => {
  const base = readFileSync(join(__dirname, 'bases', 'bm.yaml'), 'utf8');
  const reference = 'templateRef: { kind: TinkerbellTemplateConfig, name: lab }';
  const cluster = `${base.replace(/^( +)osFamily: ubuntu/m, `$1${reference}\n$&`)}\n---\n${PRINTED}`;
  const hardware = readFileSync(join(__dirname, 'bases', 'bm.csv'), 'utf8');
  const { program, again } = imported({ cluster, hardware });
  expect(program.match(/TemplateAction\.\w+\(.*/g)).toEqual([
    'TemplateAction.streamImage(),',
    'TemplateAction.of({',
    'TemplateAction.cloudInitDatasource(),',
    'TemplateAction.reboot(),',
  ]);
  expect(program).toContain("installationTemplateName: 'lab'");
  expect(differences(cluster, again)).toEqual([]);
});
