/** Encryption of what is stored, and who reaches it: volumes and metadata of machines, databases, caches, logs, buckets. */
import { at, entries, isFalse, isGiven, notTrue, textOf } from './place';
import type { TemplateRule } from './template-rule';

const PUBLIC_ACCESS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];
const PUBLIC_LISTS = ['PublicRead', 'PublicReadWrite', 'AuthenticatedRead'];

const MACHINES: readonly TemplateRule[] = [
  {
    id: 'EC2_METADATA_TOKENS',
    types: ['AWS::EC2::LaunchTemplate'],
    breaches: (template) => {
      const tokens = at(template, 'LaunchTemplateData.MetadataOptions.HttpTokens');
      return textOf(tokens) === 'required' ? [] : [tokens];
    },
    finding: 'LaunchTemplateData.MetadataOptions.HttpTokens is not required',
    reason: 'a request that the gateway is tricked into would read the credentials of the machine',
    fix: 'set requireImdsv2: true',
  },
  {
    id: 'EC2_UNENCRYPTED_VOLUME',
    types: ['AWS::EC2::LaunchTemplate', 'AWS::EC2::Volume'],
    breaches: (properties, type) => {
      // One without a size is a copy of a snapshot, encrypted as that is.
      if (type === 'AWS::EC2::Volume') return isGiven(at(properties, 'Size')) ? notTrue(at(properties, 'Encrypted')) : [];
      const volumes = entries(properties, 'LaunchTemplateData.BlockDeviceMappings').map((mapping) => at(mapping, 'Ebs')).filter(isGiven);
      return notTrue(...volumes.map((volume) => at(volume, 'Encrypted')));
    },
    finding: 'a volume is not Encrypted',
    reason: 'nodes keep certificates and configuration on it, and copies of it outlive the node',
    fix: 'set encrypted: true',
  },
];

const DATABASES: readonly TemplateRule[] = [
  {
    id: 'RDS_UNENCRYPTED',
    types: ['AWS::RDS::DBCluster', 'AWS::RDS::DBInstance'],
    breaches: (database, type) => {
      const encryption = at(database, 'StorageEncrypted');
      // An instance of a cluster has the storage of the cluster.
      const isDecidedElsewhere = type === 'AWS::RDS::DBInstance' && isGiven(at(database, 'DBClusterIdentifier')) && !isGiven(encryption);
      return isDecidedElsewhere ? [] : notTrue(encryption);
    },
    finding: 'StorageEncrypted is not true',
    reason: "it contains the gateway's credentials, keys and certificates, and so does every snapshot; it cannot be turned on later",
    fix: 'set storageEncrypted: true',
  },
  {
    id: 'RDS_PUBLIC',
    types: ['AWS::RDS::DBInstance', 'AWS::RDS::DBCluster'],
    breaches: (database) => [at(database, 'PubliclyAccessible')].filter((each) => isGiven(each) && !isFalse(each)),
    finding: 'PubliclyAccessible is true',
    reason: 'the configuration of all gateways would be one password away from the internet',
    fix: 'set publiclyAccessible: false and connect from within the VPC',
  },
  {
    id: 'OPENSEARCH_UNENCRYPTED',
    types: ['AWS::OpenSearchService::Domain'],
    breaches: (domain) => notTrue(
      at(domain, 'EncryptionAtRestOptions.Enabled'),
      at(domain, 'NodeToNodeEncryptionOptions.Enabled'),
      at(domain, 'DomainEndpointOptions.EnforceHTTPS'),
    ),
    finding: 'the domain is not encrypted on disk, between nodes and towards its clients',
    reason: 'logs of gateways hold addresses and names of people',
    fix: 'set encryptionAtRest: { enabled: true }, nodeToNodeEncryption: true and enforceHttps: true',
  },
  {
    id: 'CACHE_UNENCRYPTED',
    types: ['AWS::ElastiCache::ReplicationGroup'],
    breaches: (cache) => notTrue(at(cache, 'AtRestEncryptionEnabled'), at(cache, 'TransitEncryptionEnabled')),
    finding: 'AtRestEncryptionEnabled or TransitEncryptionEnabled is not true',
    reason: 'sessions and cached answers of consumers pass through it',
    fix: 'set both to true; neither can be turned on later',
  },
];

const BUCKETS: readonly TemplateRule[] = [
  {
    id: 'S3_PUBLIC',
    types: ['AWS::S3::Bucket'],
    breaches: (bucket) => {
      const block = at(bucket, 'PublicAccessBlockConfiguration');
      const list = at(bucket, 'AccessControl');
      return [
        ...isGiven(block) ? notTrue(...PUBLIC_ACCESS.map((name) => at(block, name))) : [],
        ...PUBLIC_LISTS.includes(textOf(list)!) ? [list] : [],
      ];
    },
    finding: 'PublicAccessBlockConfiguration or AccessControl allows the public',
    reason: 'manifests and certificates are handed over through buckets',
    fix: 'set blockPublicAccess: BlockPublicAccess.BLOCK_ALL',
  },
];

export const DATA_RULES: readonly TemplateRule[] = [...MACHINES, ...DATABASES, ...BUCKETS];
