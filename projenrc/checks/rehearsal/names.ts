/**
 * Physical names that a template fixes, and which properties make CloudFormation replace a resource: as the service
 * specification says that the CDK CLI carries.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { textAt } from './world/json';
import type { Resource } from './world/resources';

interface Specified {
  readonly cloudFormationType: string;
  readonly primaryIdentifier?: readonly string[];
  readonly properties: Readonly<Record<string, { readonly causesReplacement?: 'yes' | 'no' | 'maybe' }>>;
}

let specification: ReadonlyMap<string, Specified> | undefined;

function specified(type: string): Specified | undefined {
  if (!specification) {
    const file = join(dirname(require.resolve('aws-cdk/package.json')), 'db.json.gz');
    const { schema } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as { schema: { resource: { entities: Specified[] } } };
    specification = new Map(schema.resource.entities.map((entity) => [entity.cloudFormationType, entity]));
  }
  return specification.get(type);
}

/** Properties of a template whose change replaces the resource. */
export function replacingProperties({ type, properties }: Resource): readonly string[] {
  const known = specified(type)?.properties ?? {};
  return Object.keys(properties).filter((name) => known[name]?.causesReplacement === 'yes');
}

/** What identifies something where its primary identifier is not the whole: creating it twice fails. */
const UNIQUE: Readonly<Record<string, readonly string[]>> = {
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::EKS::PodIdentityAssociation': ['ClusterName', 'Namespace', 'ServiceAccount'],
  'AWS::EKS::Nodegroup': ['ClusterName', 'NodegroupName'],
  'AWS::IAM::OIDCProvider': ['Url'],
  'AWS::ECS::Service': ['Cluster', 'ServiceName'],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ['Name'],
  'AWS::ElasticLoadBalancingV2::TargetGroup': ['Name'],
  'AWS::ElasticLoadBalancingV2::Listener': ['LoadBalancerArn', 'Port'],
  'AWS::Cognito::UserPoolDomain': ['Domain'],
  'AWS::Route53::RecordSet': ['HostedZoneId', 'Name', 'Type'],
  'AWS::EC2::LaunchTemplate': ['LaunchTemplateName'],
  'AWS::EC2::SecurityGroup': ['VpcId', 'GroupName'],
};

/** Properties that together may exist once; none if CloudFormation fills one of them itself. */
export function uniqueProperties({ type, properties }: Resource): readonly string[] {
  const names = UNIQUE[type] ?? specified(type)?.primaryIdentifier ?? [];
  return names.every((name) => name in properties) ? names : [];
}

/** The name that a template gives: text, not made from what CloudFormation fills in. */
export function fixedNameOf(resource: Resource): string | undefined {
  const names = uniqueProperties(resource).map((name) => textAt(resource.properties, name));
  return names.length > 0 && names.every((name) => name !== undefined && isKnown(name)) ? names.join('/') : undefined;
}

/** Account, region and partition are the same at the next attempt. */
function isKnown(name: string): boolean {
  return !name.replace(/«[^|»]*\/AWS::[^»]*»/g, '').includes('«');
}
