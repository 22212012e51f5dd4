/** Resources that a change replaces: the new one is created beside the old one, which is deleted at the end. */
import type { Finding } from '../finding';
import { fixedNameOf, replacingProperties, uniqueProperties } from '../names';
import type { Json } from '../world/json';
import { isCustom } from '../world/resources';
import type { Resource } from '../world/resources';
import { mentionsIn, token } from '../world/tokens';
import type { World } from '../world/world';
import { updateFinding } from './update-finding';

export interface Replacement {
  readonly resource: Resource;
  /** The property that has another value. */
  readonly property: string;
}

/** Every property of every resource whose change replaces the resource. */
export function replacementsOf(world: World): readonly Replacement[] {
  return world.resources.flatMap((resource) =>
    replacingProperties(resource)
      .filter((property) => hasOtherValues(world, resource.properties[property]!))
      .map((property) => ({ resource, property })));
}

/** A reference alone has another value only if what it refers to is replaced. */
function hasOtherValues(world: World, value: Json): boolean {
  const mentions = mentionsIn(value);
  const isReference = mentions.length === 1 && value === token(mentions[0]!.key, mentions[0]!.attribute);
  return !isReference || canChange(world.get(mentions[0]!.key));
}

/** Whether another value can come from the same resource, or from what replaces it. */
export function canChange(resource: Resource | undefined): boolean {
  return resource !== undefined && (isCustom(resource) || replacingProperties(resource).length > 0);
}

/** The new one is created while the old one still has the name. */
export function collision({ resource, property }: Replacement): readonly Finding[] {
  const unique = uniqueProperties(resource);
  if (unique.length === 0 || unique.includes(property) || isNamedAfter(resource, unique, property)) return [];
  const name = fixedNameOf(resource) ?? unique.join(', ');
  return [updateFinding(resource, {
    rule: 'name-collides',
    what: `another value of ${property}`,
    why: `CloudFormation replaces it, and the new one has the name of the old one (${name}): already exists`,
    fix: 'leave the name to CloudFormation, or make it follow the property',
  })];
}

/** A name that follows from another resource is another one when that is replaced. */
function isNamedAfter({ properties }: Resource, unique: readonly string[], property: string): boolean {
  const named = mentionsIn(unique.map((name) => properties[name]!)).map(({ key }) => key);
  return mentionsIn(properties[property]).some(({ key }) => named.includes(key));
}

/** Data in these is lost when they are replaced and not kept. */
const STATEFUL = [
  'AWS::RDS::DBCluster', 'AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::Cognito::UserPool', 'AWS::OpenSearchService::Domain',
  'AWS::EFS::FileSystem', 'AWS::DynamoDB::Table', 'AWS::ACMPCA::CertificateAuthority',
];

/** What a stack keeps when it is deleted itself is kept when it is replaced. */
export function lostData(replacements: readonly Replacement[]): readonly Finding[] {
  const replaced = new Map(replacements.map(({ resource, property }) => [resource, property]));
  return [...replaced]
    .filter(([resource]) => holdsData(resource) && resource.deletionPolicy !== 'Delete' && resource.updateReplacePolicy === 'Delete')
    .map(([resource, property]) => updateFinding(resource, {
      rule: 'data-lost',
      what: `another value of ${property}`,
      why: 'CloudFormation replaces it and deletes the old one with its data, although a deletion of the stack keeps it',
      fix: 'set UpdateReplacePolicy as DeletionPolicy',
    }));
}

function holdsData({ type, properties }: Resource): boolean {
  return STATEFUL.includes(type) || type === 'AWS::RDS::DBInstance' && !('DBClusterIdentifier' in properties);
}
