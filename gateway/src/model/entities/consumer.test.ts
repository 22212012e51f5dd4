import { expect, it } from 'vitest';

import { fillEntity } from '../schema/fill.ts';
import { validateEntity } from '../schema/validate-entity.ts';
import { consumer } from './consumer.ts';

const violations = (given: Readonly<Record<string, string>>) =>
  validateEntity(consumer, fillEntity(consumer, given, { mode: 'write', now: () => 1 }), { schemas: new Map() });

it.each(['username', 'custom_id'])('%s has no control characters: it leaves in a header', (field) => {
  expect(violations({ [field]: '日本 jürgen' })).toBeUndefined();
  expect(violations({ [field]: 'a\tb' })).toEqual({ [field]: 'must not contain control characters, but character 2 is U+0009; remove it' });
});
