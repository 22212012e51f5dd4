/** Lambda entry: log entries of gateways over HTTP, into OpenSearch. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { takeLogs } from '../../lambda/log-ingest.ts';
import type { HttpEvent } from '../../lambda/log-ingest.ts';
import { credentialsOfFunction, openSearchClient } from '../../lambda/opensearch/client.ts';
import { secretTokens } from '../../lambda/secret-tokens.ts';

const { AWS_REGION: region = '', ENDPOINT: endpoint = '', TARGET: target = '', SECRET_ARN: secretArn = '' } = process.env;
const call = openSearchClient({ endpoint, region }, credentialsOfFunction);
// API Gateway waits half a minute: a sender hears before that that the secret cannot be read.
const secrets = new SecretsManagerClient({ maxAttempts: 2, requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 } });
const tokens = secretTokens(secrets, secretArn, 'token');

export const handler = (event: HttpEvent) => takeLogs(event, { target, call, tokens });
