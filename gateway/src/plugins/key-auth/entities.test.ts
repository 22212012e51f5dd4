import { expect, it } from 'vitest';

import { completeEntity } from '../../model/schema/complete.ts';
import { keyAuthCredential } from './entities.ts';

const CONSUMER = { id: '00000003-aaaa-4aaa-8aaa-aaaaaaaaaaaa' };

it('a key has no control characters: no header can carry it', () => {
  const violations = (key: string) =>
    completeEntity(keyAuthCredential, { key, consumer: CONSUMER }, { schemas: new Map(), now: 0 }).violations;
  expect(violations('schlüssel')).toBeUndefined();
  expect(violations('secret\n')).toEqual({ key: 'must not contain control characters, but character 7 is U+000A; remove it' });
});
