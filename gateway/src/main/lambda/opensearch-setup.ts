/** Lambda entry: what an OpenSearch domain needs before gateways write their logs. */
import { answerCustomResource } from '../../lambda/custom-resource.ts';
import type { CustomResourceEvent } from '../../lambda/custom-resource.ts';
import { credentialsOfFunction, openSearchClient } from '../../lambda/opensearch/client.ts';
import { openSearchSetup } from '../../lambda/opensearch-setup.ts';

const region = process.env.AWS_REGION ?? '';

export const handler = (event: CustomResourceEvent) => answerCustomResource(event, (request) =>
  openSearchSetup(request, (endpoint) => openSearchClient({ endpoint, region }, credentialsOfFunction)));
