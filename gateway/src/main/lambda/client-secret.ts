/** Lambda entry: the secret of a Cognito app client, copied into Secrets Manager. */
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientSecret } from '../../lambda/client-secret.ts';
import { answerCustomResource } from '../../lambda/custom-resource.ts';
import type { CustomResourceEvent } from '../../lambda/custom-resource.ts';

const clients = { cognito: new CognitoIdentityProviderClient(), secrets: new SecretsManagerClient() };

export const handler = (event: CustomResourceEvent) => answerCustomResource(event, (request) => clientSecret(request, clients));
