/** Lambda entry: versions of add-ons of Amazon EKS. */
import { EKSClient } from '@aws-sdk/client-eks';
import { addonVersion, addonVersionId } from '../../lambda/addon-version.ts';
import { answerCustomResource, until } from '../../lambda/custom-resource.ts';
import type { CustomResource, CustomResourceEvent, LambdaContext } from '../../lambda/custom-resource.ts';

const eks = new EKSClient();

const resource: CustomResource = { idOf: addonVersionId, work: (event, signal) => addonVersion(event, until(signal, eks)) };

export const handler = (event: CustomResourceEvent, context: LambdaContext) => answerCustomResource(event, resource, context);
