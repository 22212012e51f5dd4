/** What CloudFormation or the API server refuses between two versions of a program, and what it does not do again. */
import type { Finding } from '../finding';
import { fixedNameOf, replacingProperties, uniqueProperties } from '../names';
import { updateFinding } from '../updates/update-finding';
import { at, objectAt, textAt, textsIn } from '../world/json';
import type { Json } from '../world/json';
import { OBJECT_VALUE, clusterOf } from '../world/kubernetes-objects';
import type { KubernetesObject } from '../world/kubernetes-objects';
import { isCustom } from '../world/resources';
import type { Resource } from '../world/resources';
import { mentionsIn } from '../world/tokens';
import type { World } from '../world/world';

export function compare(before: World, after: World): readonly Finding[] {
  return [
    ...after.resources.flatMap((resource) => {
      const old = before.get(resource.key);
      return old ? [...refusedChanges(old, resource), ...missedRollouts(before, after, old, resource)] : [];
    }),
    ...changedObjects(before, after),
    ...removedExports(before, after),
  ];
}

function refusedChanges(old: Resource, resource: Resource): readonly Finding[] {
  const { type, properties } = resource;
  if (old.type !== type) {
    return [updateFinding(resource, {
      rule: 'type-changes',
      what: `the type ${type} instead of ${old.type}`,
      why: 'CloudFormation refuses another type under the same logical id',
      fix: 'give the construct another id',
    })];
  }
  if (isCustom(resource)) {
    return isSame(old.properties.ServiceToken, properties.ServiceToken) ? [] : [updateFinding(resource, {
      rule: 'service-token-changes', what: 'another function', why: 'CloudFormation refuses another service token for a custom resource',
      fix: 'keep the id of the function, or give the custom resource another id with it',
    })];
  }
  const replacing = replacingProperties(resource).filter((name) => !isSame(old.properties[name], properties[name]));
  const unique = uniqueProperties(resource);
  if (replacing.length === 0 || unique.length === 0 || unique.some((name) => !isSame(old.properties[name], properties[name]))) return [];
  const name = fixedNameOf(resource) ?? unique.join(', ');
  return [updateFinding(resource, {
    rule: 'name-collides',
    what: `another value of ${replacing.join(', ')}`,
    why: `CloudFormation replaces it, and the new one has the name of the old one (${name}): already exists`,
    fix: 'make the name follow the property',
  })];
}

/** Fields that the API server takes from the first version of an object. */
const IMMUTABLE: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Job: [['spec', 'template'], ['spec', 'selector'], ['spec', 'completions']],
  Deployment: [['spec', 'selector']],
  DaemonSet: [['spec', 'selector']],
  StatefulSet: [['spec', 'selector'], ['spec', 'serviceName'], ['spec', 'volumeClaimTemplates'], ['spec', 'podManagementPolicy']],
  PersistentVolumeClaim: [['spec', 'accessModes'], ['spec', 'storageClassName'], ['spec', 'volumeName']],
  StorageClass: [['provisioner'], ['parameters'], ['reclaimPolicy'], ['volumeBindingMode']],
  ClusterRoleBinding: [['roleRef']],
  RoleBinding: [['roleRef']],
};

function changedObjects(before: World, after: World): readonly Finding[] {
  const old = new Map(before.objects.map((object) => [identityOf(before, object), object]));
  return after.objects.flatMap((object) => {
    const previous = old.get(identityOf(after, object));
    if (!previous) return [];
    return fieldsOf(previous, object).filter((path) => !isSame(at(previous.body, ...path), at(object.body, ...path))).map((path) =>
      updateFinding(object.resource, {
        rule: 'field-immutable', what: `another ${path.join('.')} of ${object.kind} ${object.namespace}/${object.name}`,
        why: 'the API server refuses to change this field of an object that exists', fix: 'make the name of the object follow the field',
      }));
  });
}

function fieldsOf(previous: KubernetesObject, { kind, body }: KubernetesObject): readonly (readonly string[])[] {
  // A class may be set or changed only with the type of the Service.
  const staysBalanced = kind === 'Service' && [previous.body, body].every((each) => textAt(each, 'spec', 'type') === 'LoadBalancer');
  return [...IMMUTABLE[kind] ?? [], ...staysBalanced ? [['spec', 'loadBalancerClass']] : []];
}

/** Cluster, kind and name; a name with the digest of a custom resource is another one when its text is. */
function identityOf(world: World, { cluster, kind, namespace, name }: KubernetesObject): string {
  return JSON.stringify([cluster, kind, namespace, name, ...mentionsIn(name).map(({ key }) => world.get(key)?.properties ?? {})]);
}

/** CloudFormation calls a custom resource again only if one of its properties changes. */
function missedRollouts(before: World, after: World, old: Resource, resource: Resource): readonly Finding[] {
  if (resource.type !== OBJECT_VALUE || !isSame(old.properties, resource.properties)) return [];
  const [was, is] = [lookedAt(before, old), lookedAt(after, resource)];
  if (!was || !is || !['Deployment', 'StatefulSet', 'Job'].includes(is.kind)) return [];
  if (isSame(was.body.spec, is.body.spec) || identityOf(before, was) !== identityOf(after, is)) return [];
  return [updateFinding(resource, {
    rule: 'wait-not-repeated',
    what: `to wait for the rollout of ${is.kind} ${is.namespace}/${is.name}`,
    why: 'the object changes, the properties of the wait do not: CloudFormation goes on at once',
    fix: 'give the wait a property that follows the object',
  })];
}

function lookedAt(world: World, { properties }: Resource): KubernetesObject | undefined {
  const kind = textAt(properties, 'ObjectType')?.toLowerCase();
  return world.objects.find((object) =>
    object.kind.toLowerCase() === kind && object.name === textAt(properties, 'ObjectName')
    && object.namespace === textAt(properties, 'ObjectNamespace') && object.cluster === clusterOf(properties.ClusterName));
}

/** The stack that exports is deployed first: what another stack still imports then cannot go. */
function removedExports(before: World, after: World): readonly Finding[] {
  const imported = new Set(before.stacks.flatMap(({ template }) => importsIn(template as unknown as Json)));
  return before.stacks.flatMap(({ name, template }) => {
    const left = new Set(exportsOf(after.stacks.find((stack) => stack.name === name)?.template));
    const [resource] = after.resources.filter(({ stack }) => stack === name);
    const removed = exportsOf(template).filter((each) => imported.has(each) && !left.has(each));
    return resource === undefined ? [] : removed.map((each) => updateFinding(resource, {
      rule: 'export-in-use',
      what: `to keep the export ${each} of its stack`,
      why: 'another stack imports it until its own deployment, which comes later: the deployment fails',
      fix: 'use a value that both versions have',
    }));
  });
}

function exportsOf(template: { readonly Outputs?: Json } | undefined): readonly string[] {
  const outputs = objectAt({ outputs: template?.Outputs ?? {} }, 'outputs');
  return Object.values(outputs).flatMap((output) => textAt(output, 'Export', 'Name') ?? []);
}

function importsIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(importsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => key === 'Fn::ImportValue' ? textsIn(item) : importsIn(item as Json));
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
