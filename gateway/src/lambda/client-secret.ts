/**
 * Custom resource: copies the secret of a Cognito app client into Secrets Manager, where gateways read it, as
 * `{issuer, client_id, client_secret}`. The secret passes through this function only: no template and no answer holds it.
 */
import { DescribeUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { textProperty } from './custom-resource.ts';
import type { CustomResourceEvent, CustomResourceResult } from './custom-resource.ts';
import { readSecretDocument, writeSecretDocument } from './secret-documents.ts';

export interface ClientSecretClients {
  readonly cognito: CognitoIdentityProviderClient;
  readonly secrets: SecretsManagerClient;
}

/** Properties: `UserPoolId`, `ClientId`, `Issuer`, `SecretArn`. Delete does nothing: the stack owns the secret. */
export async function clientSecret(event: CustomResourceEvent, clients: ClientSecretClients): Promise<CustomResourceResult> {
  const secretArn = textProperty(event, 'SecretArn');
  const result = { physicalId: `${secretArn}#client-secret` };
  if (event.RequestType === 'Delete') return result;
  const clientId = textProperty(event, 'ClientId');
  const { UserPoolClient } = await clients.cognito.send(new DescribeUserPoolClientCommand({ UserPoolId: textProperty(event, 'UserPoolId'), ClientId: clientId }));
  if (!UserPoolClient?.ClientSecret) throw new Error(`app client ${clientId} has no secret: create it with generateSecret`);
  const wanted = { issuer: textProperty(event, 'Issuer'), client_id: clientId, client_secret: UserPoolClient.ClientSecret };
  const present = await readSecretDocument(clients.secrets, secretArn);
  // Writing the same again would make a new version, and every node that watches the secret would reload for nothing.
  if (JSON.stringify(present) !== JSON.stringify(wanted)) await writeSecretDocument(clients.secrets, secretArn, wanted);
  return result;
}
