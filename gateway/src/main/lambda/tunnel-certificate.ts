/** Lambda entry: the shared certificate of the tunnel. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { answerCustomResource, until } from '../../lambda/custom-resource.ts';
import type { CustomResource, CustomResourceEvent, LambdaContext } from '../../lambda/custom-resource.ts';
import { tunnelCertificate, tunnelCertificateId } from '../../lambda/tunnel-certificate.ts';

const client = new SecretsManagerClient();

const resource: CustomResource = { idOf: tunnelCertificateId, work: (event, signal) => tunnelCertificate(event, until(signal, client)) };

export const handler = (event: CustomResourceEvent, context: LambdaContext) => answerCustomResource(event, resource, context);
