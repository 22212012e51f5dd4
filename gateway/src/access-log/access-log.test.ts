import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { createLog, SILENT } from '../base/log.ts';
import { accessLogSetting } from '../settings/access-log-setting.ts';
import { isSampled, openAccessLog, openAccessLogFile } from './access-log.ts';
import type { AccessRecord } from './access-record.ts';
import { jsonLine } from './json-line.ts';
import { redactedAdminPath, redactedQuery } from './redaction.ts';
import { textLine } from './text-line.ts';

const RECORD: AccessRecord = {
  requestId: 'ab'.repeat(16), startedAt: Date.UTC(2026, 10, 30, 9, 5, 7, 42), clientIp: '192.0.2.1', method: 'GET', scheme: 'http',
  httpVersion: '1.1', host: 'a.test', path: '/ok', query: 'm=1', status: 200, requestBytes: 100, responseBytes: 300, bodyBytes: 3,
  durationMs: 12.34567, userAgent: undefined, referer: undefined, user: undefined,
};

describe('lines of text', () => {
  it.each<readonly [string, Partial<AccessRecord>, string]>([
    ['a plain request', {}, '192.0.2.1 - - [30/Nov/2026:09:05:07 +0000] "GET /ok?m=1 HTTP/1.1" 200 3 "-" "-" kong_request_id: "ID"'],
    ['a user and what the client says of itself', { user: 'u', referer: 'http://x.test/a', userAgent: 'ua "1"' },
      '192.0.2.1 - u [30/Nov/2026:09:05:07 +0000] "GET /ok?m=1 HTTP/1.1" 200 3 "http://x.test/a" "ua \\x221\\x22" kong_request_id: "ID"'],
    ['what would end a line, or is no ASCII', { userAgent: 'a\r\nb\\é', query: '' },
      '192.0.2.1 - - [30/Nov/2026:09:05:07 +0000] "GET /ok HTTP/1.1" 200 3 "-" "a\\x0D\\x0Ab\\x5C\\xC3\\xA9" kong_request_id: "ID"'],
    ['what the parser rejected', { method: '', path: '', query: '', status: 400 },
      '192.0.2.1 - - [30/Nov/2026:09:05:07 +0000] "" 400 3 "-" "-" kong_request_id: "ID"'],
  ])('report %s', (_what, given, expected) => {
    expect(textLine({ ...RECORD, ...given })).toBe(expected.replace('ID', RECORD.requestId));
  });

  it.each<readonly [string, string]>([
    ['https://a.test/callback?code=secret&page=2', 'https://a.test/callback?code=REDACTED&page=2'],
    ['https://a.test/?k9=secret', 'https://a.test/?k9=REDACTED'],
    ['https://a.test/#access_token=secret', 'https://a.test/#access_token=REDACTED'],
    ['https://user:secret@a.test/x', 'https://a.test/x'],
    ['https://a.test/users/me@b.test?m=1', 'https://a.test/users/me@b.test?m=1'],
    ['not an address', 'not an address'],
  ])('name the page %s without its credentials', (referer, expected) => {
    const record = { ...RECORD, referer, secretArguments: new Set(['k9']) };
    expect(textLine(record)).toContain(` "${expected}" "-" `);
    expect(jsonLine(record)).not.toContain('secret');
  });

  it('are lines, whatever clients send', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (userAgent, path) => {
      const line = textLine({ ...RECORD, userAgent, path: `/${path}` });
      expect(line).toMatch(/^[\x20-\x7e]+$/);
      expect(line.split('"').length).toBe(9);
      expect(jsonLine({ ...RECORD, userAgent, path: `/${path}` })).not.toMatch(/[\r\n]/);
    }));
  });
});

describe('lines of JSON', () => {
  it('are what JSON.stringify makes, whatever the texts are', () => {
    const texts = fc.record({ path: fc.string({ unit: 'binary' }), host: fc.string(), userAgent: fc.string({ unit: 'binary' }) });
    fc.assert(fc.property(texts, fc.double({ min: 0, max: 1e6, noNaN: true }), ({ path, host, userAgent }, durationMs) => {
      const line = jsonLine({ ...RECORD, path, host, userAgent, durationMs });
      expect(JSON.parse(line)).toMatchObject({ path, host, user_agent: userAgent, duration_ms: Math.round(durationMs * 1000) / 1000 });
      expect(JSON.stringify(JSON.parse(line))).toBe(line);
    }));
  });

  it.each([[0, '1970-01-01T00:00:00.000Z'], [1_999, '1970-01-01T00:00:01.999Z'], [1_007, '1970-01-01T00:00:01.007Z'],
    [1_796_029_507_042, '2026-11-30T09:05:07.042Z']])('show the time %d as %s', (startedAt, expected) => {
    expect(JSON.parse(jsonLine({ ...RECORD, startedAt }))).toMatchObject({ time: expected });
  });

  it('have what is known of a request, and leave out the rest', () => {
    expect(JSON.parse(jsonLine(RECORD))).toEqual({
      time: '2026-11-30T09:05:07.042Z', request_id: RECORD.requestId, client_ip: '192.0.2.1', method: 'GET', scheme: 'http', host: 'a.test',
      path: '/ok', query: 'm=1', http_version: '1.1', status: 200, request_bytes: 100, response_bytes: 300, duration_ms: 12.346,
    });
    expect(JSON.parse(jsonLine({
      ...RECORD, gatewayMs: 1, upstreamMs: -1, upstream: '192.0.2.9:80', upstreamStatus: '502, 200', route: { id: 'r', name: null },
      service: { id: 's', name: 'svc' }, consumer: { id: 'c', name: 'alice' }, credentialId: 'k', isAborted: true, tlsVersion: 'TLSv1.3',
      referer: 'https://other.test/page?token=secret#x',
    }))).toMatchObject({
      gateway_ms: 1, upstream: '192.0.2.9:80', upstream_status: '502, 200', route_id: 'r', service_id: 's', service: 'svc',
      consumer_id: 'c', consumer: 'alice', credential_id: 'k', aborted: true, tls: 'TLSv1.3', referer: 'https://other.test/page',
    });
  });
});

describe('credentials', () => {
  it.each([
    ['a=1&apikey=s', 'a=1&apikey=REDACTED'],
    ['apiKey=s&API-KEY=s&x_api_key=s', 'apiKey=REDACTED&API-KEY=REDACTED&x_api_key=REDACTED'],
    ['access_token=s&id_token=s&client_secret=s&code=s', 'access_token=REDACTED&id_token=REDACTED&client_secret=REDACTED&code=REDACTED'],
    ['X-Amz-Signature=s&X-Amz-Security-Token=s', 'X-Amz-Signature=REDACTED&X-Amz-Security-Token=REDACTED'],
    ['ap%69key=s&jwt=a.b.c&user%5Bpassword%5D=s', 'ap%69key=REDACTED&jwt=REDACTED&user%5Bpassword%5D=REDACTED'],
    ['monkey=1&keyword=2&page=3&flag', 'monkey=1&keyword=2&page=3&flag'],
    ['x-mine=s&%zz=1', 'x-mine=REDACTED&%zz=1'],
    ['', ''],
  ])('in the query %s are redacted', (query, expected) => {
    expect(redactedQuery(query, new Set(['x-mine']))).toBe(expected);
  });

  it('are found whether or not a query looks plain', () => {
    const name = fc.constantFrom('a', 'page', 'state', 'My-Token', 'x-mine', 'apikey', 'monkey', 'sid', 'inside', 'user[password]');
    const argument = fc.tuple(name, fc.constantFrom('1', 'secret', 'token')).map((pair) => pair.join('='));
    const query = fc.array(argument).map((all) => all.join('&'));
    fc.assert(fc.property(query, (text) => {
      // An escaped character calls for the close look.
      const closely = redactedQuery(`${text}&%61=1`, new Set(['x-mine'])).slice(0, -'&%61=1'.length);
      expect(redactedQuery(text, new Set(['x-mine']))).toBe(closely);
    }));
  });

  it.each([
    ['/consumers/a/key-auth/secret', '/consumers/a/key-auth/REDACTED'],
    ['/key-auths/secret/consumer', '/key-auths/REDACTED/consumer'],
    ['/key-auths/ce000000-0000-4000-8000-000000000001', '/key-auths/ce000000-0000-4000-8000-000000000001'],
    ['/consumers/a/key-auth', '/consumers/a/key-auth'],
    ['/services/key-auth', '/services/key-auth'],
  ])('in the path %s of the Admin API are redacted', (path, expected) => {
    expect(redactedAdminPath(path)).toBe(expected);
  });
});

describe('sampling', () => {
  it.each<readonly [string, Partial<AccessRecord>, number, boolean]>([
    ['a low id', { requestId: `0000000${'f'.repeat(25)}` }, 0.01, true],
    ['a high id', { requestId: 'f'.repeat(32) }, 0.99, false],
    ['an id in the middle, at its rate', { requestId: `8000000${'0'.repeat(25)}` }, 0.5, false],
    ['an id in the middle, above its rate', { requestId: `8000000${'0'.repeat(25)}` }, 0.51, true],
    ['any id at rate 0', { requestId: '0'.repeat(32) }, 0, false],
    ['an error', { requestId: 'f'.repeat(32), status: 502 }, 0, true],
    ['a refusal without an id', { requestId: '', status: 400 }, 0, true],
    ['a client that went away', { requestId: 'f'.repeat(32), isAborted: true }, 0, true],
  ])('decides about %s', (_what, given, rate, expected) => {
    expect(isSampled({ ...RECORD, ...given }, rate)).toBe(expected);
  });

  it('leaves lines out of the file, and counts none as lost', async () => {
    const prefix = temporaryFolder('access-log');
    const log = openAccessLog({ setting: { path: 'access.log', format: 'json' }, prefix, log: SILENT, sampling: 0 })!;
    for (const status of [200, 500, 304]) log.write({ ...RECORD, status });
    await log.close();
    expect(readFileSync(join(prefix, 'access.log'), 'utf8')).toBe(`${jsonLine({ ...RECORD, status: 500 })}\n`);
    expect(log.lost).toBe(0);
  });
});

describe('the setting', () => {
  it.each([
    ['off', 'off'],
    ['/dev/stdout json', { path: '/dev/stdout', format: 'json' }],
    ['logs/access.log', { path: 'logs/access.log', format: 'kong_log_format' }],
    ['/x.log combined', { path: '/x.log', format: 'kong_log_format' }],
    ['/x.log my_format', undefined],
    ['/x.log json gzip', undefined],
    ['syslog:server=1.2.3.4', undefined],
  ])('%s is read', (text, expected) => {
    expect(accessLogSetting.parse(text)).toEqual(expected);
  });

  it('leads to a file below the prefix, to a stream, or nowhere', async () => {
    const prefix = temporaryFolder('access-log');
    mkdirSync(join(prefix, 'logs'));
    const log = openAccessLog({ setting: { path: 'logs/access.log', format: 'json' }, prefix, log: SILENT })!;
    log.write(RECORD);
    log.write(RECORD);
    await log.close();
    expect(readFileSync(join(prefix, 'logs/access.log'), 'utf8')).toBe(`${jsonLine(RECORD)}\n`.repeat(2));
    expect(openAccessLog({ setting: 'off', prefix, log: SILENT })).toBeUndefined();
    expect(openAccessLogFile({ setting: { path: '/dev/stdout', format: 'json' }, prefix, log: SILENT })).toBeUndefined();
  });

  it('that cannot be followed costs lines, and is logged once', async () => {
    const lines: string[] = [];
    const log = createLog({ write: (line) => void lines.push(JSON.parse(line).message) });
    const access = openAccessLog({ setting: { path: 'none/access.log', format: 'json' }, prefix: temporaryFolder('access-log'), log })!;
    access.write(RECORD);
    access.write(RECORD);
    await access.close();
    expect(lines).toEqual([expect.stringMatching(/^the access log none\/access.log cannot be written: ENOENT/)]);
  });
});
