/** What HTTP/1.1 accepts although it is unusual, and what becomes of it: the other half of the acceptance policy. */

export interface RequestAcceptance {
  readonly what: string;
  /** Where it is specified. */
  readonly section: string;
  readonly becomes: string;
}

export const REQUEST_ACCEPTANCES = {
  'empty-lines': {
    what: 'up to eight empty lines before a request line', section: 'RFC 9112 §2.2',
    becomes: 'they are ignored',
  },
  'method': {
    what: 'any token as a method, in any case', section: 'RFC 9110 §9.1',
    becomes: 'it is passed on as it came',
  },
  'absolute-form': {
    what: 'a target in absolute form', section: 'RFC 9112 §3.2.2',
    becomes: 'its authority replaces Host, what is left is the path',
  },
  'asterisk-form': {
    what: '`OPTIONS *`', section: 'RFC 9112 §3.2.4',
    becomes: 'the pipeline answers 400: no route has that path',
  },
  'utf8-target': {
    what: 'bytes above 127 in a target that are UTF-8', section: 'RFC 9112 §3.2',
    becomes: 'they are escaped',
  },
  'unescaped-target': {
    what: 'characters that a URI has to escape, such as `"`, `{`, `^`', section: 'RFC 3986 §2',
    becomes: 'they are escaped',
  },
  'spaces-around-values': {
    what: 'spaces and TAB around a field value', section: 'RFC 9110 §5.5',
    becomes: 'they are removed',
  },
  'high-bytes-in-values': {
    what: 'bytes above 127 in a field value', section: 'RFC 9110 §5.5',
    becomes: 'they are passed on as they are',
  },
  'underscores': {
    what: 'underscores in field names (`Content_Length`)', section: 'RFC 9110 §5.1',
    becomes: 'other names, passed on as they are: they mean nothing here',
  },
  'http10': {
    what: 'HTTP/1.0, with or without `Connection: keep-alive`', section: 'RFC 9112 §9.3',
    becomes: 'the answer is never in chunks',
  },
  'body-of-any-method': {
    what: 'a body of GET, HEAD, DELETE and any other method', section: 'RFC 9110 §9.3',
    becomes: 'it is passed on with exact framing',
  },
  'leading-zeros': {
    what: 'a Content-Length with leading zeros', section: 'RFC 9110 §8.6',
    becomes: 'it is decimal, and rewritten',
  },
  'coding-in-any-case': {
    what: '`chunked` in any case', section: 'RFC 9112 §7',
    becomes: 'framing is rewritten',
  },
  'chunk-extensions': {
    what: 'chunk extensions of up to 4 KiB in a body', section: 'RFC 9112 §7.1.1',
    becomes: 'they are dropped',
  },
  'trailers': {
    what: 'trailers of up to 4 KiB and 64 lines', section: 'RFC 9110 §6.5.1',
    becomes: 'those that concern framing, routing, authentication or the content are dropped, others are offered to the upstream',
  },
  'other-expectations': {
    what: 'an Expect that is not `100-continue`', section: 'RFC 9110 §10.1.1',
    becomes: 'it is ignored, as by nginx',
  },
  'other-upgrades': {
    what: '`Upgrade` of anything but a WebSocket, or without `Connection: upgrade`', section: 'RFC 9110 §7.8',
    becomes: 'it is not passed on',
  },
  'no-host': {
    what: 'a request without Host', section: 'RFC 9112 §3.2',
    becomes: 'the pipeline answers 400 to HTTP/1.1, so that plugins which log see it',
  },
} as const satisfies Readonly<Record<string, RequestAcceptance>>;

export type AcceptanceName = keyof typeof REQUEST_ACCEPTANCES;
