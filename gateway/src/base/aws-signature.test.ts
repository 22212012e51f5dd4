import { describe, expect, it } from 'vitest';
import { signedHeaders } from './aws-signature.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const NOW = new Date('2015-08-30T12:36:00Z');
const PLACE = { service: 'service', region: 'us-east-1' };

/** Inputs and signatures of the suite that AWS publishes for implementers (aws-sig-v4-test-suite). */
const PUBLISHED: readonly [string, string, string, string][] = [
  ['get-vanilla', 'GET', 'https://example.amazonaws.com/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['post-vanilla', 'POST', 'https://example.amazonaws.com/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  ['get-vanilla-query-order-key-case', 'GET', 'https://example.amazonaws.com/?Param2=value2&Param1=value1',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'],
];

describe('a signature', () => {
  it.each(PUBLISHED)('is that of the published case %s', (_, method, url, signature) => {
    expect(signedHeaders({ method, url: new URL(url) }, PLACE, CREDENTIALS, NOW)).toEqual({
      'host': 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      'authorization': 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, '
        + `Signature=${signature}`,
    });
  });
});
