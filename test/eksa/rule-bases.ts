import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SSH_KEY } from '../eks-anywhere/sample';

/** Valid specs, one a provider and topology, for tests that break one thing at a time. */

type Spec = Record<string, unknown>;

export interface Base {
  readonly documents: readonly object[];
  readonly csv?: string;
}

const API_VERSION = 'anywhere.eks.amazonaws.com/v1alpha1';
const USERS = (name: string) => [{ name, sshAuthorizedKeys: [SSH_KEY] }];
export const CERTIFICATE = readFileSync(join(__dirname, 'certificate.pem'), 'utf8');

function document(kind: string, name: string, spec: Spec): object {
  return { apiVersion: API_VERSION, kind, metadata: { name }, spec };
}

function cluster(name: string, datacenterKind: string, spec: Spec, groups: readonly Spec[], controlPlane: Spec): object {
  return document('Cluster', name, {
    kubernetesVersion: '1.35',
    managementCluster: { name },
    datacenterRef: { kind: datacenterKind, name },
    clusterNetwork: { cniConfig: { cilium: {} }, pods: { cidrBlocks: ['192.168.0.0/16'] }, services: { cidrBlocks: ['10.96.0.0/12'] } },
    controlPlaneConfiguration: controlPlane,
    workerNodeGroupConfigurations: groups,
    ...spec,
  });
}

const OIDC = document('OIDCConfig', 'sso', {
  clientId: 'kubernetes',
  issuerUrl: 'https://sso.example',
  requiredClaims: [{ claim: 'aud', value: 'k' }],
});
const IAM = document('AWSIamConfig', 'iam', {
  awsRegion: 'eu-central-1',
  backendMode: ['EKSConfigMap'],
  mapRoles: [{ roleARN: 'arn:aws:iam::123456789012:role/a', username: 'a' }],
  mapUsers: [{ userARN: 'arn:aws:iam::123456789012:user/b', username: 'b' }],
});

const machine = (name: string, type: string) =>
  document('TinkerbellMachineConfig', name, { hardwareSelector: { type }, osFamily: 'ubuntu', users: USERS('ec2-user') });
const tinkerbellRef = (name: string) => ({ kind: 'TinkerbellMachineConfig', name });

const CSV = `hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk,bmc_ip,bmc_username,bmc_password,vlan_id
node-01,52:54:00:aa:00:01,10.20.0.21,255.255.255.0,10.20.0.1,10.20.0.2|1.1.1.1,type=cp,/dev/sda,10.20.1.21,admin,\${env:BMC},
node-02,52:54:00:aa:00:02,10.20.0.22,255.255.255.0,10.20.0.1,10.20.0.2,type=worker,/dev/sda,10.20.1.22,admin,\${env:BMC},
`;

const BARE_METAL: Base = {
  documents: [
    cluster(
      'lab',
      'TinkerbellDatacenterConfig',
      {
        identityProviderRefs: [
          { kind: 'OIDCConfig', name: 'sso' },
          { kind: 'AWSIamConfig', name: 'iam' },
        ],
        gitOpsRef: { kind: 'FluxConfig', name: 'flux' },
      },
      [{ name: 'md-0', count: 1, machineGroupRef: tinkerbellRef('lab-md-0') }],
      { count: 1, endpoint: { host: '10.20.0.10' }, machineGroupRef: tinkerbellRef('lab-cp') },
    ),
    document('TinkerbellDatacenterConfig', 'lab', { tinkerbellIP: '10.20.0.11', osImageURL: 'http://10.20.0.2/ubuntu-1-35.gz' }),
    machine('lab-cp', 'cp'),
    machine('lab-md-0', 'worker'),
    OIDC,
    IAM,
    document('FluxConfig', 'flux', { branch: 'main', github: { owner: 'acme', repository: 'clusters' } }),
  ],
  csv: CSV,
};

/** A bare-metal cluster whose control plane is chosen by affinity. */
const AFFINITY: Base = {
  ...BARE_METAL,
  documents: BARE_METAL.documents.map((one) =>
    (one as { metadata: { name: string } }).metadata.name !== 'lab-cp'
      ? one
      : document('TinkerbellMachineConfig', 'lab-cp', {
        hardwareAffinity: {
          required: [{ labelSelector: { matchLabels: { type: 'cp' }, matchExpressions: [{ key: 'broken', operator: 'DoesNotExist' }] } }],
          preferred: [{ weight: 50, hardwareAffinityTerm: { labelSelector: { matchLabels: { rack: 'r1' } } } }],
        },
        osFamily: 'ubuntu',
        users: USERS('ec2-user'),
      }),
  ),
};

const vsphereMachine = (name: string) => document('VSphereMachineConfig', name, {
  datastore: '/DC1/datastore/ds1', folder: '/DC1/vm/eksa', resourcePool: '/DC1/host/c1/Resources', memoryMiB: 8192, numCPUs: 2, diskGiB: 25,
  osFamily: 'ubuntu', template: '/DC1/vm/ubuntu-1-35', users: USERS('capv'),
});
const vsphereRef = (name: string) => ({ kind: 'VSphereMachineConfig', name });

const VSPHERE: Base = {
  documents: [
    cluster('prod', 'VSphereDatacenterConfig', { gitOpsRef: { kind: 'GitOpsConfig', name: 'gitops' } },
      [{ name: 'md-0', count: 2, machineGroupRef: vsphereRef('prod-md-0'), failureDomains: ['a'] }],
      { count: 3, endpoint: { host: '10.30.0.10' }, machineGroupRef: vsphereRef('prod-cp') }),
    document('VSphereDatacenterConfig', 'prod', {
      server: 'vcenter.example', datacenter: 'DC1', network: '/DC1/network/net', insecure: false, thumbprint: '',
      failureDomains: [{ name: 'a', computeCluster: 'c', resourcePool: 'r', datastore: 'd', folder: 'f', network: '/DC1/network/a' }],
    }),
    vsphereMachine('prod-cp'),
    vsphereMachine('prod-md-0'),
    document('GitOpsConfig', 'gitops', { flux: { github: { owner: 'acme', repository: 'clusters', branch: 'main' } } }),
  ],
};

/** vSphere with external etcd, all machines on Bottlerocket. */
const BOTTLEROCKET: Base = {
  documents: [
    cluster(
      'rock',
      'VSphereDatacenterConfig',
      { externalEtcdConfiguration: { count: 3, machineGroupRef: vsphereRef('rock-etcd') } },
      [{ name: 'md-0', count: 2, machineGroupRef: vsphereRef('rock-md-0') }],
      { count: 2, endpoint: { host: '10.30.0.10' }, machineGroupRef: vsphereRef('rock-cp') },
    ),
    document('VSphereDatacenterConfig', 'rock', {
      server: 'vcenter.example',
      datacenter: 'DC1',
      network: 'net',
      insecure: false,
      thumbprint: '',
    }),
    ...['rock-cp', 'rock-md-0', 'rock-etcd'].map((name) =>
      document('VSphereMachineConfig', name, {
        datastore: 'ds1',
        folder: '',
        resourcePool: 'pool',
        memoryMiB: 8192,
        numCPUs: 2,
        osFamily: 'bottlerocket',
        users: USERS('ec2-user'),
        hostOSConfiguration: {
          ntpConfiguration: { servers: ['ntp.example'] },
          certBundles: [{ name: 'ca', data: CERTIFICATE }],
          bottlerocketConfiguration: {
            kubernetes: { maxPods: 50, clusterDNSIPs: ['10.96.0.10'], allowedUnsafeSysctls: ['net.core.somaxconn'] },
            kernel: { sysctlSettings: { 'vm.max_map_count': '262144' } },
            boot: { bootKernelParameters: { console: ['tty0'] } },
          },
        },
      }),
    ),
  ],
};

const DOCKER: Base = {
  documents: [
    cluster('dev', 'DockerDatacenterConfig', {}, [{ name: 'md-0', count: 1 }], { count: 1 }),
    document('DockerDatacenterConfig', 'dev', {}),
  ],
};

export const BASES = { bareMetal: BARE_METAL, affinity: AFFINITY, vsphere: VSPHERE, bottlerocket: BOTTLEROCKET, docker: DOCKER } as const;

/** Changes by path: `Cluster.spec.x`, `<Kind>/<name>.spec.x[0]`, `csv:<hostname>.<column>`; undefined removes. */
export type Changes = Readonly<Record<string, unknown>>;

/** A base with some places changed; `+<Kind>/<name>` adds a document with that spec, `-<Kind>/<name>` removes one. */
export function changed(base: Base, changes: Changes): { documents: object[]; csv?: string } {
  let documents = structuredClone(base.documents) as Spec[];
  let csv = base.csv;
  for (const [place, value] of Object.entries(changes)) {
    if (place === 'csv') csv = value as string | undefined;
    else if (place.startsWith('csv:')) csv = changedCsv(csv!, place.slice(4), String(value));
    else if (place.startsWith('+')) documents.push(document(...place.slice(1).split('/') as [string, string], value as Spec) as Spec);
    else if (place.startsWith('-')) documents = documents.filter((one) => pathOf(one) !== place.slice(1));
    else setAt(documents.find((one) => place.startsWith(`${pathOf(one)}.`))!, place.replace(/^[^.]*\./, ''), value);
  }
  return { documents, csv };
}

function pathOf(one: Spec): string {
  return one.kind === 'Cluster' ? 'Cluster' : `${one.kind as string}/${(one.metadata as { name: string }).name}`;
}

function setAt(target: Spec, path: string, value: unknown): void {
  const steps = path.split(/\.|\[|\]\.?/).filter((step) => step !== '');
  const last = steps.pop()!;
  const parent = steps.reduce<Spec>((node, step) => (node[step] ??= {}) as Spec, target);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
}

function changedCsv(csv: string, place: string, value: string): string {
  const [hostname, column] = place.split('.');
  const [header, ...rows] = csv.trimEnd().split('\n').map((line) => line.split(','));
  for (const row of rows.filter((cells) => cells[0] === hostname)) row[header.indexOf(column)] = value;
  return `${[header, ...rows].map((cells) => cells.join(',')).join('\n')}\n`;
}
