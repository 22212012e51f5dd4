/** Properties of planes that are worked by plugins: the packaged gateway runs them all. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as bundle from '../../src/private/bundle';

it('what identity, logs, cache, metrics discovery and monitoring rely on is run by data planes of the packaged gateway', () => {
  const used = ['openid-connect', 'http-log', 'rate-limiting', 'rate-limiting-advanced', 'proxy-cache-advanced', 'prometheus'];
  expect(used.filter((plugin) => !bundle.packagedPlugins().has(plugin))).toEqual([]);
});

it('the list of the bundle is that of the plugins that data planes run, on the reference page', () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'reference', 'gateway.md'), 'utf8');
  const section = page.slice(page.indexOf('## Plugins'), page.indexOf('## Protocols'));
  const served = [...section.matchAll(/^\| `([^`]+)` \| -?\d+ \|.*\| yes \|$/gm)].map(([, name]) => name).sort();
  expect(served).toContain('key-auth');
  expect([...bundle.packagedPlugins()].sort()).toEqual(served);
});
