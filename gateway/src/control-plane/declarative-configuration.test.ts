import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { SILENT } from '../base/log.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import { DeclarativeConfiguration } from './declarative-configuration.ts';

let store: MemoryStore;
let configuration: DeclarativeConfiguration;
let refusal: string | undefined;
let hashes: string[];

beforeEach(() => {
  refusal = undefined;
  hashes = [];
  store = new MemoryStore({ schemas: SCHEMAS, log: SILENT });
  configuration = new DeclarativeConfiguration({
    store, schemas: SCHEMAS, log: SILENT,
    runner: {
      apply: async (_, hash) => {
        if (refusal !== undefined) return { applied: false, message: refusal };
        hashes.push(hash);
        return { applied: true };
      },
    },
  });
});
afterEach(() => store.close());

type Shown = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

async function load(given: string | object) {
  const outcome = await configuration.load({ given });
  if (outcome.kind !== 'loaded') throw new Error(outcome.kind === 'refused' ? JSON.stringify(outcome.lines) : outcome.kind);
  return JSON.parse(new TextDecoder().decode(outcome.shown)) as Shown;
}

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/);
const tags = fc.option(fc.uniqueArray(fc.constantFrom('a', 'yes', '0x1', 'über', '3.0', ' x', '# y', 'a: b', "it's"), { maxLength: 3 }));
const path = fc.stringMatching(/^\/[a-z0-9]{1,6}$/);
/** Texts that YAML could take for something else. */
const text = fc.oneof(
  fc.constantFrom('no', '~', '012', '1e3', '- x', '{}', "'", '"', '2026-01-01', ' '), fc.string({ unit: 'grapheme', minLength: 1 }),
).filter((value) => value.isWellFormed() && !/\p{Cc}/u.test(value));

const plugin = fc.oneof(
  fc.record({ name: fc.constant('key-auth'), config: fc.record({ key_names: fc.constant(['apikey']), realm: text }) }),
  fc.record({
    name: fc.constant('request-termination'), config: fc.record({ status_code: fc.integer({ min: 100, max: 599 }), message: text }),
  }),
  fc.record({
    name: fc.constant('rate-limiting'), config: fc.record({ minute: fc.integer({ min: 1, max: 1e6 }) }), enabled: fc.boolean(),
  }),
);
const plugins = fc.uniqueArray(plugin, { selector: (one) => one.name, maxLength: 2 });
const route = fc.record({ name, paths: fc.array(path, { minLength: 1, maxLength: 2 }), tags, plugins });
const service = fc.record({
  name, host: name.map((label) => `${label}.test`), port: fc.integer({ min: 0, max: 65_535 }), retries: fc.integer({ min: 0, max: 9 }),
  tags, plugins, routes: fc.array(route, { maxLength: 2 }),
});
const upstream = fc.record({
  name, slots: fc.integer({ min: 10, max: 65_536 }), tags,
  targets: fc.uniqueArray(fc.record({ target: name.map((label) => `${label}.test:80`), weight: fc.integer({ min: 0, max: 65_535 }) }),
    { selector: ({ target }) => target, maxLength: 3 }),
});
const consumer = fc.record({
  username: text.filter((value) => value.trim() === value), custom_id: fc.uuid(), tags,
  keyauth_credentials: fc.array(fc.record({ key: fc.uuid() }), { maxLength: 2 }),
  basicauth_credentials: fc.array(fc.record({ username: fc.uuid(), password: text }), { maxLength: 2 }),
  acls: fc.uniqueArray(fc.record({ group: text }), { selector: ({ group }) => group, maxLength: 2 }),
});
const distinct = <T>(arbitrary: fc.Arbitrary<T>, selector: (value: T) => unknown) => fc.uniqueArray(arbitrary, { selector, maxLength: 3 });

/** Valid configurations, nested; names of routes are made distinct afterwards. */
const nested = fc.record({
  _format_version: fc.constant('3.0'),
  services: distinct(service, ({ name: of }) => of),
  upstreams: distinct(upstream, ({ name: of }) => of),
  consumers: distinct(consumer, ({ username }) => username),
  plugins,
}).map((content) => ({
  ...content,
  services: content.services.map((one, at) => ({
    ...one, routes: one.routes.map((inner, position) => ({ ...inner, name: `${inner.name}-${at}-${position}` })),
  })),
}));

type Nested = typeof nested extends fc.Arbitrary<infer T> ? T : never;

/** The same entities in lists of their own, with references by name. */
function flattened({ services, upstreams, consumers, plugins: everywhere, ...rest }: Nested): object {
  const routes = services.flatMap((one) => one.routes.map((inner) => ({ ...inner, service: one.name })));
  return {
    ...rest,
    plugins: [
      ...everywhere,
      ...services.flatMap((one) => one.plugins.map((inner) => ({ ...inner, service: one.name }))),
      ...routes.flatMap((one) => one.plugins.map((inner) => ({ ...inner, route: one.name }))),
    ],
    routes: routes.map(({ plugins: _, ...one }) => one),
    services: services.map(({ routes: _, plugins: __, ...one }) => one),
    targets: upstreams.flatMap((one) => one.targets.map((inner) => ({ ...inner, upstream: one.name }))),
    upstreams: upstreams.map(({ targets: _, ...one }) => one),
    consumers: consumers.map(({ username, custom_id, tags: of }) => ({ username, custom_id, tags: of })),
    ...Object.fromEntries((['keyauth_credentials', 'basicauth_credentials', 'acls'] as const).map((type) => [
      type, consumers.flatMap((one) => (one[type] as readonly object[]).map((inner) => ({ ...inner, consumer: one.username }))),
    ])),
  };
}

describe('a configuration that is written and read again', () => {
  it('is the same, whatever it contains', async () => {
    await fc.assert(fc.asyncProperty(nested, async (content) => {
      await load(content);
      const first = await configuration.toYaml();
      const again = await load(first);
      expect(await configuration.toYaml()).toBe(first);
      expect(Object.keys(again.services ?? {})).toHaveLength(content.services.length);
    }), { numRuns: 25 });
  });

  it('means the same nested and flat, as an object and as a text', async () => {
    /** What differs: ids of plugins follow from how their scope is written. */
    const comparable = async () => (await configuration.toYaml()).split('\n').map((line) => line.replace(/^- /, '  ')).sort()
      .filter((line) => !/^ {2}(id|created_at|updated_at|route|service|consumer|upstream): /.test(line));
    await fc.assert(fc.asyncProperty(nested, async (content) => {
      await load({ ...content, _transform: false });
      const one = await comparable();
      await load(JSON.stringify({ ...flattened(content), _transform: false }));
      expect(await comparable()).toEqual(one);
    }), { numRuns: 15 });
  });

  it('has no password but its digest, which stays', async () => {
    const shown = await load({
      _format_version: '3.0', consumers: [{ username: 'c', basicauth_credentials: [{ username: 'u', password: 'secret' }] }],
    });
    expect(Object.values(shown.basicauth_credentials!)).toMatchObject([{ password: 'secret' }]);
    const first = await configuration.toYaml();
    expect(first).not.toContain('secret');
    await load(first);
    expect(await configuration.toYaml()).toBe(first);
  });
});

describe('a configuration that is refused', () => {
  const GOOD = '_format_version: "3.0"\nservices: [{ name: one, host: h.test }]\n';

  async function expectOne(): Promise<void> {
    expect(await store.read((reader) => reader.all('services'))).toMatchObject([{ name: 'one' }]);
    expect(hashes).toEqual([configuration.hash]);
  }

  it.each([
    ['for a field', '_format_version: "3.0"\nservices: [{ name: two, host: h.test }, { name: three, port: x, host: h.test }]\n'],
    ['for a reference', '_format_version: "3.0"\nroutes: [{ name: r, paths: [/], service: none }]\n'],
    ['as a text', 'services: ['],
  ])('changes nothing: %s', async (_, given) => {
    await load(GOOD);
    expect(await configuration.load({ given })).toMatchObject({ kind: 'refused', answer: { status: 400 } });
    await expectOne();
  });

  it('by the data plane changes nothing, and says why', async () => {
    await load(GOOD);
    refusal = 'no route can be used';
    const outcome = await configuration.load({ given: GOOD.replace('one', 'two') });
    expect(outcome).toMatchObject({ kind: 'refused', answer: { body: { fields: { error: 'no route can be used' } } } });
    await expectOne();
  });

  it('while another one is being loaded', async () => {
    const [first, second] = await Promise.all([configuration.load({ given: GOOD }), configuration.load({ given: GOOD })]);
    expect([first.kind, second.kind]).toEqual(['loaded', 'busy']);
  });
});
