/** Credentials of a file, with the plugin that checks them. */
import type { FileEntity } from '../declarative/file-entities.ts';
import { PLUGINS } from '../plugins/schemas.ts';
import type { LintedFile } from './rule.ts';

interface FileCredential {
  readonly entity: FileEntity;
  /** Id. */
  readonly consumer: string;
  readonly plugin: string;
}

/** By entity type. */
const CHECKED_BY = new Map(PLUGINS.flatMap(({ name, entities = [] }) => (
  entities.flatMap((schema) => (schema.credential === undefined ? [] : [[schema.name, name] as const])))));

export function credentialsOf({ reading: { complete } }: LintedFile): readonly FileCredential[] {
  return [...complete].flatMap(([entity, { consumer }]) => {
    const plugin = CHECKED_BY.get(entity.schema.name);
    return plugin === undefined ? [] : [{ entity, consumer: (consumer as { readonly id: string }).id, plugin }];
  });
}
