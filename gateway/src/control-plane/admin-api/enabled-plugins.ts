/** Names of the plugins that are configured and enabled, as `GET /` shows them. */
import type { Store } from '../../store/store.ts';

interface Known {
  readonly revision: number;
  readonly names: readonly string[];
}

/** Where plugins are read from. */
type Plugins = Pick<Store, 'read' | 'changesAfter'>;

/** Changes that are looked through before the plugins are read again. */
const MAX_CHANGES = 100;

/**
 * A function that knows the names of the last revision that it was asked at. It reads the plugins again only after a plugin has changed, so
 * that `GET /` costs the same however many entities there are.
 */
export function enabledPlugins(store: Plugins): () => Promise<readonly string[]> {
  let known: Known | undefined;
  return async () => {
    known = (known && await stillTrue(store, known)) ?? await readNames(store);
    return known.names;
  };
}

/** The same names at the newest revision; undefined when a plugin may have changed. */
async function stillTrue(store: Plugins, known: Known): Promise<Known | undefined> {
  const changes = await store.changesAfter(known.revision, MAX_CHANGES);
  if (changes.length === MAX_CHANGES || changes.some(({ entity }) => entity === 'plugins')) return undefined;
  return { ...known, revision: changes.at(-1)?.revision ?? known.revision };
}

function readNames(store: Plugins): Promise<Known> {
  return store.read(async (reader) => {
    const plugins = await reader.all('plugins');
    const names = new Set(plugins.filter(({ enabled }) => enabled).map(({ name }) => name as string));
    return { revision: await reader.revision(), names: [...names] };
  });
}
