/** Lambda entry: files for a site in a bucket. */
import { S3Client } from '@aws-sdk/client-s3';
import { answerCustomResource, until } from '../../lambda/custom-resource.ts';
import type { CustomResource, CustomResourceEvent, LambdaContext } from '../../lambda/custom-resource.ts';
import { handoffFiles, handoffId } from '../../lambda/handoff-files.ts';

const client = new S3Client();

const resource: CustomResource = {
  idOf: handoffId, work: (event, signal) => handoffFiles(event, until(signal, client)), leavesTraces: true,
};

export const handler = (event: CustomResourceEvent, context: LambdaContext) => answerCustomResource(event, resource, context);
