/** Clusters and node groups of Amazon EKS. */
import { at, entries, isFalse, isGiven, textOf } from './place';
import type { TemplateRule } from './template-rule';

const AMAZON_LINUX_2 = ['AL2_x86_64', 'AL2_x86_64_GPU', 'AL2_ARM_64'];
const LOG_TYPES = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];
const EVERYWHERE = ['0.0.0.0/0', '::/0'];

export const EKS_RULES: readonly TemplateRule[] = [
  {
    id: 'EKS_AMAZON_LINUX_2',
    types: ['AWS::EKS::Nodegroup'],
    breaches: (nodeGroup) => {
      const image = at(nodeGroup, 'AmiType');
      if (!isGiven(image)) return isGiven(at(nodeGroup, 'LaunchTemplate')) ? [] : [image];
      return AMAZON_LINUX_2.includes(textOf(image)!) ? [image] : [];
    },
    finding: 'AmiType is Amazon Linux 2, or left to a default that is',
    reason: 'EKS builds no Amazon Linux 2 images for Kubernetes 1.33 and later, and the system gets no updates any more',
    fix: 'set amiType to an AL2023 or Bottlerocket image, such as NodegroupAmiType.AL2023_X86_64_STANDARD',
  },
  {
    id: 'EKS_HYBRID_ENDPOINT',
    types: ['AWS::EKS::Cluster'],
    breaches: (cluster) => {
      const network = at(cluster, 'ResourcesVpcConfig');
      const [open, inside] = [at(network, 'EndpointPublicAccess'), at(network, 'EndpointPrivateAccess')];
      return isGiven(at(cluster, 'RemoteNetworkConfig')) && !isFalse(open) && !isFalse(inside) ? [open] : [];
    },
    finding: 'ResourcesVpcConfig opens the endpoint both publicly and privately, with remote networks for hybrid nodes',
    reason: 'the name then resolves to public addresses outside the VPC, and hybrid nodes cannot join through the private network',
    fix: 'choose EndpointAccess.PRIVATE or EndpointAccess.PUBLIC',
  },
  {
    id: 'EKS_OPEN_ENDPOINT',
    types: ['AWS::EKS::Cluster'],
    breaches: (cluster) => {
      const network = at(cluster, 'ResourcesVpcConfig');
      const ranges = entries(network, 'PublicAccessCidrs');
      // Without ranges, EKS opens a public endpoint to everywhere.
      const open = [at(network, 'EndpointPublicAccess')].filter((each) => !isFalse(each) && !isGiven(at(network, 'PublicAccessCidrs')));
      return [...open, ...ranges.filter((each) => EVERYWHERE.includes(textOf(each)!))];
    },
    finding: 'ResourcesVpcConfig.PublicAccessCidrs opens the API of the cluster to the internet',
    reason: 'then authentication alone protects the cluster, and a fault in the API server is exposed to the internet',
    fix: 'give the networks of administrators as adminCidrs of CloudCluster, or leave them out for an API that only the VPC reaches',
  },
  {
    id: 'EKS_LOGS',
    types: ['AWS::EKS::Cluster'],
    breaches: (cluster) => {
      const enabled = entries(cluster, 'Logging.ClusterLogging.EnabledTypes').map((each) => textOf(at(each, 'Type')));
      return LOG_TYPES.every((type) => enabled.includes(type)) ? [] : [at(cluster, 'Logging.ClusterLogging.EnabledTypes')];
    },
    finding: 'Logging.ClusterLogging.EnabledTypes lacks one of api, audit, authenticator, controllerManager, scheduler',
    reason: 'what happened in the cluster cannot be found out afterwards',
    fix: 'list all five in clusterLogging',
  },
  {
    id: 'EKS_SECRETS_KEY',
    types: ['AWS::EKS::Cluster'],
    breaches: (cluster) =>
      entries(cluster, 'EncryptionConfig').some((each) => isGiven(at(each, 'Provider.KeyArn'))) ? [] : [at(cluster, 'EncryptionConfig')],
    finding: 'EncryptionConfig names no key',
    reason: 'Kubernetes Secrets are then encrypted with a key whose use cannot be audited or revoked',
    fix: 'give secretsEncryptionKey',
  },
];
