/** Clusters of each kind as plain documents, and changes to them. */
import type { Document } from '../../../src/eksa/model/document';
import { documentPath } from '../../../src/eksa/model/document';

const API_VERSION = 'anywhere.eks.amazonaws.com/v1alpha1';
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJEknZ1PAp1G5VZykDakPgzAfJq+/lv81/BlQrRuY7e1 ops';

export type Documents = readonly Document[];

export function bareMetal(): Documents {
  return [
    cluster('Tinkerbell'),
    document('TinkerbellDatacenterConfig', 'site', {
      tinkerbellIP: '10.0.0.3',
      osImageURL: 'http://images.example/ubuntu-1-34-1-35-1-36.gz',
      hookImagesURLPath: 'http://images.example/hook',
    }),
    ...['cp', 'a', 'b'].map((name) =>
      document('TinkerbellMachineConfig', `site-${name}`, {
        hardwareSelector: { type: name },
        osFamily: 'ubuntu',
        users: users('ec2-user'),
      }),
    ),
  ];
}

export function vsphere(): Documents {
  return [
    cluster('VSphere'),
    document('VSphereDatacenterConfig', 'site', {
      server: 'vcenter.example',
      datacenter: 'DC1',
      network: 'VM Network',
      insecure: false,
      thumbprint: '',
    }),
    ...['cp', 'a', 'b'].map((name) =>
      document('VSphereMachineConfig', `site-${name}`, {
        datastore: 'ds',
        folder: 'eksa',
        resourcePool: '*/Resources',
        numCPUs: 2,
        memoryMiB: 8192,
        osFamily: 'ubuntu',
        template: '/DC1/vm/ubuntu',
        users: users('capv'),
      }),
    ),
  ];
}

export function docker(): Documents {
  return [cluster('Docker'), document('DockerDatacenterConfig', 'site', {})];
}

/** The documents with a value at a path as in findings; undefined removes what is there. Whole documents can be added and removed. */
export function changed(documents: Documents, changes: Readonly<Record<string, unknown>>): Documents {
  return Object.entries(changes).reduce((state, [path, value]) => withChange(state, path, value), structuredClone(documents) as Documents);
}

function withChange(documents: Documents, path: string, value: unknown): Documents {
  const owner = documents.find((candidate) => path.startsWith(`${documentPath(candidate)}.`));
  if (owner) {
    const [fields, last] = split(path.slice(documentPath(owner).length + 1));
    const target = fields.reduce<any>((object, field) => object[field] ??= {}, owner);
    if (value === undefined) delete target[last];
    else target[last] = value;
    return documents;
  }
  const rest = documents.filter((candidate) => documentPath(candidate) !== path);
  const [kind, name] = path.split('/');
  return value === undefined ? rest : [...rest, document(kind, name, value as object)];
}

/** `spec.list[0].annotations{a.b/c}` → its fields; braces hold a key that has dots. */
function split(path: string): [string[], string] {
  const fields = [...path.matchAll(/\{([^}]*)\}|\[(\d+)\]|([^.[\]{}]+)/g)].map(([, key, index, field]) => key ?? index ?? field);
  return [fields.slice(0, -1), fields[fields.length - 1]];
}

function cluster(provider: string): Document {
  const isDocker = provider === 'Docker';
  const machine = (name: string) => isDocker ? {} : { machineGroupRef: { kind: `${provider}MachineConfig`, name: `site-${name}` } };
  return document('Cluster', 'site', {
    kubernetesVersion: '1.35',
    managementCluster: { name: 'site' },
    datacenterRef: { kind: `${provider}DatacenterConfig`, name: 'site' },
    clusterNetwork: { cniConfig: { cilium: {} }, pods: { cidrBlocks: ['192.168.0.0/16'] }, services: { cidrBlocks: ['10.96.0.0/12'] } },
    controlPlaneConfiguration: { count: 1, ...(isDocker ? {} : { endpoint: { host: '10.0.0.2' } }), ...machine('cp') },
    workerNodeGroupConfigurations: ['a', 'b'].map((name) => ({ name, count: 1, ...machine(name) })),
  });
}

function users(name: string): object[] {
  return [{ name, sshAuthorizedKeys: [KEY] }];
}

export function document(kind: string, name: string, spec: object): Document {
  return { apiVersion: API_VERSION, kind, metadata: { name }, spec };
}
