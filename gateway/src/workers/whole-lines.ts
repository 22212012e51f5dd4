/** Copies what processes write, line by line whole: several writers of one stream would tear each other's lines. */
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A line that is longer is passed on in pieces. Characters. */
const MAX_LINE_CHARS = 1_048_576;

/**
 * @param write gets whole lines, without the last line's end
 * @returns resolves when nothing more comes
 */
export function copyLines(from: Readable, write: (lines: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  from.on('data', (chunk: Buffer) => {
    const text = rest + decoder.write(chunk);
    const end = text.lastIndexOf('\n');
    if (end >= 0) write(text.slice(0, end));
    rest = text.slice(end + 1);
    if (rest.length > MAX_LINE_CHARS) {
      write(rest);
      rest = '';
    }
  });
  // What a process that was killed had begun to write.
  from.on('end', () => { if (rest !== '') write(rest); });
  from.on('error', () => undefined);
  return new Promise((resolve) => void from.once('close', resolve));
}
