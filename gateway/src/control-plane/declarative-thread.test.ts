import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';

import { SILENT } from '../base/log.ts';
import { atOnce } from '../base/steps.ts';
import { exportingTable } from '../model/exported-table.ts';
import { takeOver } from '../model/handover.ts';
import type { SettledConfiguration } from '../model/handover.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { DeclarativeReader } from './declarative-reading.ts';
import type { ConfigurationReading, GivenConfiguration } from './declarative-reading.ts';
import { ThreadedReader } from './declarative-thread.ts';

const ARTEFACT = join(import.meta.dirname, '../../test/fixtures/declarative-reader.mjs');
const CONTEXT = { hash: '0'.repeat(32), base: undefined, since: 1_000_000, now: 2_000_000 };

const own = new DeclarativeReader(SCHEMAS);
const reader = new ThreadedReader(own, { artefact: ARTEFACT, workerData: {}, log: SILENT });
afterEach(() => void vi.restoreAllMocks());
afterAll(() => reader.close());

function content(routes: number, changed = -1) {
  return {
    _format_version: '3.0',
    services: [{ name: 's', host: 'h.test' }],
    routes: Array.from({ length: routes }, (_, n) => (
      { name: `r${n}`, paths: [n === changed ? `/changed/${n}` : `/api/${n}`], service: 's' })),
  };
}

function posted(body: string, contentType = 'application/json', query = ''): GivenConfiguration {
  return { body: Buffer.from(body), contentType, query };
}

function opened(reading: ConfigurationReading, base?: SettledConfiguration) {
  if (reading.kind !== 'read') return reading;
  const { rows, shown, ...rest } = reading;
  const taken = atOnce(takeOver(rows, base));
  return { ...rest, shown: JSON.parse(new TextDecoder().decode(shown)) as unknown, table: taken.table, taken };
}

const LONG = JSON.stringify(content(200));

describe('a configuration that is read in a thread', () => {
  it.each<readonly [string, GivenConfiguration]>([
    ['JSON', posted(LONG)],
    ['YAML', posted(stringify(content(200)), 'text/yaml')],
    ['a text in an object', posted(JSON.stringify({ config: LONG }))],
    ['a form', posted(`config=${encodeURIComponent(LONG)}`, 'application/x-www-form-urlencoded')],
    ['a file', { given: LONG, takesMetadata: true, isBounded: false }],
    ['no JSON', posted(`${LONG}}`)],
    ['no YAML', posted(`${stringify(content(200))}  - [`, 'text/yaml')],
    ['no UTF-8', { ...posted(LONG), body: Buffer.from(LONG.replace('h.test', '\xff'), 'latin1') }],
    ['wrong fields', posted(LONG.replace('h.test', 'h test'))],
    ['wrong fields, by entity', posted(LONG.replace('h.test', 'h test'), 'application/json', 'flatten_errors=1')],
    ['a reference that leads nowhere', posted(LONG.replace('"service":"s"', '"service":"t"'))],
  ])('is what it is here: %s', async (_, configuration) => {
    const expected = new DeclarativeReader(SCHEMAS).read(configuration, CONTEXT);
    const read = vi.spyOn(own, 'read');
    const reading = await reader.read(configuration, CONTEXT);
    expect(read).not.toHaveBeenCalled();
    const { taken: _taken, ...comparable } = opened(reading) as { readonly taken?: unknown };
    const { taken: _expected, ...wanted } = opened(expected) as { readonly taken?: unknown };
    expect(comparable).toEqual(wanted);
  });

  it('costs the thread that proxies what has changed', async () => {
    const first = opened(await reader.read(posted(LONG), CONTEXT)) as { readonly taken: SettledConfiguration; readonly hash: string };
    const context = { ...CONTEXT, hash: first.hash, base: first.taken.hash, now: CONTEXT.now + 60_000 };
    const second = await reader.read(posted(JSON.stringify(content(200, 7))), context);
    expect(second.kind === 'read' && second.rows.join('').length).toBeLessThan(2_000);
    const { taken } = opened(second, first.taken) as { readonly taken: SettledConfiguration };
    const [before, after] = [first.taken.table, taken.table].map((table) => table.routes as readonly object[]) as [object[], object[]];
    expect(after.filter((row, at) => row !== before[at])).toMatchObject([{ name: 'r7', paths: ['/changed/7'] }]);
  });

  it('is read whole when another one runs', async () => {
    const first = opened(await reader.read(posted(LONG), CONTEXT)) as { readonly taken: SettledConfiguration };
    const second = await reader.read(posted(JSON.stringify(content(200, 7))), { ...CONTEXT, base: 'another' });
    expect((opened(second) as { readonly taken: SettledConfiguration }).taken.table.routes).toHaveLength(200);
    expect(first.taken.table.routes).toHaveLength(200);
  });

  it('is not read again when it is the one that runs', async () => {
    const first = await reader.read(posted(LONG, 'text/yaml'), CONTEXT);
    const context = { ...CONTEXT, hash: first.kind === 'read' ? first.hash : '' };
    expect(await reader.read(posted(LONG, 'text/yaml', 'check_hash=1'), context)).toEqual({ kind: 'unchanged' });
  });

  it('fails alone when the thread ends, and the next one is read', async () => {
    const failed = expect(reader.read(posted(LONG), CONTEXT)).rejects.toThrow('the thread that reads configurations has ended');
    await reader.close();
    await failed;
    expect((await reader.read(posted(LONG), CONTEXT)).kind).toBe('read');
  });

  it('is read here where no thread can be started, which is logged', async () => {
    const warnings: string[] = [];
    // Node takes no such path, as it takes none where its permission model forbids threads.
    const log = { ...SILENT, warn: (text: string) => void warnings.push(text) };
    const without = new ThreadedReader(own, { artefact: 'nowhere', workerData: {}, log });
    expect((await without.read(posted(LONG), CONTEXT)).kind).toBe('read');
    expect(warnings).toEqual([expect.stringMatching(/^no thread can be started: /)]);
  });

  it('is read here when it is short', async () => {
    const read = vi.spyOn(own, 'read');
    expect((await reader.read(posted(JSON.stringify(content(3))), CONTEXT)).kind).toBe('read');
    expect(read).toHaveBeenCalledOnce();
  });
});

describe('what is left for the thread that proxies', () => {
  type Read = ConfigurationReading & { readonly kind: 'read' };
  const reading = new DeclarativeReader(SCHEMAS).read({ given: content(10_000) }, CONTEXT) as Read;

  /** Most that was done between two pauses. */
  function mostBetweenPauses(steps: Iterator<void, unknown>, done: () => number): number {
    let most = 0;
    for (let before = 0, ended = false; !ended; before = done()) {
      ended = steps.next().done === true;
      most = Math.max(most, done() - before);
    }
    return most;
  }

  it('parses a few rows at a time', () => {
    const parse = vi.spyOn(JSON, 'parse');
    expect(mostBetweenPauses(takeOver(reading.rows), () => parse.mock.calls.length)).toBeLessThan(100);
    expect(parse.mock.calls.length).toBeGreaterThan(10_000);
  });

  it('makes a few rows of the table at a time', () => {
    let looks = 0;
    const { table } = atOnce(takeOver(reading.rows));
    const rows = (table.routes as readonly object[]).map((row) => new Proxy(row, {
      get: (target, name) => {
        if (name === 'enabled') looks += 1;
        return Reflect.get(target, name) as unknown;
      },
    }));
    const of = (name: string) => (name === 'routes' ? rows : []) as never;
    expect(mostBetweenPauses(exportingTable(SCHEMAS, of), () => looks)).toBeLessThan(200);
    expect(looks).toBeGreaterThanOrEqual(10_000);
  });
});
