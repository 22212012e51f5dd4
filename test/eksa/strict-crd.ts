import { parse } from 'yaml';
import { foreignFile } from './recorded-data';

interface Schema {
  readonly 'type'?: string;
  readonly 'properties'?: Readonly<Record<string, Schema>>;
  readonly 'additionalProperties'?: Schema;
  readonly 'required'?: readonly string[];
  readonly 'items'?: Schema;
  readonly 'enum'?: readonly unknown[];
  readonly 'maxItems'?: number;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

/** What breaks a custom resource definition, unknown fields included, as `kubectl apply` would say it. */
export function crdViolations(document: { apiVersion?: string; kind: string; spec?: unknown }): string[] {
  return violations(specSchema(document.kind, document.apiVersion?.split('/')[0]), document.spec, `${document.kind}.spec`);
}

const schemas = new Map<string, Schema>();

function specSchema(kind: string, group = 'anywhere.eks.amazonaws.com'): Schema {
  const known = schemas.get(kind);
  if (known) return known;
  const definition = parse(foreignFile(`crds/${group}_${kind.toLowerCase()}s.yaml`));
  const schema: Schema = definition.spec.versions[0].schema.openAPIV3Schema.properties.spec;
  schemas.set(kind, schema);
  return schema;
}

function violations(schema: Schema, value: unknown, path: string): string[] {
  if (schema['x-kubernetes-preserve-unknown-fields']) return [];
  if (schema['x-kubernetes-int-or-string']) {
    return typeof value === 'string' || Number.isInteger(value) ? [] : [`${path}: not an integer or string`];
  }
  if (!hasType(schema.type, value)) return [`${path}: ${JSON.stringify(value)} is no ${schema.type}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${path}: ${JSON.stringify(value)} is not in ${schema.enum.join(', ')}`];
  if (Array.isArray(value)) {
    const tooMany = value.length > (schema.maxItems ?? Infinity) ? [`${path}: too many items`] : [];
    return [...tooMany, ...value.flatMap((item, at) => violations(schema.items!, item, `${path}[${at}]`))];
  }
  return schema.type === 'object' ? objectViolations(schema, value as Record<string, unknown>, path) : [];
}

function objectViolations(schema: Schema, value: Record<string, unknown>, path: string): string[] {
  const missing = (schema.required ?? []).filter((name) => value[name] === undefined).map((name) => `${path}.${name}: required`);
  const inner = Object.entries(value).flatMap(([name, content]) => {
    const known = schema.properties?.[name] ?? schema.additionalProperties;
    return known ? violations(known, content, `${path}.${name}`) : [`${path}.${name}: unknown field`];
  });
  return [...missing, ...inner];
}

function hasType(type: string | undefined, value: unknown): boolean {
  switch (type) {
    case 'array': return Array.isArray(value);
    case 'object': return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer': return Number.isInteger(value);
    default: return typeof value === type;
  }
}
