/** Operating system, time servers and logins as expressions of the program. */
import type { MachineConfigInput } from '../documents/machine-config';
import type { User } from '../model/machines';
import { BOTTLEROCKET_SETTINGS } from '../model/node-settings';
import { OsFamily, defaultSshUser } from '../model/os-family';
import { settingsExpression } from './program-settings';
import type { Expression, Value } from './typescript';
import { LIBRARY, call } from './typescript';

type Values = Readonly<Record<string, Value>>;
type MachineKind = Parameters<typeof defaultSshUser>[0];

const OPERATING_SYSTEMS: Readonly<Record<string, string>> = { ubuntu: 'ubuntu', redhat: 'redHat', bottlerocket: 'bottlerocket' };

/** @param imageUrl of the disk image, on bare metal */
export function operatingSystem({ osFamily, hostOs }: MachineConfigInput, imageUrl?: string): Expression {
  const { kubernetes, kernel, boot } = hostOs?.bottlerocketConfiguration ?? {};
  const options: Values = osFamily === OsFamily.BOTTLEROCKET ? {
    kubernetes: settingsExpression(BOTTLEROCKET_SETTINGS, kubernetes),
    sysctl: kernel?.sysctlSettings,
    bootKernelParameters: boot?.bootKernelParameters,
    certificateAuthorities: hostOs?.certBundles && Object.fromEntries(hostOs.certBundles.map(({ name = '', data }) => [name, data])),
  } : { imageUrl };
  return call(
    `OperatingSystem.${OPERATING_SYSTEMS[osFamily]}`,
    [Object.values(options).some((option) => option !== undefined) ? options : undefined],
    LIBRARY,
  );
}

export function timeServers({ hostOs }: MachineConfigInput): Value {
  return hostOs?.ntpConfiguration?.servers;
}

/** What the cluster says for all groups: the first key of the first user of the first group. */
export function clusterLogin(
  kind: MachineKind,
  { users: [first], osFamily }: MachineConfigInput,
): { readonly sshUser?: string; readonly sshKey: string } {
  const { name = '', sshAuthorizedKeys: [key] = [''] } = first ?? {};
  return { sshUser: name === defaultSshUser(kind, osFamily) ? undefined : name, sshKey: key };
}

/** What a group says where the cluster's user and key are not all. */
export function groupLogin(
  kind: MachineKind,
  { users, osFamily }: MachineConfigInput,
  { sshUser, sshKey }: ReturnType<typeof clusterLogin>,
): Value {
  const [{ name, sshAuthorizedKeys = [] }, ...others] = users as readonly [User, ...User[]];
  const user = name === (sshUser ?? defaultSshUser(kind, osFamily)) ? undefined : name;
  if (user === undefined && others.length === 0 && sshAuthorizedKeys.length === 1 && sshAuthorizedKeys[0] === sshKey) return undefined;
  return {
    user,
    keys: sshAuthorizedKeys,
    furtherUsers: others.length > 0 ? Object.fromEntries(others.map((other) => [other.name, other.sshAuthorizedKeys])) : undefined,
  };
}
