/**
 * Why bytes are no request: the acceptance policy of HTTP/1.1 as data. docs/reference/http-policy.md is written from it, the parser and the
 * connection name its keys, and metrics count by them.
 */

export interface RequestRefusal {
  readonly status: 400 | 405 | 408 | 414 | 431 | 501 | 505;
  /** Where it is specified. */
  readonly section: string;
  /** What is refused. */
  readonly what: string;
}

export const REQUEST_REFUSALS = {
  'bare-line-end': {
    status: 400, section: 'RFC 9112 §2.2', what: 'a line that ends with LF alone, or a CR that is not followed by LF, anywhere in a head',
  },
  'empty-lines': { status: 400, section: 'RFC 9112 §2.2', what: 'more than eight empty lines before a request line' },
  'method': { status: 400, section: 'RFC 9112 §3.1', what: 'a method that is no token, is empty, or has a space before it' },
  'method-too-long': { status: 501, section: 'RFC 9112 §3', what: 'a method of more than 64 characters' },
  'connect': { status: 405, section: 'RFC 9110 §9.3.6', what: 'CONNECT: the gateway is no forward proxy' },
  'target': {
    status: 400, section: 'RFC 9112 §3.2',
    what: 'a target that is neither a path, nor `http://` or `https://` with an authority, nor `*` of OPTIONS; '
      + 'one with spaces, control characters, or bytes above 127 that are not UTF-8',
  },
  'request-line-too-long': { status: 414, section: 'RFC 9112 §3', what: 'a request line of more than 8 KiB' },
  'no-version': {
    status: 400, section: 'RFC 9112 §2.3', what: 'a request line without a version (HTTP/0.9), or with something else in its place',
  },
  'version': { status: 505, section: 'RFC 9110 §15.6.6', what: 'a version that is not HTTP/1.0 or HTTP/1.1' },
  'header-name': {
    status: 400, section: 'RFC 9112 §5.1', what: 'a field name that is empty or no token, a space before its colon, a line without a colon',
  },
  'header-value': { status: 400, section: 'RFC 9110 §5.5', what: 'a control character other than TAB in a field value' },
  'folded-line': { status: 400, section: 'RFC 9112 §5.2', what: 'a header line that begins with a space or TAB (obs-fold)' },
  'head-too-large': { status: 400, section: 'RFC 6585 §5', what: 'header lines of more than 32 KiB together: the status is that of Kong' },
  'too-many-headers': { status: 431, section: 'RFC 6585 §5', what: 'more than 200 header lines' },
  'two-hosts': { status: 400, section: 'RFC 9112 §3.2', what: 'more than one Host line, be they equal or not' },
  'content-length': {
    status: 400, section: 'RFC 9112 §6.3',
    what: 'a Content-Length that is not only digits: signs, lists, other number systems, an empty value, more than 2^53 - 1',
  },
  'two-lengths': { status: 400, section: 'RFC 9112 §6.3', what: 'more than one Content-Length line, be they equal or not' },
  'length-and-coding': { status: 400, section: 'RFC 9112 §6.1', what: 'both Content-Length and Transfer-Encoding' },
  'transfer-coding': { status: 501, section: 'RFC 9112 §6.1', what: 'a transfer coding that is not `chunked`, alone or in front of it' },
  'transfer-encoding': {
    status: 400, section: 'RFC 9112 §6.1',
    what: 'a Transfer-Encoding that is malformed: an empty element, `chunked` twice or not last, parameters of it, more than one line',
  },
  'coding-with-http10': { status: 400, section: 'RFC 9112 §6.1', what: 'Transfer-Encoding with HTTP/1.0' },
  'chunk-size': {
    status: 400, section: 'RFC 9112 §7.1',
    what: 'a chunk size that is not 1 to 13 hexadecimal digits: signs, `0x`, spaces around it; leading zeros count',
  },
  'chunk-extension': {
    status: 400, section: 'RFC 9112 §7.1.1', what: 'control characters in a chunk extension, or more than 4 KiB of extensions in one body',
  },
  'chunk-line-end': { status: 400, section: 'RFC 9112 §7.1', what: 'a chunk line, or the data of a chunk, that does not end with CRLF' },
  'trailer-line': { status: 400, section: 'RFC 9112 §7.1.2', what: 'a malformed trailer line: the rules are those of header lines' },
  'trailers-too-large': { status: 431, section: 'RFC 6585 §5', what: 'trailers of more than 4 KiB or 64 lines' },
  'incomplete-head': { status: 400, section: 'RFC 9112 §8', what: 'the end of the connection in a head' },
  'incomplete-body': { status: 400, section: 'RFC 9112 §8', what: 'the end of the connection in a body' },
  'head-timeout': { status: 408, section: 'RFC 9110 §15.5.9', what: 'a head that is not whole 60 seconds after its first byte' },
  'body-timeout': { status: 408, section: 'RFC 9110 §15.5.9', what: 'a body of which nothing comes for 60 seconds' },
} as const satisfies Readonly<Record<string, RequestRefusal>>;

export type RefusalReason = keyof typeof REQUEST_REFUSALS;
