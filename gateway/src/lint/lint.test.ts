/** Every rule finds its example, and not the fixed one; and what rules say of larger files. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { atOnce } from '../base/steps.ts';
import { Source } from '../declarative/source.ts';
import { compilingFile } from '../explain/file-configuration.ts';
import { linting } from './lint.ts';
import type { Finding } from './lint.ts';
import { RULES } from './rules.ts';

function findings(text: string): readonly Finding[] {
  const result = atOnce(linting(new Source(text)));
  if (!result.isValid) throw new Error(JSON.stringify(result.errors));
  return result.findings;
}

function file(example: string): string {
  return `_format_version: "3.0"\n${example.replace(/^ {6}/gm, '')}`;
}

describe.each(RULES)('$id', ({ id, severity, fix, example }) => {
  it('finds its example, at a line of it', () => {
    const found = findings(file(example.found)).filter(({ rule }) => rule === id);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ rule: id, severity, fix });
    expect(found[0]!.line).toBeGreaterThan(1);
    expect(found[0]!.path).not.toBe('');
  });

  it('does not find the fixed example', () => {
    expect(findings(file(example.fixed)).filter(({ rule }) => rule === id)).toEqual([]);
  });
});

describe('a file', () => {
  it('that is not valid is not judged: its errors are reported', () => {
    expect(atOnce(linting(new Source('_format_version: "3.0"\nservices: [{name: s, url: 1}]')))).toMatchObject({
      isValid: false, errors: [{ line: 2, path: expect.stringContaining('services[0]') as string }],
    });
  });

  it('is reported in the order of its lines', () => {
    const lines = findings(file(RULES.find(({ id }) => id === 'outside-acls')!.example.found)).map(({ line }) => line);
    expect(lines).toEqual([...lines].sort((one, other) => one - other));
  });
});

describe('unreachable-route', () => {
  const HOSTS = ['a.example', 'b.example', '*.example', 'a.*'];
  const PATHS = ['/', '/a', '/a/b', '~/a', '~/a/b$'];
  const route = fc.record({
    hosts: fc.subarray(HOSTS, { maxLength: 2 }), paths: fc.subarray(PATHS, { maxLength: 2 }), methods: fc.subarray(['GET', 'POST']),
    headers: fc.constantFrom({}, { x: ['1'] }, { x: ['1', '2'] }), regex_priority: fc.constantFrom(0, 1),
  }).filter(({ hosts, paths }) => hosts.length + paths.length > 0);

  /** Every request that the conditions above can tell apart. */
  const REQUESTED = ['/', '/a', '/ab', '/a/b', '/a/b/c'];
  const REQUESTS = ['a.example', 'b.example', 'c.example', 'a.org'].flatMap((host) => REQUESTED.flatMap((path) => (
    ['GET', 'POST', 'PUT'].flatMap((method) => ['', '1', '2'].map((x) => ({ host, path, method, x }))))));

  it('is never said of a route that gets a request', () => {
    fc.assert(fc.property(fc.array(route, { minLength: 2, maxLength: 6 }), (routes) => {
      const text = JSON.stringify({
        _format_version: '3.0',
        services: [{ name: 's', url: 'http://s', routes: routes.map((one, at) => ({ name: `r${at}`, ...one })) }],
      });
      const compiled = atOnce(compilingFile(new Source(text)));
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
      const { router } = compiled.configuration.compiled;
      const winners = new Set(REQUESTS.map(({ host, path, method, x }) => router.search({
        method, host, path, port: 80, scheme: 'http', search: '', ends: { sourceIp: '', sourcePort: 1, destinationIp: '' },
        headerValues: (name) => (name === 'x' && x !== '' ? [x] : []),
      })?.route.name));
      const hidden = findings(text).filter(({ rule }) => rule === 'unreachable-route');
      const said = hidden.map(({ path }) => `r${/(\d+)\]$/.exec(path)![1]}`);
      expect(said.filter((name) => winners.has(name))).toEqual([]);
    }), { numRuns: 200 });
  });

  // Of several paths, each may have another winner.
  it('is said of all but one of routes with equal conditions', () => {
    fc.assert(fc.property(route.filter(({ paths }) => paths.length < 2), fc.integer({ min: 2, max: 4 }), (one, count) => {
      const routes = Array.from({ length: count }, (_, at) => ({ name: `r${at}`, ...one }));
      const text = JSON.stringify({ _format_version: '3.0', services: [{ name: 's', url: 'http://s', routes }] });
      expect(findings(text).filter(({ rule }) => rule === 'unreachable-route')).toHaveLength(count - 1);
    }), { numRuns: 50 });
  });
});
