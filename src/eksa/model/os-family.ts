/** Operating systems of nodes, as the documents name them, and who logs in to them. */

export const OsFamily = {
  UBUNTU: 'ubuntu',
  RED_HAT: 'redhat',
  BOTTLEROCKET: 'bottlerocket',
} as const;

export type OsFamilyName = (typeof OsFamily)[keyof typeof OsFamily];

/** The user that the tools create where none is named; Bottlerocket knows no other. */
export function defaultSshUser(machineKind: 'TinkerbellMachineConfig' | 'VSphereMachineConfig', osFamily: string): string {
  return machineKind === 'VSphereMachineConfig' && osFamily !== OsFamily.BOTTLEROCKET ? 'capv' : 'ec2-user';
}
