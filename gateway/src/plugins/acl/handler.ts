/**
 * acl, phase access. Fails closed: a client that no plugin has authenticated is refused with 401, and one that its groups do not let in
 * with 403.
 */
import type { Snapshot } from '../../model/snapshot.ts';
import type { Exchange, Refusal } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { perSnapshot } from '../../plugin-kit/snapshot-index.ts';
import { aclGroup } from './entities.ts';
import type { AclRow } from './entities.ts';
import { acl } from './schema.ts';
import type { AclConfig } from './schema.ts';

interface Groups {
  readonly names: readonly string[];
  /** The header that tells the upstream of them. */
  readonly header: 'X-Consumer-Groups' | 'X-Authenticated-Groups';
}

const HEADERS = ['X-Consumer-Groups', 'X-Authenticated-Groups'] as const;

const UNAUTHORIZED: Refusal = { status: 401, message: 'Unauthorized' };
const FORBIDDEN: Refusal = { status: 403, message: 'You cannot consume this service' };

const NO_GROUPS: readonly string[] = [];

/** Names of groups by the id of the consumer that belongs to them. */
const aclRows = (snapshot: Snapshot) => [snapshot.entities(aclGroup.name)];

const groupsByConsumer = perSnapshot(aclRows, (snapshot): ReadonlyMap<string, readonly string[]> => {
  const groups = new Map<string, string[]>();
  for (const { consumer, group } of snapshot.entities(aclGroup.name) as readonly AclRow[]) {
    const known = groups.get(consumer);
    if (known === undefined) groups.set(consumer, [group]);
    else known.push(group);
  }
  return groups;
});

export const aclHandler = defineHandler<AclConfig>(acl, (config) => {
  const denied = (config.deny ?? []).length > 0;
  const listed: ReadonlySet<string> = new Set(denied ? config.deny : config.allow);
  const mayPass = ({ names }: Groups): boolean => names.some((name) => listed.has(name)) !== denied;

  return {
    startsNothing: true,
    access: (exchange) => {
      const groups = groupsOf(exchange, config.always_use_authenticated_groups);
      if (groups === undefined) return exchange.refuse(exchange.credential === undefined ? UNAUTHORIZED : FORBIDDEN);
      if (!mayPass(groups)) return exchange.refuse(FORBIDDEN);
      // An upstream must not take for groups what a client sends under these names.
      for (const header of HEADERS) exchange.upstream.removeHeader(header);
      if (!config.hide_groups_header) exchange.upstream.setHeader(groups.header, groups.names.join(', '));
      return undefined;
    },
  };
});

/** A consumer's groups; those of its credential where there is no consumer or only the anonymous one, or where these always count. */
function groupsOf({ consumer, credential, groups, configuration }: Exchange, alwaysAuthenticated: boolean): Groups | undefined {
  if (groups !== undefined && (consumer === undefined || credential === undefined || alwaysAuthenticated)) {
    return { names: groups, header: 'X-Authenticated-Groups' };
  }
  if (consumer === undefined) return undefined;
  return { names: groupsByConsumer(configuration).get(consumer.id) ?? NO_GROUPS, header: 'X-Consumer-Groups' };
}
