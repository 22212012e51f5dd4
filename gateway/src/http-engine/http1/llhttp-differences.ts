/** Where Node's parser, llhttp with its strict rules, decides otherwise. A differential suite finds no other differences. */
import type { RefusalReason } from './request-refusals.ts';

/** Reasons for which requests are refused here, and not there. */
export const STRICTER_THAN_LLHTTP: ReadonlySet<RefusalReason> = new Set<RefusalReason>([
  'bare-line-end', 'empty-lines', 'method-too-long', 'target', 'request-line-too-long', 'no-version', 'version', 'head-too-large',
  'too-many-headers', 'two-hosts', 'content-length', 'transfer-coding', 'transfer-encoding', 'coding-with-http10', 'chunk-size',
  'chunk-extension', 'trailers-too-large',
]);

/** What is accepted here, and not there. */
export const LOOSER_THAN_LLHTTP: readonly string[] = [
  'methods that llhttp does not know',
  'bytes above 127 in a target that are UTF-8',
  'chunk extensions of any characters but control characters',
  'Content-Length and Transfer-Encoding as trailers, which are dropped',
  'what comes behind a request with `Connection: close`, which is dropped',
  'what comes behind a request for another protocol: it is the next request',
];
