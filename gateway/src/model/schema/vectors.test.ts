/** What Kong's schemas say of 127 inputs, each with few mistakes. */
import { describe, expect, it } from 'vitest';

import { recorded } from '../../../test/fixtures/recorded.ts';
import { SCHEMAS } from '../../plugins/schemas.ts';
import { completeChange, completeEntity } from './complete.ts';
import type { EntityValue } from './field.ts';
import { describeViolations } from './violations.ts';

interface Vector {
  readonly entity: string;
  readonly body: EntityValue;
  /** Null when the input is valid. */
  readonly message: string | null;
  /** The rest of the message is the text of Kong's engine of regular expressions. */
  readonly isPrefix?: true;
}

const vectors = recorded<readonly Vector[]>('validation-vectors');
const options = { schemas: SCHEMAS, now: 0 };

describe('the violations of', () => {
  it.each(vectors.map((vector) => [vector.entity, JSON.stringify(vector.body), vector] as const))('%s %s', (_, __, vector) => {
    const { violations } = completeEntity(SCHEMAS.get(vector.entity)!, vector.body, options);
    const message = violations ? describeViolations(violations) : null;
    if (vector.isPrefix) expect(message).toContain(vector.message);
    else expect(message).toBe(vector.message);
  });

  it('a change of a consumer say that it is a change', () => {
    const stored = { id: '00000000-0000-4000-8000-000000000001', created_at: 1, updated_at: 1, username: 'a', custom_id: 'b', tags: null };
    const { violations } = completeChange(SCHEMAS.get('consumers')!, stored, { username: null, custom_id: null }, options);
    expect(describeViolations(violations!)).toBe(
      "schema violation (when updating, at least one of these fields must be non-empty: 'custom_id', 'username')",
    );
  });
});
