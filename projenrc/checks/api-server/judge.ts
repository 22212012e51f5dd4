/** Puts objects before the server, in the order in which they need each other, and collects what it refuses and what it warns of. */
import type { EmittedObject, KubernetesObject } from './emitted-objects';
import type { Answer, ApiServer } from './server';

export interface Verdict extends EmittedObject {
  readonly message: string;
}

/** Objects that others ask for: kept. All others are only tried. */
const KEPT = ['Namespace', 'PriorityClass', 'ServiceAccount'];
/** Namespaces that the installation of the cluster or of its controllers creates. */
const NAMESPACES_OF_OTHERS = /^(flux-system|monitoring|eksa-system|eksa-packages-.+)$/;
/** Read by tools on a machine, by no cluster. */
const NOT_OF_A_CLUSTER = /^(node\.eks\.aws|kustomize\.config\.k8s\.io|kubelet\.config\.k8s\.io)\//;
/** Whose pods a controller makes, which is not there: they are tried here as it would make them. */
const POD_OWNERS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'];

export class Judge {
  private readonly resources = new Map<string, { readonly plural: string; readonly isNamespaced: boolean }>();

  constructor(private readonly server: ApiServer) {}

  /** @param definitions objects of kind CustomResourceDefinition */
  async teach(definitions: readonly KubernetesObject[]): Promise<void> {
    for (const definition of definitions) {
      const { status, body } = await this.server.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
      if (status !== 201) throw new Error(`${definition.metadata.name}: ${body.message}`);
    }
    for (const { metadata, spec } of definitions) {
      await this.established(metadata.name, `${spec.group}/${spec.versions.find(({ served }: any) => served).name}`);
    }
  }

  async judge(objects: readonly EmittedObject[]): Promise<readonly Verdict[]> {
    const judged = objects.filter(({ object }) => !NOT_OF_A_CLUSTER.test(object.apiVersion));
    const rank = ({ object }: EmittedObject) => KEPT.includes(object.kind) ? KEPT.indexOf(object.kind) : KEPT.length;
    const theirs = new Set(
      judged.map(({ object }) => object.metadata.namespace ?? 'default').filter((name) => NAMESPACES_OF_OTHERS.test(name)),
    );
    for (const name of theirs) await this.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, true);
    const verdicts: Verdict[] = [];
    for (const emitted of [...judged].sort((one, other) => rank(one) - rank(other))) {
      for (const object of [emitted.object, ...podsOf(emitted.object)]) {
        const answer = await this.apply(object, KEPT.includes(object.kind));
        verdicts.push(...complaints(answer).map((message) => ({ ...emitted, object, message })));
      }
    }
    return verdicts;
  }

  /** As `kubectl apply --server-side --validate=strict`, with `--dry-run=server` unless it is kept. */
  private async apply(object: KubernetesObject, isKept: boolean): Promise<Answer> {
    const resource = await this.resource(object);
    if (!resource) {
      return {
        status: 404,
        warnings: [],
        body: { message: `no kind ${object.kind} in ${object.apiVersion} is known here: give its definition` },
      };
    }
    const namespace = resource.isNamespaced ? `/namespaces/${object.metadata.namespace ?? 'default'}` : '';
    const query = `fieldManager=judge&force=true&fieldValidation=Strict${isKept ? '' : '&dryRun=All'}`;
    return this.server.ask(
      'PATCH',
      `${root(object.apiVersion)}${namespace}/${resource.plural}/${object.metadata.name}?${query}`,
      object,
      'application/apply-patch+yaml',
    );
  }

  private async resource({ apiVersion, kind }: KubernetesObject) {
    const key = `${apiVersion} ${kind}`;
    if (!this.resources.has(key)) {
      const { body } = await this.server.ask('GET', root(apiVersion));
      for (const { name, kind: each, namespaced } of body.resources ?? []) {
        if (!name.includes('/')) this.resources.set(`${apiVersion} ${each}`, { plural: name, isNamespaced: namespaced });
      }
    }
    return this.resources.get(key);
  }

  private async established(name: string, apiVersion: string) {
    const until = Date.now() + 30_000;
    const plural = name.split('.')[0];
    while (!(await this.server.ask('GET', root(apiVersion))).body.resources?.some((resource: any) => resource.name === plural)) {
      if (Date.now() > until) throw new Error(`${name}: the server does not serve it`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function root(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Admission looks at pods, not at what makes them. */
function podsOf({ kind, metadata, spec }: KubernetesObject): readonly KubernetesObject[] {
  if (!POD_OWNERS.includes(kind)) return [];
  const { metadata: ofPod, spec: podSpec } = spec.template;
  const claims: readonly KubernetesObject[] = spec.volumeClaimTemplates ?? [];
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...ofPod, name: metadata.name, namespace: metadata.namespace },
      spec: {
        ...podSpec,
        restartPolicy: podSpec.restartPolicy ?? 'Always',
        // The controller of a StatefulSet gives its pods the volumes that it makes from its claims.
        volumes: [...podSpec.volumes ?? [], ...claims.map(({ metadata: { name } }: KubernetesObject) => (
          { name, persistentVolumeClaim: { claimName: `${name}-${metadata.name}-0` } }))],
      },
    },
  ];
}

function complaints({ status, warnings, body }: Answer): readonly string[] {
  return [...status >= 300 ? [body.message ?? String(body)] : [], ...warnings.map((warning) => `warning: ${warning}`)];
}
