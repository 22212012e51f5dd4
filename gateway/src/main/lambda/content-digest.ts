/** Lambda entry: digests of texts. */
import { contentDigest, contentDigestId } from '../../lambda/content-digest.ts';
import { answerCustomResource } from '../../lambda/custom-resource.ts';
import type { CustomResource, CustomResourceEvent, LambdaContext } from '../../lambda/custom-resource.ts';

const resource: CustomResource = { idOf: contentDigestId, work: contentDigest };

export const handler = (event: CustomResourceEvent, context: LambdaContext) => answerCustomResource(event, resource, context);
