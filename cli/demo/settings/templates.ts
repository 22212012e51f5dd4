/** Reads resources out of the CloudFormation templates of a cloud assembly. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

interface TemplateResource {
  readonly id: string;
  readonly type: string;
  /** File that it is in, without folders. */
  readonly template: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Template {
  readonly Resources?: Readonly<Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>>;
}

/** Resources of one type, of all stacks, those of stages included. */
export function resourcesOf(assembly: string, type: string): readonly TemplateResource[] {
  const templates = readdirSync(assembly, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|[/\\])[^/\\]+\.template\.json$/.test(file) && !/(^|[/\\])asset\./.test(file))
    .sort();
  return templates.flatMap((file) => Object.entries((JSON.parse(readFileSync(join(assembly, file), 'utf8')) as Template).Resources ?? {})
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties = {} }]) => ({ id, type, template: basename(file), properties: Properties })));
}

const REFERENCE = /<deployed: [^>]+>/;

/** A value of a template as text; what CloudFormation fills in appears as `<deployed: Resource.Attribute>`. */
export function templateText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[kind, argument] = ['', undefined]] = Object.entries(value);
  switch (kind) {
    case 'Fn::Join':
      return (argument as [string, unknown[]])[1].map(templateText).join((argument as [string, unknown[]])[0]);
    case 'Fn::Base64':
      return templateText(argument);
    case 'Fn::Sub':
      return String(Array.isArray(argument) ? argument[0] : argument).replace(/\$\{(?!!)([^}]+)\}/g, '<deployed: $1>');
    case 'Fn::GetAtt':
      return `<deployed: ${Array.isArray(argument) ? argument.join('.') : String(argument)}>`;
    default:
      return `<deployed: ${typeof argument === 'string' ? argument : kind}>`;
  }
}

/** Whether a part of the text is known after a deployment only. */
export function isDeployed(text: string): boolean {
  return REFERENCE.test(text);
}
