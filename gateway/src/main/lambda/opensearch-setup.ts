/** Lambda entry: what an OpenSearch domain or collection needs before gateways write their logs. */
import { answerCustomResource } from '../../lambda/custom-resource.ts';
import type { CustomResourceEvent } from '../../lambda/custom-resource.ts';
import { credentialsOfFunction, openSearchClient } from '../../lambda/opensearch/client.ts';
import { openSearchSetup } from '../../lambda/opensearch-setup.ts';

const region = process.env.AWS_REGION ?? '';

export const handler = (event: CustomResourceEvent) => answerCustomResource(event, (request) =>
  openSearchSetup(request, (endpoint, service) => openSearchClient({ endpoint, service, region }, credentialsOfFunction)));
