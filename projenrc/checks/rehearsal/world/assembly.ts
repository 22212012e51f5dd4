/** Reads what `cdk synth` wrote: stacks in the order in which they are deployed, with nested ones as part of their parent. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, isObject, textAt } from './json';
import type { Json, JsonObject } from './json';

export interface Template {
  readonly Resources?: { readonly [id: string]: TemplateResource };
  readonly Outputs?: JsonObject;
  readonly Parameters?: JsonObject;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly CreationPolicy?: JsonObject;
  readonly UpdatePolicy?: JsonObject;
  readonly Metadata?: JsonObject;
}

export interface StackOfAssembly {
  readonly name: string;
  readonly template: Template;
  /** Names of the stacks that are deployed before. */
  readonly after: readonly string[];
  /** Logical id to construct path. */
  readonly paths: ReadonlyMap<string, string>;
  /** Nested stacks by the logical id of their resource. */
  readonly nested: ReadonlyMap<string, Template>;
}

const STACK = 'aws:cloudformation:stack';

export function readAssembly(folder: string): readonly StackOfAssembly[] {
  const artifacts = at(readJson(join(folder, 'manifest.json')), 'artifacts');
  if (!isObject(artifacts)) throw new Error(`${folder}/manifest.json: got no artifacts, expected a cloud assembly of cdk synth`);
  const stackIds = Object.keys(artifacts).filter((id) => textAt(artifacts, id, 'type') === STACK);
  return stackIds.map((id) => {
    const template = readJson(join(folder, textAt(artifacts, id, 'properties', 'templateFile')!)) as unknown as Template;
    const metadataFile = textAt(artifacts, id, 'additionalMetadataFile');
    const metadata = metadataFile ? readJson(join(folder, metadataFile)) : at(artifacts, id, 'metadata');
    const dependencies = (at(artifacts, id, 'dependencies') ?? []) as readonly string[];
    return {
      name: id,
      template,
      after: dependencies.filter((dependency) => stackIds.includes(dependency)),
      paths: constructPaths(metadata),
      nested: nestedTemplates(folder, template),
    };
  });
}

function nestedTemplates(folder: string, template: Template): ReadonlyMap<string, Template> {
  return new Map(
    Object.entries(template.Resources ?? {}).flatMap(([id, { Type: type, Metadata: metadata }]) => {
      const file = textAt(metadata, 'aws:asset:path');
      if (type !== 'AWS::CloudFormation::Stack' || !file || !existsSync(join(folder, file))) return [];
      return [[id, readJson(join(folder, file)) as unknown as Template] as const];
    }),
  );
}

function constructPaths(metadata: Json | undefined): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(isObject(metadata) ? metadata : {}).flatMap(([path, entries]) =>
      (entries as readonly Json[])
        .filter((entry) => textAt(entry, 'type') === 'aws:cdk:logicalId')
        .map((entry) => [textAt(entry, 'data')!, path.replace(/^\//, '').replace(/\/Resource$/, '')] as const)),
  );
}

function readJson(file: string): Json {
  return JSON.parse(readFileSync(file, 'utf8')) as Json;
}
