/** One row of the table: a field, the Cluster API objects that it lands in, and who refuses a change of it. */
import type { UpdatePath } from '../rule';
import type { Inputs, Provider, Role } from './inputs';

/** A place where a field lands, and whose change replaces nodes. */
export interface Landing {
  readonly roles: readonly Role[];
  /** Kind of the object of Cluster API that contains it. */
  readonly template: string;
  readonly providers?: readonly Provider[];
  /** What lands there; by default the field as it is. */
  readonly value?: (inputs: Inputs) => unknown;
  /** Where it lands only for some nodes. */
  readonly only?: { readonly text: string; readonly test: (inputs: Inputs) => boolean };
  /** Whether two values that differ are the same to the tools; only where no common form of them is known. */
  readonly same?: (before: unknown, after: unknown) => boolean;
  /** The comparison of this object ignores what is gone: removing the field, or a part of it, replaces no node. */
  readonly keepsRemoved?: true;
}

/** Who refuses a change of the field once the cluster exists. */
export interface Refused {
  readonly by: readonly UpdatePath[];
  readonly rule: string;
  readonly providers?: readonly Provider[];
  /** Only then. */
  readonly when?: string;
  /** Not then. */
  readonly unless?: string;
}

export interface Row {
  /** Kind of the document. */
  readonly kind: string;
  /** Path below the document; it stands for everything below it. `[]` is each worker group. */
  readonly field: string;
  /** Name of the reason in the plan of a group; by default the last name of the field. */
  readonly reason?: string;
  /** Templates of nodes; where there are none, a change touches no node. */
  readonly lands?: readonly Landing[];
  /** The field is a number of nodes: nodes are added or taken away, the others stay. */
  readonly scales?: true;
  /** Objects that change without touching a node. */
  readonly elsewhere?: string;
  readonly refused?: readonly Refused[];
  /** One sentence for the page. */
  readonly note?: string;
}

export const BOTH: readonly UpdatePath[] = ['cli', 'api'];

export const CONTROL_PLANE: readonly Role[] = ['control plane'];
export const WORKERS: readonly Role[] = ['workers'];
export const ETCD: readonly Role[] = ['etcd'];

/** In the configuration of kubeadm, which has another object for each role. */
export function inKubeadm(options: Omit<Landing, 'roles' | 'template'> = {}): Landing[] {
  return [
    { roles: CONTROL_PLANE, template: 'KubeadmControlPlane', ...options },
    { roles: WORKERS, template: 'KubeadmConfigTemplate', ...options },
  ];
}

export function inControlPlane(options: Omit<Landing, 'roles' | 'template'> = {}): Landing[] {
  return [{ roles: CONTROL_PLANE, template: 'KubeadmControlPlane', ...options }];
}

export function inEtcd(options: Omit<Landing, 'roles' | 'template'> = {}): Landing[] {
  return [{ roles: ETCD, template: 'EtcdadmCluster', ...options }];
}

/** In the description of the machines themselves. */
export function inMachines(template: string, options: Partial<Omit<Landing, 'template'>> = {}): Landing[] {
  return [{ roles: ['control plane', 'etcd', 'workers'], template, ...options }];
}
