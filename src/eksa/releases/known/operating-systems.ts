/** Operating systems that several releases have. */
import { OsFamily } from '../../model/os-family';
import type { OperatingSystem } from '../release';

const EVERYWHERE = ['vsphere', 'tinkerbell'] as const;

export const UBUNTU_20_04: OperatingSystem = { name: 'Ubuntu 20.04', family: OsFamily.UBUNTU, providers: EVERYWHERE };
export const UBUNTU_22_04: OperatingSystem = { name: 'Ubuntu 22.04', family: OsFamily.UBUNTU, providers: EVERYWHERE };
export const UBUNTU_24_04: OperatingSystem = { name: 'Ubuntu 24.04', family: OsFamily.UBUNTU, providers: EVERYWHERE };
export const RHEL_8: OperatingSystem = {
  name: 'RHEL 8',
  family: OsFamily.RED_HAT,
  providers: EVERYWHERE,
  // kubernetes/kubernetes#129462
  kubernetes: { newest: 31 },
  why: 'kubeadm refuses its kernel 4.18 from Kubernetes 1.32 on',
  instead: 'RHEL 9',
};
export const RHEL_9: OperatingSystem = { name: 'RHEL 9', family: OsFamily.RED_HAT, providers: EVERYWHERE };

/** @param images versions of the images, as the release notes name them */
export function bottlerocket(images: string, kubernetes?: OperatingSystem['kubernetes']): OperatingSystem {
  return { name: 'Bottlerocket', family: OsFamily.BOTTLEROCKET, providers: ['vsphere'], kubernetes, images };
}
