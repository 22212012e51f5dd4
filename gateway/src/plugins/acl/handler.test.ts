import { describe, expect, it } from 'vitest';

import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import type { Identity } from '../../plugin-kit/exchange.ts';
import { fakeContext, FakeExchange } from '../../plugin-kit/testing.ts';
import { aclHandler } from './handler.ts';
import type { AclConfig } from './schema.ts';

const CONFIGURATION = snapshotOf({
  consumers: [{ id: 'bob-id', username: 'bob' }, { id: 'alice-id', username: 'alice' }, { id: 'anyone-id', username: 'anyone' }],
  acls: [
    { id: 'a-1', consumer: 'bob-id', group: 'admin' }, { id: 'a-2', consumer: 'bob-id', group: 'staff' },
    { id: 'a-3', consumer: 'alice-id', group: 'guest' },
  ],
});
const consumer = (id: string) => CONFIGURATION.consumers.byId.get(id);
const credential = { id: 'c' };
const BOB: Identity = { consumer: consumer('bob-id'), credential };
const ALICE: Identity = { consumer: consumer('alice-id'), credential };
const ANYONE: Identity = { consumer: consumer('anyone-id') };
const STRANGER: Identity = { credential };

const CONFIG: AclConfig = { allow: null, deny: null, hide_groups_header: false, always_use_authenticated_groups: false };

/** The status of the refusal, or the headers with groups that the upstream gets. */
function outcome(config: Partial<AclConfig>, identity: Identity | undefined): number | Readonly<Record<string, string>> {
  const spoofed = { 'x-consumer-groups': 'admin', 'x-authenticated-groups': 'admin' };
  const exchange = new FakeExchange({ headers: spoofed }, { configuration: CONFIGURATION });
  if (identity !== undefined) exchange.authenticate(identity);
  void aclHandler.prepare({ ...CONFIG, ...config }, fakeContext()).access?.(exchange);
  if (exchange.refusal !== undefined) return exchange.refusal.status;
  return Object.fromEntries(exchange.upstream.headerLines());
}

const consumerGroups = (groups: string) => ({ 'X-Consumer-Groups': groups });
const authenticatedGroups = (groups: string) => ({ 'X-Authenticated-Groups': groups });

describe('acl', () => {
  it.each<readonly [string, Partial<AclConfig>, Identity | undefined, ReturnType<typeof outcome>]>([
    ['a member of an allowed group', { allow: ['admin'] }, BOB, consumerGroups('admin, staff')],
    ['a member of no allowed group', { allow: ['admin'] }, ALICE, 403],
    ['the anonymous consumer, which is in no group', { allow: ['admin'] }, ANYONE, 403],
    ['a client that no plugin has authenticated', { allow: ['admin'] }, undefined, 401],
    ['a member of a denied group', { deny: ['guest'] }, ALICE, 403],
    ['a member of no denied group', { deny: ['guest'] }, BOB, consumerGroups('admin, staff')],
    ['a consumer in no group, with groups that are denied', { deny: ['guest'] }, ANYONE, consumerGroups('')],
    ['groups that the upstream shall not see', { allow: ['admin'], hide_groups_header: true }, BOB, {}],
    ['a credential without a consumer, with an allowed group', { allow: ['x'] }, { ...STRANGER, groups: ['x', 'y'] },
      authenticatedGroups('x, y')],
    ['a credential without a consumer, with other groups', { allow: ['x'] }, { ...STRANGER, groups: ['y'] }, 403],
    ['a credential without a consumer, without groups', { allow: ['x'] }, STRANGER, 403],
    ['a consumer, whose own groups count', { allow: ['x'] }, { ...BOB, groups: ['x'] }, 403],
    ['a consumer, whose credential\'s groups always count', { allow: ['x'], always_use_authenticated_groups: true },
      { ...BOB, groups: ['x'] }, authenticatedGroups('x')],
    ['a consumer whose credential has no groups, though they always count', { allow: ['admin'], always_use_authenticated_groups: true },
      BOB, consumerGroups('admin, staff')],
    ['the anonymous consumer with groups', { allow: ['x'] }, { ...ANYONE, groups: ['x'] }, authenticatedGroups('x')],
    ['a denied group of a credential', { deny: ['x'] }, { ...STRANGER, groups: ['x'] }, 403],
    ['a group by a name that objects inherit', { allow: ['__proto__', 'constructor'] }, BOB, 403],
  ])('%s', (_what, config, identity, expected) => {
    expect(outcome(config, identity)).toEqual(expected);
  });

  it('says which of the two refusals it is', () => {
    const exchange = new FakeExchange({}, { configuration: CONFIGURATION });
    void aclHandler.prepare({ ...CONFIG, allow: ['x'] }, fakeContext()).access?.(exchange);
    expect(exchange.refusal).toEqual({ status: 401, message: 'Unauthorized' });
  });
});
