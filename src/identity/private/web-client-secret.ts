import { Construct } from 'constructs';
import { PATHS } from '../../private/contract';
import { kebabCase, requireObjectName } from '../../private/kubernetes/names';
import type { SecretMount } from '../../private/secrets/mount';
import { secretName } from '../../private/secrets/names';
import type { ClientSecretCopy } from './client-secret-copy';

/** First part of the names of an identity's secrets; the last is the purpose. */
export function identitySecretName(identity: Construct, purpose: string): string {
  return secretName(identity, requireObjectName('id', kebabCase(identity.node.id)), purpose);
}

/** The browser client's secret, copied for planes to mount. */
export function mountWebClient(identity: Construct, copy: ClientSecretCopy, clientId: string): SecretMount {
  const name = identitySecretName(identity, 'login');
  const secret = copy.copy(new Construct(identity, 'WebClientSecret'), {
    clientId,
    secretName: name,
    description: "Issuer, client id and client secret of the gateways' web client, and the key of their sessions",
    more: { Session: 'true' },
  });
  const files = ['issuer', 'client_id', 'client_secret', 'session_secret'].map((property) => ({ file: property, property }));
  return { name: 'identity', path: PATHS.identityCredentials, secret, secretName: name, secretType: 'Opaque', files };
}
