/** The pages of the API reference: which types they have, in the order of the index. */

export interface Room {
  /** Name of the page. */
  readonly name: string;
  readonly title: string;
  /** One sentence for the index. */
  readonly about: string;
  /** @param file that declares the type, from `src/` */
  has(file: string, type: string): boolean;
}

const EKS_ANYWHERE = 'eks-anywhere/';

/** A type belongs to the first room that has it. */
export const ROOMS: readonly Room[] = [
  {
    name: 'gateway',
    title: 'Gateway',
    about: 'Control planes and data planes, where they run, which engine, how consumers reach them.',
    has: (file) => file.startsWith('gateway/') && !/^gateway\/(?:trust|gateway-database|handoff|secret-delivery)/.test(file),
  },
  {
    name: 'trust-and-database',
    title: 'Trust and database',
    about: 'Certificates of the tunnels, and where a control plane keeps its configuration.',
    has: (file) => /^gateway\/(?:trust|gateway-database)/.test(file),
  },
  {
    name: 'handoff',
    title: 'Handoff',
    about: 'What sites get from AWS, and how secrets reach them.',
    has: (file) => file.startsWith('gateway/'),
  },
  {
    name: 'eks',
    title: 'Amazon EKS',
    about: 'Clusters in AWS, their compute, add-ons and access, and machines outside AWS as their nodes.',
    has: (file) => file.startsWith('eks/'),
  },
  {
    name: 'bare-metal',
    title: 'EKS Anywhere on bare metal',
    about: 'Clusters on servers, and the inventory of hardware.',
    has: (file, type) =>
      file.startsWith(EKS_ANYWHERE) && /^(?:BareMetal|Hardware|Bmc|Tinkerbell|Machine(?:Spec|Props|Options)?$)/.test(type),
  },
  {
    name: 'vsphere',
    title: 'EKS Anywhere on vSphere',
    about: 'Clusters of virtual machines.',
    has: (file, type) => file.startsWith(EKS_ANYWHERE) && /^(?:VSphere|VirtualMachine)/.test(type),
  },
  {
    name: 'docker',
    title: 'EKS Anywhere on Docker',
    about: 'Clusters in containers, for trying things.',
    has: (file, type) => file.startsWith(EKS_ANYWHERE) && /^Docker/.test(type),
  },
  {
    name: 'packages',
    title: 'Packages of EKS Anywhere',
    about: 'Curated packages and their settings.',
    has: (file) => file.startsWith(`${EKS_ANYWHERE}packages/`),
  },
  {
    name: 'site-access',
    title: 'AWS access of sites',
    about: 'The EKS console, IAM roles for pods and machines outside AWS.',
    has: (file) => file.startsWith(`${EKS_ANYWHERE}aws/`),
  },
  {
    name: 'eks-anywhere',
    title: 'EKS Anywhere, all providers',
    about: 'What clusters of every provider have in common: nodes, networks, versions, GitOps.',
    has: (file) => file.startsWith(EKS_ANYWHERE),
  },
  {
    name: 'identity',
    title: 'Identity',
    about: 'Logins of consumers and administrators with Amazon Cognito.',
    has: (file) => file.startsWith('identity/'),
  },
  { name: 'logging', title: 'Logs', about: 'OpenSearch for logs of gateways.', has: (file) => file.startsWith('logging/') },
  { name: 'caching', title: 'Cache', about: 'Valkey, for what nodes share.', has: (file) => file.startsWith('caching/') },
  { name: 'observability', title: 'Observability', about: 'Dashboards and alarms.', has: (file) => file.startsWith('observability/') },
];
