/**
 * Rehearses the way back: a first deployment that fails at any resource is rolled back, a stack is deleted. Whatever
 * exists by then must be deletable, and must not be in the way of the next attempt. That holds for a failure at every
 * resource if it holds for each pair of a resource and what its deletion needs: CloudFormation deletes in the reverse of
 * the order in which dependencies let it create, so that what is created before is there until afterwards.
 */
import type { Finding, Scenario } from './finding';
import { fixedNameOf } from './names';
import { events } from './needs/need';
import type { Timeline } from './timeline';
import { listAt, textAt, textsIn } from './world/json';
import { isCustom } from './world/resources';
import type { Resource } from './world/resources';
import { referred } from './world/tokens';
import { keysIn } from './world/workloads';
import type { World } from './world/world';

type Check = (world: World, timeline: Timeline) => readonly Finding[];

export function rehearseRemoval(world: World, timeline: Timeline): readonly Finding[] {
  const checks: readonly Check[] = [protectedResources, fullBuckets, occupiedNames, endlessHandlers, snapshotsAndKeys];
  return checks.flatMap((check) => check(world, timeline));
}

/** CloudFormation tries to delete it: not what it keeps. */
function isDeleted({ deletionPolicy }: Resource, scenario: Scenario): boolean {
  if (deletionPolicy === 'RetainExceptOnCreate') return scenario === 'rollback';
  return deletionPolicy !== 'Retain';
}

const FLAGS: Readonly<Record<string, (properties: Resource['properties']) => boolean>> = {
  'AWS::RDS::DBCluster': isOn('DeletionProtection'),
  'AWS::RDS::DBInstance': isOn('DeletionProtection'),
  'AWS::EKS::Cluster': isOn('DeletionProtection'),
  'AWS::Cognito::UserPool': (properties) => textAt(properties, 'DeletionProtection') === 'ACTIVE',
  'AWS::DynamoDB::Table': isOn('DeletionProtectionEnabled'),
  'AWS::EC2::Instance': isOn('DisableApiTermination'),
  'AWS::Logs::LogGroup': isOn('DeletionProtectionEnabled'),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': (properties) =>
    listAt(properties, 'LoadBalancerAttributes')
      .some((attribute) => textAt(attribute, 'Key') === 'deletion_protection.enabled' && textAt(attribute, 'Value') === 'true'),
};

function isOn(name: string): (properties: Resource['properties']) => boolean {
  return (properties) => textAt(properties, name) === 'true';
}

function protectedResources(world: World): readonly Finding[] {
  return world.resources
    .filter((resource) => isDeleted(resource, 'rollback') && FLAGS[resource.type]?.(resource.properties))
    .map((resource) => found(resource, 'rollback', 'protected', 'to be deletable when a later resource fails',
      'it is protected from deletion from the moment that it exists: the stack ends in ROLLBACK_FAILED',
      'make protection follow isProtected() of src/private/deletion-protection.ts, which the documented first deployment switches off'));
}

/** What else fills buckets: services that deliver logs. */
function isLogBucket(world: World, bucket: Resource): boolean {
  const named = world.resources.filter(({ key, type, properties }) =>
    key !== bucket.key && /LoadBalancer$|::Trail$|::Distribution$|::Bucket$/.test(type) && keysIn(properties).includes(bucket.key));
  return named.length > 0;
}

/** These handlers delete what they wrote, with all versions, or the whole bucket. */
const CLEANS = ['Custom::S3AutoDeleteObjects', 'Custom::HybridgeHandoffFiles'];

function fullBuckets(world: World, timeline: Timeline): readonly Finding[] {
  return world.ofType('AWS::S3::Bucket').flatMap((bucket) => {
    const custom = world.resources.filter((resource) => isCustom(resource)
      && [
        resource.properties.Bucket,
        resource.properties.BucketName,
        resource.properties.DestinationBucketName,
      ].some((name) => referred(name) === bucket.key));
    const cleaners = custom.filter(({ type }) => CLEANS.includes(type));
    const writers = custom.filter(({ type }) => !CLEANS.includes(type));
    const needsCleaner = writers.length > 0 || isLogBucket(world, bucket);
    return (['rollback', 'delete'] as const).filter((scenario) => isDeleted(bucket, scenario) && needsCleaner).flatMap((scenario) => {
      const [cleaner] = cleaners;
      if (!cleaner) {
        return [found(bucket, scenario, 'bucket-not-empty', 'to be empty when it is deleted',
          `${writers[0]?.path ?? 'a service'} writes into it and nothing empties it: DELETE_FAILED`,
          'let a handler delete all versions first (autoDeleteObjects), or keep the bucket')];
      }
      // Created after a writer, the cleaner does not exist yet when something fails between the two.
      return writers.filter(({ key }) => !timeline.isOrdered(events.complete(cleaner.key), events.start(key))).map((writer) =>
        found(bucket, scenario, 'cleaner-before-writer', `${cleaner.path} before ${writer.path} writes into it`,
          'no dependency orders them: if something fails between them, the bucket is full and nothing empties it',
          'let the writer depend on what empties the bucket'));
    });
  });
}

/** A name that is kept is in the way of the next attempt. */
function occupiedNames(world: World): readonly Finding[] {
  return world.resources.flatMap((resource) => {
    const name = fixedNameOf(resource);
    if (name === undefined || isDeleted(resource, 'rollback')) return [];
    return [found(resource, 'rollback', 'name-stays', `the name ${name} again at the next attempt`,
      `a rollback keeps it (DeletionPolicy ${resource.deletionPolicy}), and creating it again fails: already exists`,
      'RetainExceptOnCreate for what is empty then, or a name that CloudFormation makes')];
  });
}

/** Without a limit of its own a handler that never answers costs an hour on the way there, and one on the way back. */
function endlessHandlers(world: World): readonly Finding[] {
  return world.resources
    .filter((resource) => isCustom(resource) && textAt(resource.properties, 'ServiceTimeout') === undefined)
    .map((resource) => found(resource, 'rollback', 'no-service-timeout', 'a ServiceTimeout',
      'CloudFormation waits an hour for a function that does not answer', 'set serviceTimeout, longer than the timeout of the function'));
}

/** What is kept stays readable: the key of what is kept is kept, too. */
function snapshotsAndKeys(world: World): readonly Finding[] {
  return world.resources
    .filter((resource) => !isDeleted(resource, 'delete') || resource.deletionPolicy === 'Snapshot')
    .flatMap((resource) =>
      world.mentioned(textsIn([
        resource.properties.KmsKeyId ?? '',
        resource.properties.KMSKeyId ?? '',
        resource.properties.EncryptionAtRestOptions ?? '',
      ]))
        .filter((key) => key.type === 'AWS::KMS::Key' && isDeleted(key, 'delete'))
        .map((key) => found(resource, 'delete', 'key-of-kept-data', `its key ${key.path}`,
          'the data is kept, and its key is deleted with the stack: it cannot be read any more', 'keep the key: RemovalPolicy.RETAIN')));
}

function found(resource: Resource, scenario: Scenario, rule: string, what: string, why: string, fix: string): Finding {
  const { stack, id, path } = resource;
  return { scenario, rule, stack, id, path, what, why, fix };
}
