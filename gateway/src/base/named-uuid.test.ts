import { expect, it } from 'vitest';

import { namedUuid } from './named-uuid.ts';

it('a name has the UUID that other implementations give it', () => {
  // The example of Python's documentation, in the namespace of domain names.
  expect(namedUuid('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'python.org')).toBe('886313e1-3b8a-5372-9b90-0c9aee199e5d');
});
