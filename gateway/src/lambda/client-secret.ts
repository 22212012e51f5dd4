/**
 * Custom resource: copies the secret of a Cognito app client into Secrets Manager, where gateways and machines read it, as
 * `{issuer, client_id, client_secret}`. The secret passes through this function only: no template and no answer holds it.
 */
import { randomBytes } from 'node:crypto';
import { DescribeUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { textProperty } from './custom-resource.ts';
import type { CustomResourceEvent, CustomResourceResult } from './custom-resource.ts';
import { readSecretDocument, writeSecretDocument } from './secret-documents.ts';
import type { SecretDocument } from './secret-documents.ts';

interface ClientSecretClients {
  readonly cognito: CognitoIdentityProviderClient;
  readonly secrets: SecretsManagerClient;
}

/**
 * Properties: `UserPoolId`, `ClientId`, `Issuer`, `SecretArn`; `TokenEndpoint` and `Scope` go into the document as they are; `Session` adds
 * a random `session_secret`, which stays what it is: another one would
 * end all sessions. Delete does nothing: the stack owns the secret.
 */
export async function clientSecret(event: CustomResourceEvent, clients: ClientSecretClients): Promise<CustomResourceResult> {
  const secretArn = textProperty(event, 'SecretArn');
  const result = { physicalId: clientSecretId(event) };
  if (event.RequestType === 'Delete') return result;
  const clientId = textProperty(event, 'ClientId');
  const { UserPoolClient } = await clients.cognito.send(new DescribeUserPoolClientCommand({
    UserPoolId: textProperty(event, 'UserPoolId'),
    ClientId: clientId,
  }));
  if (!UserPoolClient?.ClientSecret) throw new Error(`app client ${clientId} has no secret: create it with generateSecret`);
  const present = await readSecretDocument(clients.secrets, secretArn);
  const wanted = {
    issuer: textProperty(event, 'Issuer'), client_id: clientId, client_secret: UserPoolClient.ClientSecret,
    ...further(event, present),
  };
  // Writing the same again would make a new version, and every node that watches the secret would reload for nothing.
  if (JSON.stringify(present) !== JSON.stringify(wanted)) await writeSecretDocument(clients.secrets, secretArn, wanted);
  return result;
}

export function clientSecretId(event: CustomResourceEvent): string {
  return `${textProperty(event, 'SecretArn')}#client-secret`;
}

function further(event: CustomResourceEvent, present: SecretDocument | undefined): SecretDocument {
  const { TokenEndpoint, Scope, Session } = event.ResourceProperties;
  return {
    ...TokenEndpoint !== undefined && { token_endpoint: textProperty(event, 'TokenEndpoint') },
    ...Scope !== undefined && { scope: textProperty(event, 'Scope') },
    ...Session !== undefined && { session_secret: present?.session_secret ?? randomBytes(32).toString('base64url') },
  };
}
