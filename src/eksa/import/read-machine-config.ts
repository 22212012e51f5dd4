/** What a machine configuration says that all kinds have, as far as the properties of a group can say it. */
import type { MachineConfigInput } from '../documents/machine-config';
import type { Ref } from '../model/cluster';
import type { Document } from '../model/document';
import type { HostOs, MachineSpec, User } from '../model/machines';

/** @param conventionalName the name that the constructs give by default */
export function readMachineConfig(
  document: Document<MachineSpec> | undefined,
  ref: Ref | undefined,
  conventionalName: string,
): MachineConfigInput {
  const { osFamily = 'ubuntu', hostOSConfiguration, users = [] } = document?.spec ?? {};
  return {
    machineConfigName: ref?.name === conventionalName ? undefined : ref?.name,
    osFamily,
    hostOs: hostOSConfiguration && hostOs(hostOSConfiguration),
    users: sayable(users),
  };
}

/** The first user is named by a property of its own; the others are held under their names, one each. */
function sayable([first, ...others]: readonly User[]): User[] {
  const further = new Map(others.map(({ name = '', sshAuthorizedKeys }) => [name, { name, sshAuthorizedKeys }]));
  return first ? [{ name: first.name, sshAuthorizedKeys: first.sshAuthorizedKeys }, ...further.values()] : [];
}

function hostOs({ ntpConfiguration, certBundles, bottlerocketConfiguration }: HostOs): HostOs {
  const { kubernetes, kernel, boot } = bottlerocketConfiguration ?? {};
  return {
    ntpConfiguration: ntpConfiguration?.servers && { servers: ntpConfiguration.servers },
    // A property holds one certificate under each name.
    certBundles:
      certBundles &&
      Object.entries(Object.fromEntries(certBundles.map(({ name = '', data }) => [name, data] as const))).map(([name, data]) => ({
        name,
        data,
      })),
    bottlerocketConfiguration: bottlerocketConfiguration && {
      kubernetes,
      kernel: kernel?.sysctlSettings && { sysctlSettings: kernel.sysctlSettings },
      boot: boot?.bootKernelParameters && { bootKernelParameters: boot.bootKernelParameters },
    },
  };
}
