/** Secrets in the places of references, row by row, from one configuration to the next. */
import { expect, it } from 'vitest';

import { vaultsOf } from '../../test/fixtures/node-vaults.ts';
import { atOnce } from '../base/steps.ts';
import { rowsOf } from '../model/config-table.ts';
import type { ConfigTable, Row } from '../model/config-table.ts';
import { coreEntities } from '../model/entities/core.ts';
import { schemasByName } from '../model/schema/entity-schema.ts';
import { keyAuthCredential } from '../plugins/key-auth/entities.ts';
import { resolvingSecrets } from './node-secrets.ts';

it('each row has its own secret, whichever rows before it came, went or stayed', () => {
  const schemas = schemasByName([...coreEntities(new Map()), keyAuthCredential]);
  const vaults = vaultsOf({ FIRST: 'first-key', SECOND: 'second-key' });
  const row = (id: string, reference: string): Row => ({ id, key: `{vault://env/${reference}}`, consumer: 'c' }) as unknown as Row;
  const [gone, kept, fresh] = [row('1', 'first'), row('2', 'second'), row('3', 'first')];
  const keysOnly = (rows: readonly Row[]) => (
    { _format_version: '3.0', _transform: false, keyauth_credentials: rows }) as unknown as ConfigTable;
  const before = atOnce(resolvingSecrets({ table: keysOnly([gone, kept]), schemas, vaults }));
  const { table: resolved, setAside } = atOnce(resolvingSecrets({ table: keysOnly([kept, fresh]), schemas, vaults, before }));
  expect(setAside).toEqual([]);
  expect(rowsOf(resolved, 'keyauth_credentials').map(({ id, key }) => [id, key])).toEqual([['2', 'second-key'], ['3', 'first-key']]);
});
