/** Fields that both kinds of machine configurations have: users, and settings of the operating system. */
import type { MachineSpec } from '../../model/machines';
import type { Inputs, Role } from './inputs';
import { osFamilyOf } from './inputs';
import type { Landing, Refused, Row } from './row';
import { BOTH, CONTROL_PLANE, ETCD, WORKERS } from './row';

export const NOT_BOTTLEROCKET = { text: 'not on Bottlerocket', test: (inputs: Inputs) => osFamilyOf(inputs) !== 'bottlerocket' };
export const BOTTLEROCKET = { text: 'on Bottlerocket', test: (inputs: Inputs) => osFamilyOf(inputs) === 'bottlerocket' };

/** The comparison of a KubeadmConfigTemplate looks only at what the new one contains. */
const KEPT = 'Removing it, or a part of it, from workers replaces none: they keep what they have until something else replaces them.';

export function hostOsRows(kind: string, userRule: 'W15' | undefined): readonly Row[] {
  const fixed: readonly Refused[] = userRule ? [{ by: BOTH, rule: userRule }] : [];
  const counted: readonly Refused[] = userRule ? [{ by: ['api'], rule: userRule, when: 'their number changes' }] : [];
  return [
    { kind, field: 'spec.users[0].name', reason: 'users', lands: onNodes({ value: (inputs) => firstUser(inputs)?.name }), refused: fixed },
    {
      kind,
      field: 'spec.users[0].sshAuthorizedKeys[0]',
      reason: 'users',
      lands: onNodes({ value: firstKey }),
      refused: fixed,
    },
    {
      kind,
      field: 'spec.users',
      reason: 'users',
      refused: counted,
      note: 'Users beyond the first, and their keys beyond the first, reach no machine.',
    },
    {
      kind,
      field: 'spec.hostOSConfiguration.ntpConfiguration',
      reason: 'hostOSConfiguration',
      lands: onNodes({}, true),
      note: KEPT,
    },
    {
      kind,
      field: 'spec.hostOSConfiguration.certBundles',
      reason: 'hostOSConfiguration',
      lands: onNodes({ only: BOTTLEROCKET }, true),
      note: KEPT,
    },
    {
      kind,
      field: 'spec.hostOSConfiguration.bottlerocketConfiguration.kubernetes',
      reason: 'hostOSConfiguration',
      lands: onNodes({ only: BOTTLEROCKET }, true, [CONTROL_PLANE, WORKERS]),
      note: KEPT,
    },
    ...['kernel', 'boot'].map((name): Row => ({
      kind,
      field: `spec.hostOSConfiguration.bottlerocketConfiguration.${name}`,
      reason: 'hostOSConfiguration',
      lands: onNodes({ only: BOTTLEROCKET }, true),
      note: KEPT,
    })),
  ];
}

const TEMPLATES: ReadonlyMap<readonly Role[], string> = new Map([
  [CONTROL_PLANE, 'KubeadmControlPlane'], [WORKERS, 'KubeadmConfigTemplate'], [ETCD, 'EtcdadmCluster'],
]);

function onNodes(
  options: Omit<Landing, 'roles' | 'template'>,
  keepsRemoved = false,
  roles: readonly (readonly Role[])[] = [...TEMPLATES.keys()],
): Landing[] {
  return roles.map((names) => ({
    roles: names, template: TEMPLATES.get(names)!, ...options, ...(keepsRemoved && names === WORKERS ? { keepsRemoved } : {}),
  }));
}

function firstUser({ machine }: Inputs) {
  return (machine?.spec as MachineSpec | undefined)?.users?.[0];
}

/** The comment behind a key does not reach machines. */
function firstKey(inputs: Inputs): string | undefined {
  return firstUser(inputs)?.sshAuthorizedKeys?.[0]?.trim().split(/\s+/).slice(0, 2).join(' ');
}
