/** Recorded behaviour of the Admin API, case by case: validation, keys, relations, lists, encodings, protocol. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startAdminNode } from '../fixtures/admin-node.ts';
import type { AdminNode } from '../fixtures/admin-node.ts';
import { configure, differenceOf } from '../fixtures/golden-admin.ts';
import type { GoldenSuite } from '../fixtures/golden-admin.ts';
import { recorded } from '../fixtures/recorded.ts';

/** Cases that we answer otherwise, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'admin-validation/by-key/put-new-name|key-sets': 'Kong fails with 500; we create the set, as Kong does for every other entity with a name',
  'admin-validation/encodings/json|22': 'NaN is no JSON: we answer 400 before we look at fields',
  'admin-validation/routes/value|081': 'refused as recorded; the text of the parser that found it is another',
  'admin-validation/routes/value|121': 'refused as recorded; the text of the parser that found it is another',
};

const { suites } = recorded<{ readonly suites: readonly GoldenSuite[] }>('admin-validation');

describe.each(suites.filter(({ cases }) => cases.length > 0))('$id', (suite) => {
  let node: AdminNode | undefined;
  let revision = 0;
  const revisionNow = () => node!.store.read((reader) => reader.revision());
  beforeEach(async () => {
    // A case that changed nothing leaves a node that is as good as new.
    if (node && await revisionNow() === revision) return;
    await node?.close();
    node = await startAdminNode();
    await configure(node, suite);
    revision = await revisionNow();
  });
  afterAll(() => node?.close());

  it.each(suite.cases)('answers as recorded: $id', async (golden) => {
    const difference = await differenceOf(node!, golden);
    if (golden.id in OTHERWISE) expect(difference, OTHERWISE[golden.id]).toBeDefined();
    else expect(difference).toBeUndefined();
  });
});
