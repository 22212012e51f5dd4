/** What keeps an old value when another resource changes: Jobs, pods that have read a file, other regions. */
import type { Finding } from '../finding';
import { listAt, objectAt, textAt, textsIn } from '../world/json';
import type { JsonObject } from '../world/json';
import { podTemplateOf } from '../world/kubernetes-objects';
import { isCustom } from '../world/resources';
import { mentionsIn } from '../world/tokens';
import type { World } from '../world/world';
import { canChange } from './replacements';
import { updateFinding } from './update-finding';

/** The API server refuses another pod template under the name of a Job that exists. */
export function changedJobs(world: World): readonly Finding[] {
  return world.objects.filter(({ kind }) => kind === 'Job').flatMap(({ body, name, resource }) => {
    const inName = new Set(namedBy(world, name));
    return mentionsIn(objectAt(body, 'spec', 'template'))
      .filter(({ key, attribute }) => canChange(world.get(key)) && !inName.has(`${key}|${attribute}`))
      .slice(0, 1)
      .map(({ key, attribute }) => updateFinding(resource, {
        rule: 'job-immutable',
        what: `another ${attribute || 'name'} of ${world.get(key)!.path}`,
        why: `the Job ${name} keeps its name while its pods change, and a Job is immutable: refused until the old one is gone`,
        fix: 'let the name follow the resolved values, or delete the Job before',
      }));
  });
}

/** What a name follows: values in it, and the values from which a custom resource makes a digest for it. */
function namedBy(world: World, name: string): readonly string[] {
  return mentionsIn(name).flatMap(({ key, attribute }) => {
    const resource = world.get(key);
    const digested = resource && isCustom(resource) ? mentionsIn(resource.properties) : [];
    return [{ key, attribute }, ...digested].map((mention) => `${mention.key}|${mention.attribute}`);
  });
}

/** Containers that read a ConfigMap once do not see what changes in it. */
export function unnoticedFiles(world: World): readonly Finding[] {
  return world.objects.filter(({ kind }) => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind)).flatMap((object) => {
    const template = podTemplateOf(object)!;
    const once = readOnce(template);
    const notices = textsIn(template.metadata);
    return world.objects
      .filter(({ kind, name }) => kind === 'ConfigMap' && once.has(name))
      .filter(({ namespace, cluster }) => namespace === object.namespace && cluster === object.cluster)
      .filter(({ body }) => mentionsIn(body).some(({ key, attribute }) =>
        canChange(world.get(key)) && !notices.some((text) => text.includes(`«${key}|${attribute}»`))))
      .map(({ name }) => updateFinding(object.resource, {
        rule: 'config-unnoticed',
        what: `another value in the ConfigMap ${name}`,
        why: 'its pods read it when they start, and nothing starts them again',
        fix: 'put the values into an annotation of the pods, or mount the file without subPath',
      }));
  });
}

/** Names of ConfigMaps that become environment, or single files: the kubelet does not renew those. */
function readOnce(template: JsonObject): ReadonlySet<string | undefined> {
  const containers = listAt(template, 'spec', 'containers');
  const volumes = listAt(template, 'spec', 'volumes');
  const singleFiles = containers.flatMap((container) => listAt(container, 'volumeMounts')).filter((mount) => textAt(mount, 'subPath'));
  return new Set([
    ...containers.flatMap((container) => listAt(container, 'envFrom')).map((entry) => textAt(entry, 'configMapRef', 'name')),
    ...containers.flatMap((container) => listAt(container, 'env')).map((entry) => textAt(entry, 'valueFrom', 'configMapKeyRef', 'name')),
    ...singleFiles
      .map((mount) => volumes.find((volume) => textAt(volume, 'name') === textAt(mount, 'name')))
      .map((volume) => textAt(volume, 'configMap', 'name')),
  ]);
}

/** CDK writes a value into the other region once: its handler leaves a parameter alone that exists. */
export function staleInOtherRegions(world: World): readonly Finding[] {
  return world.ofType('Custom::CrossRegionExportWriter').flatMap((writer) => {
    const values = Object.values(objectAt(writer.properties, 'WriterProps', 'exports'));
    const changing = values.flatMap((value) => mentionsIn(value)).map(({ key }) => key).filter((key) => canChange(world.get(key)));
    return [...new Set(changing)].map((key) => updateFinding(writer, {
      rule: 'stale-in-other-region',
      what: `another value of ${world.get(key)!.path}`,
      why: 'stacks in other regions keep the old value, and no deployment says so',
      fix: 'give the other region a name that stays (a host name in a zone)',
    }));
  });
}
