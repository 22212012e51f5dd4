/** All resources of an assembly as one list, with their references followed over nested stacks, exports and regions. */
import type { StackOfAssembly, Template, TemplateResource } from './assembly';
import { at, isObject, textAt } from './json';
import type { Json, JsonObject } from './json';
import { referencesIn, resolved, token } from './tokens';
import type { Scope } from './tokens';

export interface Resource {
  /** Stack, nested stack and logical id. */
  readonly key: string;
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  /** Where the program made it. */
  readonly path: string;
  /** Properties with references as tokens. */
  readonly properties: JsonObject;
  /** Keys of what CloudFormation creates before and deletes after. */
  readonly dependencies: readonly string[];
  readonly condition?: string;
  readonly deletionPolicy: string;
  readonly updateReplacePolicy: string;
  readonly creationPolicy?: JsonObject;
  readonly updatePolicy?: JsonObject;
  /** The nested stack that it is part of: key of its resource. */
  readonly parent?: string;
}

/** One template, with the name that its resources have in keys. */
interface Room {
  readonly name: string;
  readonly stack: StackOfAssembly;
  readonly template: Template;
  readonly parent?: { readonly room: Room; readonly id: string };
}

export function resourcesOf(stacks: readonly StackOfAssembly[]): readonly Resource[] {
  const rooms = stacks.flatMap((stack) => {
    const top: Room = { name: stack.name, stack, template: stack.template };
    return [
      top,
      ...[...stack.nested].map(([id, template]): Room => ({ name: `${stack.name}/${id}`, stack, template, parent: { room: top, id } })),
    ];
  });
  return rooms.flatMap((room) =>
    Object.entries(room.template.Resources ?? {}).map(([id, resource]) => described(room, id, resource, rooms)));
}

function described(room: Room, id: string, resource: TemplateResource, rooms: readonly Room[]): Resource {
  const isStateful = /^AWS::(RDS::DBCluster|RDS::DBInstance)$/.test(resource.Type);
  return {
    key: `${room.name}/${id}`,
    stack: room.stack.name,
    id,
    type: resource.Type,
    path: room.stack.paths.get(id) ?? `${room.name}/${id}`,
    properties: resolved(resource.Properties ?? {}, scopeOf(room, rooms)) as JsonObject,
    dependencies: dependenciesOf(room, resource),
    condition: resource.Condition,
    // What CloudFormation does without being told: a snapshot of a cluster of databases.
    deletionPolicy: resource.DeletionPolicy ?? (isStateful ? 'Snapshot' : 'Delete'),
    updateReplacePolicy: resource.UpdateReplacePolicy ?? 'Delete',
    creationPolicy: resource.CreationPolicy,
    updatePolicy: resource.UpdatePolicy,
    parent: room.parent && `${room.parent.room.name}/${room.parent.id}`,
  };
}

function dependenciesOf(room: Room, { DependsOn: explicit = [], Properties: properties }: TemplateResource): readonly string[] {
  const ids = new Set([...(typeof explicit === 'string' ? [explicit] : explicit), ...referencesIn(properties)]);
  return [...ids].filter((id) => room.template.Resources?.[id]).map((id) => `${room.name}/${id}`);
}

function scopeOf(room: Room, rooms: readonly Room[]): Scope {
  return {
    reference: (id, attribute) => {
      const resource = room.template.Resources?.[id];
      if (!resource) return parameter(room, rooms, id) ?? token(`${room.name}/${id}`, attribute);
      if (resource.Type === 'AWS::CloudFormation::Stack') {
        const nested = rooms.find(({ name }) => name === `${room.name}/${id}`);
        const output = at(nested?.template.Outputs, attribute.replace(/^Outputs\./, ''), 'Value');
        if (nested && output !== undefined) return String(resolved(output, scopeOf(nested, rooms)));
      }
      return carried(resource, attribute, rooms) ?? token(`${room.name}/${id}`, attribute);
    },
    imported: (name) => {
      for (const other of rooms) {
        const output = Object.values(other.template.Outputs ?? {}).find((found) => textAt(found, 'Export', 'Name') === name);
        if (output) return String(resolved(at(output, 'Value')!, scopeOf(other, rooms)));
      }
      return token(`import/${name}`, '');
    },
  };
}

/** What the parent gives a nested stack, or what this app has written to Parameter Store. */
function parameter({ parent, template }: Room, rooms: readonly Room[], id: string): string | undefined {
  if (!template.Parameters?.[id]) return undefined;
  const stored = storedName(template, id);
  if (stored !== undefined) return storedValue(rooms, stored);
  const given = parent && at(parent.room.template.Resources?.[parent.id]?.Properties, 'Parameters', id);
  return given === undefined || !parent ? undefined : String(resolved(given, scopeOf(parent.room, rooms)));
}

/** Name in Parameter Store that CloudFormation reads when a deployment of the stack begins. */
export function storedName({ Parameters: parameters }: Template, id: string): string | undefined {
  return textAt(parameters, id, 'Type')?.startsWith('AWS::SSM::Parameter::Value<') ? textAt(parameters, id, 'Default') : undefined;
}

const STORES = ['AWS::SSM::Parameter', 'Custom::HybridgeRegionalParameter'];

export function stores({ type, properties }: Pick<Resource, 'type' | 'properties'>, name: string): boolean {
  return STORES.includes(type) && properties.Name === name;
}

function storedValue(rooms: readonly Room[], name: string): string | undefined {
  for (const room of rooms) {
    for (const { Type: type, Properties: properties = {} } of Object.values(room.template.Resources ?? {})) {
      if (stores({ type, properties }, name)) return String(resolved(properties.Value!, scopeOf(room, rooms)));
    }
  }
  return undefined;
}

/** A value that CDK carries from one region to another through Parameter Store. */
function carried({ Type: type }: TemplateResource, attribute: string, rooms: readonly Room[]): string | undefined {
  if (type !== 'Custom::CrossRegionExportReader') return undefined;
  for (const writer of rooms) {
    for (const candidate of Object.values(writer.template.Resources ?? {})) {
      const value: Json | undefined = candidate.Type === 'Custom::CrossRegionExportWriter'
        ? at(candidate.Properties, 'WriterProps', 'exports', attribute)
        : undefined;
      if (value !== undefined) return String(resolved(value, scopeOf(writer, rooms)));
    }
  }
  return undefined;
}

export function isCustom({ type, properties }: Resource): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource' || isObject(properties.ServiceToken);
}
