/** How long a prepared plugin lives. */
import { describe, expect, it } from 'vitest';

import { pluginInstances } from '../../test/fixtures/plugin-instances.ts';
import { snapshotOf } from '../../test/fixtures/snapshot.ts';
import type { Row } from '../model/config-table.ts';
import { compileConfiguration } from './compiled-configuration.testing.ts';
import type { CompiledConfiguration, Handlers } from './compiled-configuration.ts';

function node() {
  const seen: string[] = [];
  const handlers: Handlers = {
    limit: {
      name: 'limit', priority: 1,
      prepare: (config) => {
        const { mark } = config as Row;
        seen.push(`prepare ${String(mark)}`);
        return { close: () => void seen.push(`close ${String(mark)}`) };
      },
    },
  };
  const instances = pluginInstances();
  const apply = (plugins: readonly Row[]): CompiledConfiguration => compileConfiguration(snapshotOf({ plugins }), handlers, instances);
  return { seen, instances, apply };
}

const limit = (mark: string, id = 'p'): Row => ({ id, name: 'limit', config: { mark } });

describe('a prepared plugin', () => {
  it('serves the next configuration when nothing about it has changed', () => {
    const { seen, instances, apply } = node();
    const first = apply([limit('a')]);
    apply([limit('a'), limit('b', 'q')]);
    first.retire();
    expect([seen, instances.size]).toEqual([['prepare a', 'prepare b'], 2]);
  });

  it('is closed once when its entity changes or goes', () => {
    const { seen, apply } = node();
    const first = apply([limit('a'), limit('b', 'q')]);
    const second = apply([limit('c')]);
    first.retire();
    first.retire();
    expect(seen).toEqual(['prepare a', 'prepare b', 'prepare c', 'close a', 'close b']);
    second.retire();
    expect(seen.at(-1)).toBe('close c');
  });

  it('outlives the requests that use it', () => {
    const { seen, apply } = node();
    const first = apply([limit('a')]);
    const ends = [first.hold(), first.hold()];
    first.retire();
    ends[0]!();
    expect(seen).toEqual(['prepare a']);
    ends[1]!();
    expect(seen).toEqual(['prepare a', 'close a']);
  });
});
