/** Lambda entry: a value of this region's stack, written to the Parameter Store of another region. */
import { SSMClient } from '@aws-sdk/client-ssm';
import { answerCustomResource } from '../../lambda/custom-resource.ts';
import type { CustomResourceEvent } from '../../lambda/custom-resource.ts';
import { regionalParameter } from '../../lambda/regional-parameter.ts';

export const handler = (event: CustomResourceEvent) =>
  answerCustomResource(event, (request) => regionalParameter(request, (region) => new SSMClient({ region })));
