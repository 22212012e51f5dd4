/**
 * Every Kubernetes object in a cloud assembly: those in files for people, those that CloudFormation applies, and those
 * that it writes for sites.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: any;
}

export interface EmittedObject {
  /** File, and the resource in a template. */
  readonly source: string;
  readonly object: KubernetesObject;
}

/** What values look like that exist only after a deployment. */
const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::Region': 'eu-central-1',
  'AWS::AccountId': '111122223333',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'stack',
};
const ATTRIBUTES: readonly (readonly [RegExp, (id: string) => string])[] = [
  [/Arn$/, (id) => `arn:aws:iam::111122223333:role/${id}`],
  [/Port$/, () => '5432'],
  [/(Address|Endpoint|DNSName|Name)$/i, (id) => `${id.toLowerCase().slice(0, 30)}.eu-central-1.amazonaws.com`],
];

const FUNCTIONS: Readonly<Record<string, (argument: any) => any>> = {
  'Ref': (name: string) => PSEUDO_PARAMETERS[name] ?? `ref-${name.toLowerCase().slice(0, 40)}`,
  'Fn::GetAtt': ([id, attribute]: string[]) =>
    (ATTRIBUTES.find(([name]) => name.test(attribute))?.[1] ?? ((it: string) => `of-${it.toLowerCase().slice(0, 30)}`))(id),
  'Fn::Join': ([separator, parts]: [string, any]) => (standIn(parts) as unknown[]).join(separator),
  'Fn::Split': ([separator, text]: [string, any]) => String(standIn(text)).split(separator),
  'Fn::Select': ([index, list]: [number, any]) => [standIn(list)].flat()[index] ?? `selected-${index}`,
  'Fn::ImportValue': () => 'imported',
  'Fn::GetStackOutput': () => 'output',
};

function standIn(value: any): any {
  if (Array.isArray(value)) return value.map(standIn);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument], ...others] = Object.entries(value).concat([['', undefined]]);
  if (others.length === 1 && FUNCTIONS[name]) return FUNCTIONS[name](argument);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, standIn(item)]));
}

/** @param folder with one assembly or several */
export function emittedObjects(folder: string): readonly EmittedObject[] {
  return [...fromFiles(folder), ...fromTemplates(folder)];
}

function fromFiles(folder: string): readonly EmittedObject[] {
  return globSync('**/hybridge/**/*.yaml', { cwd: folder })
    .sort()
    .flatMap((source) => objectsIn(source, deployed(readFileSync(join(folder, source), 'utf8'))));
}

/** Files for people show what CloudFormation fills in as `${Resource.Attribute}`. */
function deployed(text: string): string {
  return text.replace(/\$\{(\w+)\.(\w+)\}/g, (_, id: string, attribute: string) => FUNCTIONS['Fn::GetAtt']!([id, attribute]));
}

/** As kubectl reads it: by YAML 1.1, where `off` is a boolean. */
function objectsIn(source: string, text: string): readonly EmittedObject[] {
  const documents = parseAllDocuments(text, { version: '1.1' });
  for (const { errors: [error] } of documents) if (error) throw new Error(`${source}: ${error.message}`);
  return documents
    .map((document) => ({ source, object: document.toJS() as KubernetesObject }))
    .filter(({ object }) => object?.apiVersion && object.kind);
}

/** Custom resources that carry objects, by their type. */
const CARRIERS: Readonly<Record<string, (source: string, properties: any) => readonly EmittedObject[]>> = {
  'Custom::AWSCDK-EKS-KubernetesResource': (source, { Manifest }) =>
    (JSON.parse(standIn(Manifest)) as KubernetesObject[]).map((object) => ({ source, object })),
  'Custom::HybridgeHandoffFiles': (source, { Files }) =>
    (standIn(Files) as { Path: string; Text: string }[])
      .filter(({ Path }) => Path.endsWith('.yaml'))
      .flatMap(({ Path, Text }) => objectsIn(`${source} ${Path}`, Text)),
};

function fromTemplates(folder: string): readonly EmittedObject[] {
  return globSync('**/*.template.json', { cwd: folder })
    .sort()
    .flatMap((file) =>
      Object.entries<any>(JSON.parse(readFileSync(join(folder, file), 'utf8')).Resources ?? {}).flatMap(
        ([id, { Type, Properties }]) => CARRIERS[Type]?.(`${file} ${id}`, Properties) ?? [],
      ),
    );
}
