/** Every Kubernetes object of the examples, as files: those for people and sites, and those that only templates carry. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const isObject = (value: any): value is KubernetesObject => Boolean(value?.apiVersion && value.kind && value.metadata?.name);

/** Files of an example with Kubernetes objects: no values of charts, no Compose files. */
export function manifestFiles(outputs: string): readonly string[] {
  return globSync(['*/hybridge/**/*.yaml', '*/applied/*.yaml'], { cwd: outputs }).sort()
    .filter((file) => objectsIn(readFileSync(join(outputs, file), 'utf8')).length > 0);
}

/**
 * Writes what templates apply and no file in `hybridge/` shows into `<example>/applied/<resource>.yaml`, so that judges of
 * manifests see it. Expressions of CloudFormation are written as `x`: a name in a name, a host in a host.
 */
export function writeAppliedManifests(outputs: string): void {
  for (const file of globSync('*/*.template.json', { cwd: outputs }).sort()) {
    const example = dirname(file);
    const shown = new Set(
      globSync('hybridge/**/*.yaml', { cwd: join(outputs, example) })
        .flatMap((path) => objectsIn(readFileSync(join(outputs, example, path), 'utf8')))
        .map(keyOf),
    );
    const { Resources = {} } = JSON.parse(readFileSync(join(outputs, file), 'utf8'));
    for (const [id, { Type, Properties }] of Object.entries<any>(Resources)) {
      if (Type !== 'Custom::AWSCDK-EKS-KubernetesResource') continue;
      const objects = (JSON.parse(textOf(Properties.Manifest)) as unknown[]).filter(isObject).filter((each) => !shown.has(keyOf(each)));
      if (objects.length === 0) continue;
      mkdirSync(join(outputs, example, 'applied'), { recursive: true });
      writeFileSync(join(outputs, example, 'applied', `${id}.yaml`), objects.map((each) => stringify(each)).join('---\n'));
    }
  }
}

function objectsIn(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text).map((document) => document.toJS() as unknown).filter(isObject);
}

/** In files an expression is shown as `${...}`. */
function keyOf({ kind, metadata: { name, namespace = '' } }: KubernetesObject): string {
  return [kind, namespace, name.replaceAll(/\$\{[^}]*\}/g, 'x')].join('/');
}

function textOf(expression: any): string {
  if (typeof expression === 'string') return expression;
  const parts = expression?.['Fn::Join']?.[1] as readonly unknown[] | undefined;
  return parts ? parts.map(textOf).join('') : 'x';
}
