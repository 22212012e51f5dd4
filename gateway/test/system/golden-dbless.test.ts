/** Recorded answers of a node without a database to declarative configurations. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { configDifference } from '../conformance/config-replay.ts';
import type { ConfigCase } from '../conformance/config-replay.ts';
import { startDeclarativeAdmin } from '../fixtures/declarative-node.ts';
import type { DeclarativeAdmin } from '../fixtures/declarative-node.ts';
import { recorded } from '../fixtures/recorded.ts';

const { cases } = recorded<{ readonly cases: readonly ConfigCase[] }>('dbless-config');

describe('POST /config', () => {
  let node: DeclarativeAdmin;
  beforeAll(async () => { node = await startDeclarativeAdmin(); });
  afterAll(() => node.close());

  it.each(cases)('answers as recorded: $name', async (golden) => {
    expect(await configDifference(node, golden)).toBeUndefined();
  });
});
