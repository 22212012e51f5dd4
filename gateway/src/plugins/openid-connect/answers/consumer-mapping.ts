/** Who the client is: the consumer, the credential and the groups that its token names. */
import type { Consumer, Snapshot } from '../../../model/snapshot.ts';
import type { Identity } from '../../../plugin-kit/exchange.ts';
import { perSnapshot } from '../../../plugin-kit/snapshot-index.ts';
import { claimSources } from '../grant.ts';
import type { Grant } from '../grant.ts';
import { COGNITO_GROUPS } from '../provider/cognito.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { firstClaim, valuesOf, wordsOf } from '../tokens/claims.ts';

/** @returns `undefined` when there has to be a consumer and there is none */
export type IdentityOf = (grant: Grant, configuration: Snapshot) => Identity | undefined;

type FindConsumer = (snapshot: Snapshot, name: string) => Consumer | undefined;

const byLowerCaseUsername = perSnapshot(({ consumers }) => [consumers.byUsername], ({ consumers }) => (
  new Map([...consumers.byUsername].map(([name, consumer]) => [name.toLowerCase(), consumer]))));

const FINDERS: Readonly<Record<string, FindConsumer>> = {
  id: ({ consumers }, name) => consumers.byId.get(name),
  username: ({ consumers }, name) => consumers.byUsername.get(name),
  custom_id: ({ consumers }, name) => consumers.byCustomId.get(name),
};

export function consumerMapping(config: OpenidConnectConfig, isCognito: boolean): IdentityOf {
  const finders = (config.consumer_by ?? []).map((field): FindConsumer => {
    if (field !== 'username' || config.by_username_ignore_case !== true) return FINDERS[field]!;
    return (snapshot, name) => snapshot.consumers.byUsername.get(name) ?? byLowerCaseUsername(snapshot).get(name.toLowerCase());
  });
  const consumerPath = config.consumer_claim ?? [];
  const credentialPath = config.credential_claim ?? ['sub'];
  const groupsPath = config.authenticated_groups_claim ?? (isCognito ? [COGNITO_GROUPS] : []);

  return (grant, configuration) => {
    const sources = claimSources(grant);
    const name = valuesOf(firstClaim(sources, consumerPath))[0];
    const consumer = name === undefined ? undefined : finders.reduce<Consumer | undefined>(
      (found, find) => found ?? find(configuration, name), undefined);
    if (consumer === undefined && consumerPath.length > 0 && config.consumer_optional !== true) return undefined;
    const credential = valuesOf(firstClaim(sources, credentialPath))[0];
    const groups = wordsOf(firstClaim(sources, groupsPath));
    return {
      consumer,
      // Without the claim, requests still count as authenticated: by the way in which they came in.
      credential: { id: credential ?? consumer?.id ?? grant.method },
      ...groupsPath.length > 0 && { groups },
    };
  };
}
