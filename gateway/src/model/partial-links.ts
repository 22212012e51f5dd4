/** Where the configuration of a plugin can come from a partial: its connections to Redis, by their paths. */
import type { EntityValue, Field, Fields } from './schema/field.ts';
import { isPlainObject } from './schema/plain-object.ts';

/** One entry of a plugin's `partials`. */
export interface PartialLink {
  readonly id: string;
  readonly name: string | null;
  /** E.g. `config.redis`. */
  readonly path: string;
}

/** Kinds of partials by path, e.g. `config.redis` → `redis-ee`. */
export function partialKinds(fields: Fields, path = 'config'): ReadonlyMap<string, string> {
  return new Map(Object.entries(fields).flatMap(([name, field]) => {
    const at = `${path}.${name}`;
    const members = field.type === 'record' ? field.fields ?? {} : {};
    const kind = kindOf(members);
    return kind === undefined ? [...partialKinds(members, at)] : [[at, kind] as const];
  }));
}

function kindOf(fields: Fields): string | undefined {
  if (!['host', 'port', 'database'].every((name) => Object.hasOwn(fields, name))) return undefined;
  return Object.hasOwn(fields, 'connect_timeout') ? 'redis-ee' : 'redis-ce';
}

/** `config` with what a partial says at a path. Fields that the plugin does not have are left out. */
export function withPartial(config: EntityValue, fields: Fields, path: string, partial: EntityValue): EntityValue {
  const [name, ...rest] = path.split('.').slice(1);
  const members = membersOf(fields[name!]!);
  const before = config[name!];
  if (rest.length > 0) {
    return { ...config, [name!]: withPartial(isPlainObject(before) ? before : {}, members, ['', ...rest].join('.'), partial) };
  }
  const shared = Object.entries(partial).filter(([field]) => Object.hasOwn(members, field));
  return { ...config, [name!]: { ...isPlainObject(before) && before, ...Object.fromEntries(shared) } };
}

function membersOf(field: Field): Fields {
  return field.type === 'record' ? field.fields ?? {} : {};
}
