/** Header compression, against the examples of RFC 7541 Appendix C and against what is no header block. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HpackDecoder } from './hpack-decoder.ts';
import { addField, addLines, addStatus, beginBlock, endBlock } from './hpack-encoder.ts';

function decoded(decoder: HpackDecoder, hex: string): readonly string[] | undefined {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const fields: string[] = [];
  const isWhole = decoder.decode(bytes, 0, bytes.length, { field: ({ name, value }) => void fields.push(`${name}: ${value}`) });
  return isWhole ? fields : undefined;
}

const REQUEST = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'];

describe('HpackDecoder', () => {
  it.each([
    ['plain', ['828684410f7777772e6578616d706c652e636f6d', '828684be58086e6f2d6361636865',
      '828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565']],
    ['in Huffman code', ['828684418cf1e3c2e5f23a6ba0ab90f4ff', '828684be5886a8eb10649cbf',
      '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf']],
  ])('reads the requests of appendix C, %s', (_, blocks) => {
    const decoder = new HpackDecoder(4_096);
    expect(blocks.map((block) => decoded(decoder, block))).toEqual([
      REQUEST,
      [...REQUEST, 'cache-control: no-cache'],
      [':method: GET', ':scheme: https', ':path: /index.html', ':authority: www.example.com', 'custom-key: custom-value'],
    ]);
  });

  it('drops the oldest fields of a table of 256 bytes, as in C.6', () => {
    const decoder = new HpackDecoder(256);
    const first = '488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3';
    const second = '4883640effc1c0bf';
    expect(decoded(decoder, first)).toEqual([
      ':status: 302', 'cache-control: private', 'date: Mon, 21 Oct 2013 20:13:21 GMT', 'location: https://www.example.com',
    ]);
    expect(decoded(decoder, second)).toEqual([
      ':status: 307', 'cache-control: private', 'date: Mon, 21 Oct 2013 20:13:21 GMT', 'location: https://www.example.com',
    ]);
    // :status 302 has left the table.
    expect(decoded(decoder, 'c2')).toBeUndefined();
  });

  it.each([
    ['index 0', '80'],
    ['an index beyond the tables', 'ff00'],
    ['an index without an end', 'ffff'],
    ['a number that is too large', 'ffffffffffffffffff7f'],
    ['a text that is cut', '00026162057878'],
    ['a name that is cut', '0005'],
    ['a value that is missing', '00016100'.slice(0, 6)],
    ['a table size above the limit', '3fe2ff03'],
    ['a table size behind a field', '8220'],
    ['Huffman code with the end of text', '0001618 4ffffffff'],
    ['Huffman code with more than seven bits of padding', '00016182 1fff'],
    ['Huffman code that is padded with zeros', '000161 81 18'],
  ])('refuses %s', (_, block) => {
    expect(decoded(new HpackDecoder(4_096), block)).toBeUndefined();
  });

  it('ends on any bytes, and throws on none', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (blocks) => {
      const decoder = new HpackDecoder(4_096);
      for (const block of blocks) {
        const bytes = Buffer.from(block);
        const fields: string[] = [];
        const isWhole = decoder.decode(bytes, 0, bytes.length, { field: ({ name, value }) => void fields.push(name + value) });
        expect([typeof isWhole, ...fields.map((field) => typeof field)]).toEqual(['boolean', ...fields.map(() => 'string')]);
      }
    }), { numRuns: 2_000 });
  });
});

describe('encoding', () => {
  it('is read back as it was written', () => {
    const text = fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,300}$/).map((value) => value.trim());
    const name = fc.stringMatching(/^[a-zA-Z0-9-]{1,150}$/);
    fc.assert(fc.property(fc.integer({ min: 100, max: 999 }), fc.array(fc.tuple(name, text)), fc.boolean(), (status, fields, isFirst) => {
      beginBlock(isFirst);
      addStatus(status);
      for (const [key, value] of fields) addField(key, value);
      addLines(fields.map(([key, value]) => `${key}: ${value}\r\n`).join(''));
      const lines = fields.map(([key, value]) => `${key.toLowerCase()}: ${value}`);
      expect(decoded(new HpackDecoder(0), endBlock().toString('hex'))).toEqual([`:status: ${status}`, ...lines, ...lines]);
    }), { numRuns: 300 });
  });
});
