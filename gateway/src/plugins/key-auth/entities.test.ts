import { expect, it } from 'vitest';

import { fillEntity } from '../../model/schema/fill.ts';
import { validateEntity } from '../../model/schema/validate-entity.ts';
import { keyAuthCredential } from './entities.ts';

const CONSUMER = { id: '00000003-aaaa-4aaa-8aaa-aaaaaaaaaaaa' };

it('a key has no control characters: no header can carry it', () => {
  const violations = (key: string) =>
    validateEntity(
      keyAuthCredential, fillEntity(keyAuthCredential, { key, consumer: CONSUMER }, { mode: 'write', now: () => 1 }),
      { schemas: new Map() },
    );
  expect(violations('schlüssel')).toBeUndefined();
  expect(violations('secret\n')).toEqual({ key: 'must not contain control characters, but character 7 is U+000A; remove it' });
});
