/**
 * Intrinsic functions become text: a reference is written «stack/logical id|attribute», so that manifests and scripts
 * that are joined from pieces can be parsed and searched like any text.
 */
import { at, isObject, textsIn } from './json';
import type { Json, JsonObject } from './json';

/** What a text with references is resolved against: one template. */
export interface Scope {
  /** Name of a reference of this template: to a resource, to a parameter, to a value that another stack exports. */
  reference(id: string, attribute: string): string;
  /** What `Fn::ImportValue` gives. */
  imported(name: string): string;
}

const TOKEN = /«([^|»]+)\|([^»]*)»/g;

export function token(key: string, attribute: string): string {
  return `«${key}|${attribute}»`;
}

export interface Mention {
  readonly key: string;
  readonly attribute: string;
}

/** Every reference in a resolved value. */
export function mentionsIn(value: Json | undefined): readonly Mention[] {
  return textsIn(value).flatMap((text) => [...text.matchAll(TOKEN)].map(([, key, attribute]) => ({ key: key!, attribute: attribute! })));
}

/** The resource that a value as a whole refers to. */
export function referred(value: Json | undefined): string | undefined {
  const mentions = mentionsIn(value);
  return mentions.length === 1 ? mentions[0]!.key : undefined;
}

export function resolved(value: Json, scope: Scope): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => resolved(item, scope));
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  if (keys.length === 1 && (keys[0] === 'Ref' || keys[0]!.startsWith('Fn::'))) return intrinsic(keys[0]!, value[keys[0]!]!, scope);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, scope)]));
}

function intrinsic(name: string, argument: Json, scope: Scope): Json {
  switch (name) {
    case 'Ref':
      return scope.reference(String(argument), '');
    case 'Fn::GetAtt': {
      const [id, ...attribute] = typeof argument === 'string' ? argument.split('.') : argument as readonly string[];
      return scope.reference(id!, attribute.map((part) => String(resolved(part, scope))).join('.'));
    }
    case 'Fn::Join':
      return (resolved(at(argument, 1)!, scope) as readonly Json[]).map(asText).join(String(at(argument, 0)));
    case 'Fn::Sub':
      return substituted(argument, scope);
    case 'Fn::Base64':
      return resolved(argument, scope);
    case 'Fn::If':
      return resolved(at(argument, 1)!, scope);
    case 'Fn::ImportValue':
      return scope.imported(asText(resolved(argument, scope)));
    default:
      // Of other functions it matters only what they refer to.
      return textsIn(resolved(argument, scope)).filter((text) => text.includes('«')).join('');
  }
}

function substituted(argument: Json, scope: Scope): string {
  const text = String(Array.isArray(argument) ? argument[0] : argument);
  const names = (Array.isArray(argument) ? argument[1] : {}) as JsonObject;
  return text.replace(/\$\{([^!}]+)\}/g, (_, name: string) => {
    if (name in names) return asText(resolved(names[name]!, scope));
    const [id, ...attribute] = name.split('.');
    return scope.reference(id!, attribute.join('.'));
  });
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Logical ids that a value of a template refers to, whatever function does. */
export function referencesIn(value: Json | undefined): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(referencesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key === 'Ref') return [String(item)];
    if (key === 'Fn::GetAtt') return [typeof item === 'string' ? item.split('.')[0]! : String(at(item, 0)), ...referencesIn(at(item, 1))];
    if (key === 'Fn::Sub') {
      const text = String(Array.isArray(item) ? item[0] : item);
      const names = [...text.matchAll(/\$\{([^!}]+)\}/g)].map(([, name]) => name!.split('.')[0]!);
      return [...names, ...referencesIn(Array.isArray(item) ? item[1] : undefined)];
    }
    return referencesIn(item);
  });
}
