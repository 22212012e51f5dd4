/** Lambda entry: files for a site in a bucket. */
import { S3Client } from '@aws-sdk/client-s3';
import { answerCustomResource } from '../../lambda/custom-resource.ts';
import type { CustomResourceEvent } from '../../lambda/custom-resource.ts';
import { handoffFiles } from '../../lambda/handoff-files.ts';

const client = new S3Client();

export const handler = (event: CustomResourceEvent) => answerCustomResource(event, (request) => handoffFiles(request, client));
