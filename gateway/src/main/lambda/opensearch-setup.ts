/** Lambda entry: what an OpenSearch domain needs before gateways write their logs. */
import { answerCustomResource } from '../../lambda/custom-resource.ts';
import type { CustomResource, CustomResourceEvent, LambdaContext } from '../../lambda/custom-resource.ts';
import { credentialsOfFunction, openSearchClient } from '../../lambda/opensearch/client.ts';
import { openSearchSetup, openSearchSetupId } from '../../lambda/opensearch-setup.ts';

const region = process.env.AWS_REGION ?? '';

const resource: CustomResource = {
  idOf: openSearchSetupId,
  work: (event, signal) => openSearchSetup(event, (endpoint) => openSearchClient({ endpoint, region }, credentialsOfFunction, signal)),
  leavesTraces: true,
};

export const handler = (event: CustomResourceEvent, context: LambdaContext) => answerCustomResource(event, resource, context);
