/** The providers of EKS Anywhere whose files are known here. */
export type Provider = 'tinkerbell' | 'vsphere' | 'docker';
