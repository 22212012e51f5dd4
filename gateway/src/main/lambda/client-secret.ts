/** Lambda entry: the secret of a Cognito app client, copied into Secrets Manager. */
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientSecret, clientSecretId } from '../../lambda/client-secret.ts';
import { answerCustomResource, until } from '../../lambda/custom-resource.ts';
import type { CustomResource, CustomResourceEvent, LambdaContext } from '../../lambda/custom-resource.ts';

const [cognito, secrets] = [new CognitoIdentityProviderClient(), new SecretsManagerClient()];

const resource: CustomResource = {
  idOf: clientSecretId,
  work: (event, signal) => clientSecret(event, { cognito: until(signal, cognito), secrets: until(signal, secrets) }),
};

export const handler = (event: CustomResourceEvent, context: LambdaContext) => answerCustomResource(event, resource, context);
