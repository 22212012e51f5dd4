/** The packages of a cluster with the placeholders in their settings filled in. */
import { parse } from 'yaml';
import { parsePlaceholder } from '../../src/eksa/hardware/placeholder';
import { toYaml } from '../../src/eksa/yaml/emit';
import { parseClusterFile } from '../../src/eksa/yaml/parse';
import { readText } from './files.ts';
import type { FillableFile } from './fillable-file.ts';
import type { FillableText } from './placeholder-values.ts';

/** A Package; its settings are text that holds YAML. */
interface PackageDocument {
  readonly metadata?: { readonly name?: string };
  readonly spec?: { readonly config?: string };
}

/** packages.yaml. Settings are read and written again, so that whatever a secret is made of stays one value. */
export function fillablePackages(file: string): FillableFile {
  const documents = parseClusterFile(readText(file)).documents.map(({ content }) => content as PackageDocument);
  const settings = documents.map(({ spec }) => spec?.config === undefined ? undefined : parse(spec.config) as unknown);
  const texts = documents.flatMap((document, index) => placeholdersIn(settings[index], ownPlace(document)));
  return {
    texts,
    fill: (values) => {
      const byPlace = new Map(texts.map(({ place }, index) => [place, values[index]!]));
      return toYaml(documents.map((document, index) => {
        if (settings[index] === undefined) return document;
        const config = withValues(settings[index], ownPlace(document), byPlace) as object;
        return { ...document, spec: { ...document.spec, config: toYaml([config]).trimEnd() } };
      }));
    },
  };
}

function ownPlace({ metadata }: PackageDocument): string {
  return `package '${metadata?.name ?? '?'}': `;
}

function placeholdersIn(value: unknown, place: string): FillableText[] {
  // Settings may hold variables of the package's own, such as ${MY_POD_IP}; those are left alone.
  if (typeof value === 'string') return parsePlaceholder(value) ? [{ text: value, place }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, content]) => placeholdersIn(content, inner(place, name)));
}

function withValues(value: unknown, place: string, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return values.get(place) ?? value;
  if (Array.isArray(value)) return value.map((item, index) => withValues(item, inner(place, String(index)), values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [name, withValues(content, inner(place, name), values)]));
}

function inner(place: string, name: string): string {
  return place.endsWith(' ') ? `${place}${name}` : `${place}.${name}`;
}
