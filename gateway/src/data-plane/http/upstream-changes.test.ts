/** What an upstream gets of a client's headers, and of what plugins put in their place. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Consumer } from '../../model/snapshot.ts';
import type { HeaderLine } from '../../plugin-kit/exchange.ts';
import { FakeRequest } from './fake-messages.testing.ts';
import { headerText } from './header-text.ts';
import { identityHeaders } from './identity-headers.ts';
import type { ReceivedRequest } from './received-request.ts';
import { UpstreamChanges } from './upstream-changes.ts';

const bob: Consumer = { id: 'c', username: 'bób', customId: null, row: {} };
const ann: Consumer = { id: 'a', username: 'ann', customId: '7', row: {} };

function changesOf(headers: readonly string[]): UpstreamChanges {
  const exchange = { incoming: new FakeRequest({ headers }), facts: { search: '' } } as unknown as ReceivedRequest;
  return new UpstreamChanges(exchange);
}

function read(changes: UpstreamChanges): HeaderLine[] {
  const seen: HeaderLine[] = [];
  changes.readHeaders({
    line: (name, value) => void seen.push([name, headerText(value)]),
    block: ({ names: { names }, values }) => names.forEach((name, at) => seen.push([name, headerText(values[at]!)])),
  });
  return seen;
}

describe('the headers for an upstream', () => {
  it('name whom the last plugin found, and no one that the client made up', () => {
    const changes = changesOf(['Host: a', 'X-Consumer-ID: me', 'X-Anonymous-Consumer: false', 'A: 1']);
    changes.identify(identityHeaders(ann, 'k1', false));
    expect(read(changes)).toEqual([
      ['A', '1'], ['X-Consumer-ID', 'a'], ['X-Consumer-Custom-ID', '7'], ['X-Consumer-Username', 'ann'], ['X-Credential-Identifier', 'k1'],
    ]);
    changes.identify(identityHeaders(bob, undefined, true));
    expect(read(changes)).toEqual([['A', '1'], ['X-Consumer-ID', 'c'], ['X-Consumer-Username', 'bób'], ['X-Anonymous-Consumer', 'true']]);
    changes.identify(identityHeaders(bob, 'k2', false));
    expect(changes.headerValues('x-credential-identifier')).toEqual(['k2']);
    expect(changes.header('x-anonymous-consumer')).toBeUndefined();
  });

  it('do not change for other requests of the consumer', () => {
    const [one, other] = [changesOf(['Host: a']), changesOf(['Host: a'])];
    for (const changes of [one, other]) changes.identify(identityHeaders(ann, 'k1', false));
    one.setHeader('X-Consumer-ID', 'other');
    one.removeHeader('X-Consumer-Username');
    expect(other.header('x-consumer-id')).toBe('a');
    expect(other.header('x-consumer-username')).toBe('ann');
  });

  const sent = fc.array(fc.constantFrom('A: 1', 'a: 2', 'B: \xc3\xbc', 'Via: 1.1 x', 'X-Consumer-ID: me', 'Trailer: A', 'TE: trailers'));
  const changed = fc.array(fc.constantFrom<(changes: UpstreamChanges) => void>(
    (changes) => changes.identify(identityHeaders(ann, 'k1', false)),
  (changes) => changes.identify(identityHeaders(bob, undefined, true)),
  (changes) => changes.identify(identityHeaders(undefined, 'token', false)),
  (changes) => changes.setHeader('A', ['3', 'ü']),
  (changes) => changes.addHeader('b', '4'),
  (changes) => changes.removeHeader('a'),
  (changes) => changes.removeHeader('x-consumer-id'),
  (changes) => changes.setHeader('X-Consumer-Username', 'eve'),
  ), { maxLength: 5 });

  it('are read line by line as they are listed', () => {
    fc.assert(fc.property(sent, changed, (lines, made) => {
      const changes = changesOf(['Host: a', ...lines]);
      for (const change of made) change(changes);
      expect(read(changes)).toEqual(changes.headerLines());
    }), { numRuns: 300 });
  });
});
