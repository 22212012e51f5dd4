/** Recorded behaviour of the Admin API, case by case: validation, keys, relations, lists, encodings, protocol, information. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { OTHERWISE } from '../conformance/admin-deviations.ts';
import { startAdminNode } from '../fixtures/admin-node.ts';
import type { AdminNode } from '../fixtures/admin-node.ts';
import { configure, differenceOf } from '../fixtures/golden-admin.ts';
import type { GoldenSuite } from '../fixtures/golden-admin.ts';
import { recorded } from '../fixtures/recorded.ts';

const suites = recorded<readonly GoldenSuite[]>('admin-validation');

describe.each(suites)('$id', (suite) => {
  let node: AdminNode | undefined;
  let revision = 0;
  let isSpent = false;
  const revisionNow = () => node!.store.read((reader) => reader.revision());
  beforeEach(async () => {
    // A case that changed nothing leaves a node that is as good as new.
    if (node && !isSpent && await revisionNow() === revision) return;
    await node?.close();
    node = await startAdminNode();
    await configure(node, suite);
    revision = await revisionNow();
  });
  afterAll(() => node?.close());

  it.each(suite.cases)('answers as recorded: $id', async (golden) => {
    isSpent = (suite.fresh === true || golden.fresh === true) && !golden.steps.every(({ admin: [method] }) => method === 'GET');
    const difference = await differenceOf(node!, golden);
    if (golden.id in OTHERWISE) expect(difference, OTHERWISE[golden.id]).toBeDefined();
    else expect(difference).toBeUndefined();
  });
});

describe('what is not compared', () => {
  const cases = new Set(suites.flatMap((suite) => suite.cases.map(({ id }) => id)));
  it.each(Object.keys(OTHERWISE))('names a recorded case: %s', (id) => expect(cases).toContain(id));
});
