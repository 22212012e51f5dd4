/**
 * Machines as Kubernetes objects, for clusters that are managed by kubectl or from Git: what the CLI makes of hardware.csv. Credentials
 * are never among them: a Secret comes from an ExternalSecret, or has to be there.
 */
import type { Machine } from '../hardware/hardware-csv';
import { parsePlaceholder } from '../hardware/placeholder';

/** Where EKS Anywhere looks for machines. */
const HARDWARE_NAMESPACE = 'eksa-system';

/** The tools take the longest lease that there is: addresses are fixed. */
const LEASE_SECONDS = 4294967294;
/** Secrets with this label move along when management of a cluster moves. */
const MOVES_ALONG = { 'clusterctl.cluster.x-k8s.io/move': 'true' };
const SECRET_TYPE = 'kubernetes.io/basic-auth';

/** Where an operator in the cluster finds secrets. */
export interface SecretStore {
  readonly kind: 'SecretStore' | 'ClusterSecretStore';
  readonly name: string;
}

interface HardwareObjects {
  readonly objects: readonly object[];
  /** Secrets that the objects refer to and that no object makes. */
  readonly missingSecrets: readonly { readonly name: string; readonly hostname: string }[];
}

/**
 * @param store without it no ExternalSecret is made
 */
export function hardwareObjects(machines: readonly Machine[], store?: SecretStore): HardwareObjects {
  const made = machines.map((machine) => ({ machine, secret: store && hasBmc(machine) ? externalSecret(machine, store) : undefined }));
  return {
    objects: made.flatMap(({ machine, secret }) => [
      hardware(machine),
      ...(hasBmc(machine) ? [bmcMachine(machine)] : []),
      ...(secret ? [secret] : []),
    ]),
    missingSecrets: made
      .filter(({ machine, secret }) => hasBmc(machine) && !secret)
      .map(({ machine }) => ({ name: secretName(machine), hostname: machine.cells.hostname })),
  };
}

/** One line for each Secret that has to come from elsewhere. */
export function missingSecretComments({ missingSecrets }: HardwareObjects): string {
  return missingSecrets
    .map(
      ({ name, hostname }) =>
        `# machine ${hostname} needs the Secret ${HARDWARE_NAMESPACE}/${name} (${SECRET_TYPE}), which is not among these objects\n`,
    )
    .join('');
}

/** @param data user name and password, in base64 */
export function bmcSecret(machine: Machine, data: { readonly username: string; readonly password: string }): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName(machine), namespace: HARDWARE_NAMESPACE, labels: MOVES_ALONG },
    type: SECRET_TYPE,
    data,
  };
}

export function hasBmc({ cells }: Machine): boolean {
  return cells.bmc_ip !== '';
}

function bmcName({ cells }: Machine): string {
  return `bmc-${cells.hostname}`;
}

function secretName(machine: Machine): string {
  return `${bmcName(machine)}-auth`;
}

function hardware(machine: Machine): object {
  const { cells, labels } = machine;
  const mac = cells.mac.toLowerCase();
  const address = { address: cells.ip_address, netmask: cells.netmask, gateway: cells.gateway, family: 4 };
  return {
    apiVersion: 'tinkerbell.org/v1alpha1',
    kind: 'Hardware',
    metadata: { name: cells.hostname, namespace: HARDWARE_NAMESPACE, ...(Object.keys(labels).length > 0 ? { labels } : {}) },
    spec: {
      ...(hasBmc(machine) ? { bmcRef: { kind: 'Machine', name: bmcName(machine) } } : {}),
      disks: [{ device: cells.disk }],
      interfaces: [
        {
          netboot: { allowPXE: true, allowWorkflow: true },
          dhcp: {
            arch: 'x86_64',
            mac,
            hostname: cells.hostname,
            ip: address,
            lease_time: LEASE_SECONDS,
            name_servers: cells.nameservers.split('|'),
            uefi: true,
            ...(cells.vlan_id === '' ? {} : { vlan_id: cells.vlan_id }),
          },
        },
      ],
      metadata: {
        facility: { facility_code: 'onprem', plan_slug: 'c2.medium.x86' },
        instance: {
          id: mac,
          hostname: cells.hostname,
          ips: [{ ...address, public: true }],
          allow_pxe: true,
          always_pxe: true,
          operating_system: {},
        },
      },
    },
  };
}

function bmcMachine(machine: Machine): object {
  return {
    apiVersion: 'bmc.tinkerbell.org/v1alpha1',
    kind: 'Machine',
    metadata: { name: bmcName(machine), namespace: HARDWARE_NAMESPACE },
    spec: {
      connection: {
        host: machine.cells.bmc_ip,
        port: 0,
        insecureTLS: true,
        authSecretRef: { name: secretName(machine), namespace: HARDWARE_NAMESPACE },
        providerOptions: { preferredOrder: ['gofish'] },
      },
    },
  };
}

/** Only credentials in Secrets Manager can be fetched from within a cluster. */
function externalSecret(machine: Machine, { kind, name }: SecretStore): object | undefined {
  const references = { username: parsePlaceholder(machine.cells.bmc_username), password: parsePlaceholder(machine.cells.bmc_password) };
  const data = Object.entries(references).flatMap(([secretKey, reference]) => reference?.source === 'secretsmanager'
    ? [{ secretKey, remoteRef: { key: reference.secretName, property: reference.key } }]
    : []);
  if (data.length < 2) return undefined;
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: secretName(machine), namespace: HARDWARE_NAMESPACE },
    spec: {
      refreshInterval: '1h0m0s',
      secretStoreRef: { kind, name },
      target: { name: secretName(machine), template: { type: SECRET_TYPE, metadata: { labels: MOVES_ALONG } } },
      data,
    },
  };
}
