/** Lambda entry: a value of this region's stack, written to the Parameter Store of another region. */
import { SSMClient } from '@aws-sdk/client-ssm';
import { answerCustomResource, until } from '../../lambda/custom-resource.ts';
import type { CustomResource, CustomResourceEvent, LambdaContext } from '../../lambda/custom-resource.ts';
import { regionalParameter, regionalParameterId } from '../../lambda/regional-parameter.ts';

const resource: CustomResource = {
  idOf: regionalParameterId,
  work: (event, signal) => regionalParameter(event, (region) => until(signal, new SSMClient({ region }))),
  leavesTraces: true,
};

export const handler = (event: CustomResourceEvent, context: LambdaContext) => answerCustomResource(event, resource, context);
