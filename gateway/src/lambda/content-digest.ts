/** Custom resource: the digest of a text, for names that follow from what CloudFormation has put into it. Makes nothing. */
import { createHash } from 'node:crypto';
import { textProperty } from './custom-resource.ts';
import type { CustomResourceEvent, CustomResourceResult } from './custom-resource.ts';

/** Properties: `Text`; `Digits`, how many of the digest. Attribute: `Digest`, the first digits of SHA-256 in hex. */
export async function contentDigest(event: CustomResourceEvent): Promise<CustomResourceResult> {
  const physicalId = contentDigestId(event);
  if (event.RequestType === 'Delete') return { physicalId };
  const digest = createHash('sha256').update(textProperty(event, 'Text')).digest('hex');
  return { physicalId, attributes: { Digest: digest.slice(0, Number(textProperty(event, 'Digits'))) } };
}

/** The same for every text: a new one is an update, not a replacement. */
export function contentDigestId({ LogicalResourceId }: CustomResourceEvent): string {
  return `content-digest/${LogicalResourceId}`;
}
