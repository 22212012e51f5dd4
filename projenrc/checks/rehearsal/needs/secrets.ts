/** A secret has a value before something that reads it gives up. */
import { listAt, objectAt, textAt, textsIn } from '../world/json';
import { podTemplateOf } from '../world/kubernetes-objects';
import { isCustom, storedName, stores } from '../world/resources';
import type { Resource } from '../world/resources';
import { referred } from '../world/tokens';
import type { Workload } from '../world/workloads';
import type { World } from '../world/world';
import { events } from './need';
import type { Need } from './need';

export function secretNeeds(world: World): readonly Need[] {
  const secrets = world.ofType('AWS::SecretsManager::Secret');
  const reading = world.workloads.flatMap((workload) => {
    const texts = textsIn([workload.description, ...classesOf(world, workload)]);
    return secrets
      .filter((secret) => isNamed(secret, texts))
      .map((secret): Need => ({
        rule: 'value-of-secret',
        consumer: workload.key,
        what: `a value in the secret ${secret.path}`,
        from: workload.kind === 'tasks' || workload.kind === 'instances' ? events.start(workload.key) : events.applied(workload.key),
        providers: writersOf(world, secret),
        // The kubelet tries again and again; a task or an instance that finds no value fails.
        patience: workload.cluster === undefined ? 0 : Infinity,
        until: events.workloadRunning(workload.key),
        fix: 'let the consumer depend on what writes the secret',
      }));
  });
  const rotations = world.ofType('AWS::SecretsManager::RotationSchedule').flatMap((schedule) => rotationNeeds(world, schedule));
  return [...reading, ...rotations];
}

/** The driver reads for the pod what its SecretProviderClass names. */
function classesOf(world: World, { object }: Workload) {
  if (!object) return [];
  const names = listAt(podTemplateOf(object), 'spec', 'volumes').map((volume) => textAt(
    volume,
    'csi',
    'volumeAttributes',
    'secretProviderClass',
  ));
  return world.objects
    .filter(({ kind, name, namespace, cluster }) =>
      kind === 'SecretProviderClass' && names.includes(name) && namespace === object.namespace && cluster === object.cluster)
    .map(({ body }) => body);
}

function isNamed(secret: Resource, texts: readonly string[]): boolean {
  const name = textAt(secret.properties, 'Name');
  const quoted = name && new RegExp(`(^|[^\\w/-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}($|[^\\w/-])`);
  return texts.some((text) => text.includes(`«${secret.key}|`) || Boolean(quoted && new RegExp(quoted).test(text)));
}

/** What has to be complete so that a secret has its value. None: people write it. */
function writersOf(world: World, secret: Resource): readonly string[] {
  const custom = world.resources.filter((resource) =>
    isCustom(resource) && [resource.properties.SecretArn, resource.properties.SecretId].some((value) => referred(value) === secret.key));
  return [events.complete(secret.key), ...custom.map(({ key }) => events.complete(key))];
}

/** Secrets Manager asks at once whether it may call the function. */
function rotationNeeds(world: World, schedule: Resource): readonly Need[] {
  const handler = referred(schedule.properties.RotationLambdaARN);
  if (handler === undefined) return [];
  const permissions = permissionsOf(world, handler, 'secretsmanager.amazonaws.com');
  return [{
    rule: 'permission-before-rotation', consumer: schedule.key, what: 'the permission of Secrets Manager to call the function',
    from: events.start(schedule.key), providers: permissions.map(({ key }) => events.complete(key)), patience: 0, alsoToDelete: false,
    fix: 'let the schedule depend on the permission',
  }];
}

export function permissionsOf(world: World, handler: string, principal: string): readonly Resource[] {
  return world.ofType('AWS::Lambda::Permission').filter(({ properties }) =>
    referred(properties.FunctionName) === handler && textAt(properties, 'Principal') === principal);
}

/** CloudFormation reads parameters of a template when the deployment of the stack begins. */
export function parameterNeeds(world: World): readonly Need[] {
  return world.stacks.flatMap(({ name: stack, template }) => {
    const names = Object.keys(template.Parameters ?? {}).flatMap((id) => storedName(template, id) ?? []);
    return [...new Set(names)].flatMap((name) => world.resources.filter((resource) => stores(resource, name)).map(({ key }): Need => ({
      rule: 'parameter-before-stack',
      consumer: key,
      what: `to be complete before the deployment of ${stack}, which reads ${name}`,
      from: `stack ${stack}:start`,
      providers: [events.complete(key)],
      patience: 0,
      fix: 'let the stack depend on the one that writes the parameter: stack.addDependency()',
    })));
  });
}

/** Rules and topics call a function only with its permission; until then what they bring is lost. */
export function callerNeeds(world: World): readonly Need[] {
  const rules = world.ofType('AWS::Events::Rule').flatMap((rule) =>
    listAt(rule.properties, 'Targets').map(
      (target) => [rule, referred(objectAt({ target }, 'target').Arn), 'events.amazonaws.com'] as const,
    ));
  const subscriptions = world.ofType('AWS::SNS::Subscription')
    .filter(({ properties }) => textAt(properties, 'Protocol') === 'lambda')
    .map((subscription) => [subscription, referred(subscription.properties.Endpoint), 'sns.amazonaws.com'] as const);
  return [...rules, ...subscriptions].flatMap(([caller, handler, principal]) =>
    world.get(handler)?.type !== 'AWS::Lambda::Function' ? [] : [{
      rule: 'permission-for-caller', consumer: caller.key, what: `the permission of ${principal} to call ${world.get(handler)!.path}`,
      from: events.start(caller.key), providers: permissionsOf(world, handler!, principal).map(({ key }) => events.complete(key)),
      patience: Infinity, fix: 'add the permission to the function',
    }]);
}
