import { expect, it } from 'vitest';

import { nextRequestId } from './request-id.ts';

it('ids are 32 hexadecimal characters, and no two are the same, across many draws of random bytes', () => {
  const ids = Array.from({ length: 2_000 }, () => nextRequestId());
  expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(2_000);
  // Neither the first nor the last of their bytes are shared.
  expect(new Set(ids.map((id) => id.slice(0, 8))).size).toBeGreaterThan(1_990);
  expect(new Set(ids.map((id) => id.slice(24))).size).toBeGreaterThan(1_990);
});
