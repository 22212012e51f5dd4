/** What the driver of PostgreSQL is given for a connection. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../../../test/setup/temporary-folder.ts';
import { Secret } from '../../base/secret.ts';
import { clientConfig } from './connection.ts';
import type { PostgresConnection } from './connection.ts';

const CONNECTION: PostgresConnection = {
  host: 'db.test', port: 5433, database: 'd', user: 'u', ssl: false, sslVerify: false,
  timeoutMs: 1_234,
};
const configOf = (more: Partial<PostgresConnection> = {}) => clientConfig({ ...CONNECTION, ...more });

describe('what the driver of PostgreSQL is given', () => {
  it('is the address, the name of the application and the limits', () => {
    expect(configOf()).toMatchObject({
      host: 'db.test', port: 5433, database: 'd', user: 'u', connectionTimeoutMillis: 1_234, query_timeout: 1_234, keepAlive: true,
      application_name: 'hybridge', ssl: false, password: undefined, options: undefined,
    });
  });

  it('contains the password, or reads it from its file for each connection', async () => {
    expect(configOf({ password: new Secret('hunter2') }).password).toBe('hunter2');
    const passwordFile = join(temporaryFolder('password'), 'password');
    const { password } = configOf({ password: new Secret('hunter2'), passwordFile });
    const read = password as () => Promise<string>;
    for (const [content, expected] of [['one\n', 'one'], ['two\r\n', 'two'], ['three', 'three'], ['\nfour\n\n', '\nfour\n']] as const) {
      writeFileSync(passwordFile, content);
      expect(await read()).toBe(expected);
    }
  });

  it('names the schema as the search path', () => {
    expect(configOf({ schema: 'gateway' }).options).toBe('-c search_path=gateway');
  });

  it.each([
    [{ ssl: true }, { rejectUnauthorized: false, ca: undefined }],
    [{ ssl: true, sslVerify: true }, { rejectUnauthorized: true, ca: undefined }],
    [{ ssl: true, sslVerify: true, authorities: ['pem'] }, { rejectUnauthorized: true, ca: ['pem'] }],
    [{ ssl: false, sslVerify: true, authorities: ['pem'] }, false],
  ])('has TLS as the settings say: %j', (more, ssl) => {
    expect(configOf(more).ssl).toEqual(ssl);
  });

  it('reads numbers of 64 bits as numbers, and other types as the driver does', () => {
    const { getTypeParser } = configOf().types!;
    const parse = (oid: number, text: string) => (getTypeParser(oid, 'text') as (value: string) => unknown)(text);
    expect([parse(20, '9007199254740991'), parse(23, '7'), parse(25, '7'), parse(16, 't')]).toEqual([9007199254740991, 7, '7', true]);
  });
});
