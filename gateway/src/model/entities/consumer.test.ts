import { expect, it } from 'vitest';

import { completeEntity } from '../schema/complete.ts';
import { consumer } from './consumer.ts';

const violations = (given: Readonly<Record<string, string>>) =>
  completeEntity(consumer, given, { schemas: new Map(), now: 0 }).violations;

it.each(['username', 'custom_id'])('%s has no control characters: it leaves in a header', (field) => {
  expect(violations({ [field]: '日本 jürgen' })).toBeUndefined();
  expect(violations({ [field]: 'a\tb' })).toEqual({ [field]: 'must not contain control characters, but character 2 is U+0009; remove it' });
});
