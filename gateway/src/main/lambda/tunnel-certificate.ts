/** Lambda entry: the shared certificate of the tunnel. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { answerCustomResource } from '../../lambda/custom-resource.ts';
import type { CustomResourceEvent } from '../../lambda/custom-resource.ts';
import { tunnelCertificate } from '../../lambda/tunnel-certificate.ts';

const client = new SecretsManagerClient();

export const handler = (event: CustomResourceEvent) => answerCustomResource(event, (request) => tunnelCertificate(request, client));
