import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeBase64, decodeBase64Url, decodeExactBase64Url } from './base64.ts';

describe('base64', () => {
  it.each([
    ['', ''], ['YQ==', 'a'], ['YQ', 'a'], ['YQ=', 'a'], ['YQ==trailing', 'a'], ['YWI=', 'ab'], ['=YQ', ''],
    ['Y', undefined], ['YQ\n', undefined], ['Y Q', undefined], ['Y-Q_', undefined], ['é', undefined],
  ])('%j is %j', (text, expected) => {
    expect(decodeBase64(text)?.toString()).toBe(expected);
  });

  it('base64url may have the characters of plain base64', () => {
    expect(decodeBase64Url('-_-_')).toEqual(decodeBase64Url('+/+/'));
  });

  it.each(['YQ==', 'YR', 'Y', 'Y+Q/', 'YQ\n'])('%j is not the one form of base64url', (text) => {
    expect(decodeExactBase64Url(text)).toBeUndefined();
  });

  it('gives back all bytes, and takes each text but one for something else', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => {
      const buffer = Buffer.from(bytes);
      expect(decodeBase64(buffer.toString('base64'))).toEqual(buffer);
      expect(decodeBase64Url(buffer.toString('base64url'))).toEqual(buffer);
      expect(decodeExactBase64Url(buffer.toString('base64url'))).toEqual(buffer);
    }));
    fc.assert(fc.property(fc.string(), (text) => {
      const bytes = decodeExactBase64Url(text);
      if (bytes !== undefined) expect(bytes.toString('base64url')).toBe(text);
    }));
  });
});
