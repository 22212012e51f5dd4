/**
 * Hostile requests, each with what the policy wants to become of it. Sources: RFC 9110 and 9112; the differences between servers and
 * proxies that the HTTP Garden has found; what Node's parser takes. Texts hold one character for each byte.
 */
import type { Field } from './http2-frames.ts';
import type { Expected, IntendedRequest } from './verdict.ts';

export interface Payload extends Expected {
  readonly id: string;
  readonly bytes: string;
  /** The same in HTTP/2, where that can express it: fields behind the pseudo-headers, or in place of some of them. */
  readonly http2?: { readonly fields: readonly Field[]; readonly body?: string; readonly policy: Expected['policy'] };
  /** HEAD, where the answer has no body. */
  readonly methods?: readonly string[];
}

const HELLO: IntendedRequest = { path: '/r', body: 'hello' };
const BARE: IntendedRequest = { path: '/r', body: '' };

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: bb.test\r\n\r\n';

type Rule = Expected['policy'];

const post = (lines: string, body: string): string => `POST /r HTTP/1.1\r\nHost: bb.test\r\n${lines}\r\n\r\n${body}`;
const get = (lines: string): string => `GET /r HTTP/1.1\r\nHost: bb.test\r\n${lines}\r\n\r\n`;
const intended = (policy: Rule, request: IntendedRequest): IntendedRequest | null => policy === 'reject' ? null : request;

/** A value of Content-Length before `hello` and a hidden request. */
function length(name: string, value: string, policy: Rule = 'reject', http2: Rule = policy): Payload {
  return {
    id: `length/${name}`, policy, intended: intended(policy, HELLO),
    bytes: post(`Content-Length: ${value}`, policy === 'reject' ? `hello${SMUGGLED}` : 'hello'),
    http2: { fields: [['content-length', value]], body: 'hello', policy: http2 },
  };
}

/** Header lines about framing as they are, before chunks and a hidden request. */
function framing(name: string, lines: string, policy: Rule = 'reject', http2?: readonly Field[]): Payload {
  return {
    id: `framing/${name}`, policy, intended: intended(policy, HELLO),
    bytes: post(lines, `5\r\nhello\r\n0\r\n\r\n${policy === 'reject' ? SMUGGLED : ''}`),
    ...http2 && { http2: { fields: http2, body: 'hello', policy: 'reject' } },
  };
}

function encoding(name: string, value: string, policy: Rule = 'reject'): Payload {
  return framing(`encoding-${name}`, `Transfer-Encoding: ${value}`, policy, [['transfer-encoding', value]]);
}

/** Behind `Transfer-Encoding: chunked`. */
function chunks(name: string, body: string, policy: Rule = 'reject', more: Partial<Payload> = {}): Payload {
  const request = { ...HELLO, ...more.intended as IntendedRequest | undefined };
  return { id: `chunks/${name}`, policy, bytes: post('Transfer-Encoding: chunked', body), ...more, intended: intended(policy, request) };
}

function line(name: string, first: string, policy: Rule = 'reject', more: Partial<Payload> = {}): Payload {
  const keep = policy === 'either' ? { keep_open_ok: true } : {};
  return {
    id: `line/${name}`, policy, bytes: `${first}\r\nHost: bb.test\r\n\r\n`, intended: intended(policy, { body: '' }),
    ...keep, ...more,
  };
}

/** A target, in HTTP/2 the pseudo-header `:path`. */
function target(name: string, text: string, policy: Rule = 'reject'): Payload {
  return line(`target-${name}`, `GET ${text} HTTP/1.1`, policy, { http2: { fields: [[':path', text]], policy } });
}

/** A line among the headers of a GET. */
function header(name: string, text: string, policy: Rule = 'reject', more: Partial<Payload> = {}): Payload {
  return { id: `header/${name}`, policy, bytes: get(text), intended: intended(policy, BARE), ...more };
}

/** A field whose name or value is wrong in each protocol. */
function field(name: string, [key, value]: Field, policy: Rule = 'reject'): Payload {
  return header(name, `${key}: ${value}`, policy, { forbid: ['x-evil'], http2: { fields: [[key.toLowerCase(), value]], policy } });
}

function host(name: string, value: string, policy: Rule = 'reject'): Payload {
  return {
    id: `host/${name}`, policy, intended: intended(policy, BARE), bytes: `GET /r HTTP/1.1\r\nHost: ${value}\r\n\r\n`,
    ...policy === 'either' && { keep_open_ok: true }, http2: { fields: [[':authority', value]], policy },
  };
}

/** A whole exchange of bytes. */
function bytes(name: string, policy: Rule, text: string, more: Partial<Payload> = {}): Payload {
  return { id: `bytes/${name}`, policy, bytes: text, intended: null, ...more };
}

export const PAYLOADS: readonly Payload[] = [
  length('hex', '0x5'), length('octal-prefix', '0o5'), length('letter', '5Z'), length('plus', '+5'), length('minus', '-5'),
  length('minus-zero', '-0'), length('word', 'five'), length('exponent', '5e0'), length('fraction', '5.0'), length('underscore', '0_5'),
  length('empty', ''), length('spaces', '5 5'), length('comma', '5,'), length('comma-first', ',5'), length('list-differs', '5, 6'),
  length('quoted', '"5"'), length('semicolon', '5;a'), length('vertical-tab', '\x0b5'), length('nbsp', '\xa05'),
  length('next-line', '\x855'),
  length('nul', '5\0'), length('2^63', '9223372036854775808'), length('2^64+5', '18446744073709551621'),
  length('100-digits', '9'.repeat(100)),
  length('plain', '5', 'accept'), length('same-list', '5, 5', 'either', 'either'), length('leading-zero', '05', 'either', 'either'),
  length('tab-behind', '5\t', 'either', 'either'),
  framing('lengths-5-6', 'Content-Length: 5\r\nContent-Length: 6'),
  framing('lengths-0-5', 'Content-Length: 0\r\nContent-Length: 5'),
  framing('lengths-1-0', 'Content-Length: 1\r\nContent-Length: 0'),
  framing('lengths-empty-first', 'Content-Length:\r\nContent-Length: 5'),
  framing('length-name-nel', 'Content-Length\x85: 15'), framing('length-name-nul', 'Content-Length\0: 15'),
  framing('length-name-space', 'Content-Length : 15'), framing('length-name-tab', 'Content-Length\t: 15'),
  framing('length-folded', 'Content-Length:\r\n 15'), length('underscore-name', '5\r\nContent_Length: 0', 'either', 'reject'),

  encoding('plain', 'chunked', 'accept'), encoding('upper', 'ChUnKeD', 'accept'), encoding('comma-before', ',chunked', 'either'),
  encoding('comma-behind', 'chunked,', 'either'), encoding('vertical-tab', '\x0bchunked'), encoding('form-feed', '\x0cchunked'),
  encoding('nbsp', '\xa0chunked\xa0'), encoding('nul', 'chunked\0'), encoding('prefix', 'xchunked'), encoding('suffix', 'chunkedx'),
  encoding('quoted', '"chunked"'), encoding('parameter', 'chunked;a=b'), encoding('identity', 'identity'), encoding('gzip', 'gzip'),
  encoding('gzip-chunked', 'gzip, chunked'), encoding('chunked-gzip', 'chunked, gzip'), encoding('chunked-identity', 'chunked, identity'),
  encoding('twice', 'chunked, chunked'), encoding('cow', 'cow'), encoding('colon', ': chunked'), encoding('empty', ''),
  encoding('kelvin', 'chun\xe2\x84\xaaed'), encoding('bare-cr', 'chunked\r'), encoding('null-word', 'null'),
  framing('both', 'Content-Length: 15\r\nTransfer-Encoding: chunked', 'either'),
  framing('both-short', 'Transfer-Encoding: chunked\r\nContent-Length: 4', 'either'),
  framing('both-odd', 'Content-Length: 15\r\nTransfer-Encoding: xchunked'),
  framing('lines-twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'),
  framing('lines-identity', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity'),
  framing('name-split', 'Transfer-\r\nEncoding: chunked'), framing('name-space', 'Transfer-Encoding : chunked'),
  framing('name-folded-away', 'Content-Length: 15\r\nX-A: b\r\n Transfer-Encoding: chunked'),
  framing('name-leading-space', ' Transfer-Encoding: chunked'), framing('name-nul', 'Transfer-Encoding\0: chunked'),
  framing('name-after-lf', 'X-A: b\nTransfer-Encoding: chunked'), framing('name-after-cr', 'X-A: b\rTransfer-Encoding: chunked'),

  chunks('plain', '5\r\nhello\r\n0\r\n\r\n', 'accept'), chunks('upper-hex', 'A\r\nhellohello\r\n0\r\n\r\n', 'accept', {
    intended: { path: '/r', body: 'hellohello' },
  }),
  chunks('extension', '5;a="b\\"c"\r\nhello\r\n0;x\r\n\r\n', 'either'), chunks('extension-lf', '5;a\nb\r\nhello\r\n0\r\n\r\n'),
  chunks('extension-cr', '5;a\rX\r\nhello\r\n0\r\n\r\n'), chunks('extension-nul', '5;\0\r\nhello\r\n0\r\n\r\n'),
  chunks('extensions-long', `5;${'a'.repeat(70_000)}\r\nhello\r\n0\r\n\r\n`, 'either'),
  chunks('size-hex-prefix', '0x5\r\nhello\r\n0\r\n\r\n'), chunks('size-plus', '+5\r\nhello\r\n0\r\n\r\n'),
  chunks('size-minus', '-5\r\nhello\r\n0\r\n\r\n'), chunks('size-underscore', '0_5\r\nhello\r\n0\r\n\r\n'),
  chunks('size-empty', '\r\nhello\r\n0\r\n\r\n'), chunks('size-only-extension', ';a\r\nhello\r\n0\r\n\r\n'),
  chunks('size-space-before', ' 5\r\nhello\r\n0\r\n\r\n'), chunks('size-space-behind', '5 \r\nhello\r\n0\r\n\r\n', 'either'),
  chunks('size-high-byte', '5\x80\r\nhello\r\n0\r\n\r\n'),
  chunks('size-overflow-64', '10000000000000005\r\nhello\r\n0\r\n\r\n'), chunks('size-2^63', '8000000000000000\r\nhello\r\n0\r\n\r\n'),
  chunks('size-zeros', `${'0'.repeat(40)}5\r\nhello\r\n0\r\n\r\n`, 'either'), chunks('size-lf', '5\nhello\r\n0\r\n\r\n'),
  chunks('size-cr', '5\rXhello\r\n0\r\n\r\n'), chunks('data-too-long', `3\r\nhello\r\n0\r\n\r\n${SMUGGLED}`),
  chunks('data-end-missing', '5\r\nhello0\r\n\r\n'), chunks('data-end-lf', '5\r\nhello\n0\r\n\r\n'),
  chunks('data-end-xx', '5\r\nhelloXX0\r\n\r\n'),
  chunks('data-end-extra', '5\r\nhello\r\n\r\n0\r\n\r\n'), chunks('last-minus', '5\r\nhello\r\n-0\r\n\r\n'),
  chunks('last-lf', '5\r\nhello\r\n0\n\n'),
  chunks('last-mixed', '5\r\nhello\r\n0\r\n\n'), chunks('last-then-line', '5\r\nhello\r\n0\r\nGET /smuggled HTTP/1.1\r\n\r\n'),
  chunks('trailer', '5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n', 'either'),
  chunks('trailer-length', '5\r\nhello\r\n0\r\nContent-Length: 99\r\n\r\n', 'either'),
  chunks('trailer-encoding', '5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n', 'either'),
  chunks('trailer-host', '5\r\nhello\r\n0\r\nHost: evil.test\r\n\r\n', 'either'),
  chunks('trailer-folded', '5\r\nhello\r\n0\r\nX-T: 1\r\n 2\r\n\r\n'),
  chunks('trailer-lf', '5\r\nhello\r\n0\r\nX-T: 1\nX-U: 2\r\n\r\n'), chunks('trailer-nul', '5\r\nhello\r\n0\r\nX-T: \0\r\n\r\n'),
  chunks('trailers-many', `5\r\nhello\r\n0\r\n${'X-T: aaaaaaaaaaaaaaaa\r\n'.repeat(20_000)}\r\n`),

  line('spaces', 'GET  /r HTTP/1.1'), line('tab', 'GET\t/r HTTP/1.1'), line('leading-space', ' GET /r HTTP/1.1'),
  line('behind', 'GET /r HTTP/1.1 '),
  line('three-words', 'GET /r x HTTP/1.1'), line('version-2.0', 'GET /r HTTP/2.0'), line('version-1.10', 'GET /r HTTP/1.10'),
  line('version-overflow', 'GET /r HTTP/4294967295.255'), line('version-lower', 'GET /r http/1.1'),
  line('version-1.1x', 'GET /r HTTP/1.1x'),
  line('version-other', 'GET /r RTSP/1.1'), line('version-0.9', 'GET /r HTTP/0.9'), line('bare-cr', 'GET /r HTTP/1.1\r'),
  line('method-odd', 'G=":<>(e),[T];?" /r HTTP/1.1'), line('method-high', 'G\xc9T /r HTTP/1.1'),
  line('method-long', `${'A'.repeat(70_000)} /r HTTP/1.1`), line('method-tokens', "A!#$%&'*+-.^_`|~1 /r HTTP/1.1", 'either'),
  line('connect', 'CONNECT bb.test:80 HTTP/1.1'), line('asterisk-get', 'GET * HTTP/1.1'),
  line('absolute', 'GET http://bb.test/r HTTP/1.1', 'either'), line('absolute-userinfo', 'GET http://u@bb.test/r HTTP/1.1'),
  line('absolute-other-host', 'GET http://other.test/r HTTP/1.1', 'either'), line('absolute-scheme', 'GET gopher://bb.test/r HTTP/1.1'),
  target('space', '/a b'), target('nul', '/a\0b'), target('control', '/a\x01b'), target('delete', '/a\x7fb'), target('high', '/a\x80b'),
  target('no-slash', 'r'), target('long', `/${'a'.repeat(100_000)}`), target('fragment', '/r#f', 'either'),
  target('dots', '/a/../r', 'either'),
  target('percent-crlf', '/r%0d%0aX-Evil:%201', 'either'), target('percent-odd', '/r%zz', 'either'),

  header('no-colon', 'foo'), header('empty-name', ': x'), header('chopped', ':\r\nI: chopped'), header('name-space', 'X A: b'),
  header('space-colon', 'X-A : b'), header('folded', 'X-A: a\r\n b'),
  header('bare-cr', 'X-A: a\rX-Evil: 1', 'reject', { forbid: ['x-evil'] }),
  header('bare-lf', 'X-A: a\nX-Evil: 1', 'reject', { forbid: ['x-evil'] }), header('host-twice', 'Host: other.test'),
  header('end-cr-x', 'X-A: b\r\n\rX', 'reject', { silent: true }),
  field('name-nul', ['x\0a', 'b']), field('name-high', ['x\x80a', 'b']), field('name-paren', ['x(a)', 'b']),
  field('name-control', ['x\x01a', 'b']),
  field('value-nul', ['x-a', 'a\0b']), field('value-escape', ['x-a', 'a\x1bb']),
  field('value-high', ['x-a', 'a\xe9b'], 'either'), header('long', `X-A: ${'a'.repeat(100_000)}`),
  header('many', 'X-A: b\r\n'.repeat(10_000).trimEnd()),
  header('connection-names-ours', 'Connection: keep-alive, X-Forwarded-For, Host', 'either', {
    keep_open_ok: true, require: ['x-forwarded-for'],
  }),
  header('connection-names-secret', 'Connection: X-Secret\r\nX-Secret: 1', 'either', { keep_open_ok: true, forbid: ['x-secret'] }),
  header('upgrade-h2c', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__', 'either', {
    keep_open_ok: true, forbid: ['http2-settings', 'upgrade'],
  }),
  host('space', 'bb.test evil.test'), host('userinfo', 'a@bb.test'), host('path', 'bb.test/x'), host('nul', 'bb\0.test'),
  host('tab', 'bb\t.test'),
  host('port-word', 'bb.test:x', 'either'), host('list', 'bb.test, other.test', 'either'), host('percent', 'bb%2etest', 'either'),
  host('ipv6-open', '[::1', 'either'),

  bytes('http-0.9', 'reject', 'GET /r\r\n', { silent: true }),
  bytes('http-0.9-headers', 'reject', 'GET /r\nHost: bb.test\r\nContent-Length: 5\r\n\r\nhello', { silent: true }),
  bytes('no-host', 'reject', 'GET /r HTTP/1.1\r\n\r\n'),
  bytes('chunked-1.0', 'reject', post('Transfer-Encoding: chunked', `5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`).replace('HTTP/1.1', 'HTTP/1.0')),
  bytes('leading-cr', 'reject', `\r${get('X-A: b')}`),
  bytes('preface', 'reject', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', { silent: true, h2c_ok: true }),
  bytes('handshake', 'reject', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n', { silent: true }),
  bytes('get-with-body', 'accept', `GET /r HTTP/1.1\r\nHost: bb.test\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`, {
    intended: { path: '/r', body: SMUGGLED },
  }),
  bytes('head-with-body', 'accept', `HEAD /r HTTP/1.1\r\nHost: bb.test\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`, {
    intended: { path: '/r', body: SMUGGLED }, methods: ['HEAD'],
  }),
  bytes('delete-with-body', 'accept', 'DELETE /r HTTP/1.1\r\nHost: bb.test\r\nContent-Length: 5\r\n\r\nhello', { intended: HELLO }),
  bytes('pipelined', 'accept', `${post('Content-Length: 0', '')}GET /second HTTP/1.1\r\nHost: bb.test\r\n\r\n`, {
    intended: [BARE, { path: '/second', body: '' }],
  }),
  bytes('behind-close', 'accept', `${get('Connection: close')}${SMUGGLED}`, { intended: BARE }),
  bytes('behind-bad', 'reject', `${get('X A: b')}${SMUGGLED}`),
  bytes('behind-good', 'accept', `${get('X-A: b')}GARBAGE /smuggled\r\n\r\n`, { intended: BARE }),
];

interface Http2Case {
  readonly id: string;
  readonly fields: readonly Field[];
  readonly body?: string | undefined;
}

const malformed = (id: string, fields: readonly Field[], body?: string): Http2Case => ({ id, fields, body });

/** What only HTTP/2 can say: all are malformed by RFC 9113 §8.1.1 to §8.3.1, or by the rules of HTTP. */
export const HTTP2_REJECTED: readonly Http2Case[] = [
  malformed('value-crlf', [['x-a', 'a\r\nx-evil: 1']]), malformed('value-request', [['x-a', `a\r\n\r\n${SMUGGLED}`]]),
  malformed('value-lf', [['x-a', 'a\nx-evil: 1']]),
  malformed('name-crlf', [['x-a: b\r\nx-evil', '1']]), malformed('name-colon', [['x-a:b', '1']]), malformed('name-empty', [['', '1']]),
  malformed('name-upper', [['X-A', '1']]),
  malformed('path-crlf', [[':path', '/r HTTP/1.1\r\nx-evil: 1']]), malformed('path-empty', [[':path', '']]),
  malformed('path-asterisk', [[':path', '*']]),
  malformed('method-request', [[':method', 'GET /smuggled HTTP/1.1\r\nHost: bb.test\r\n\r\nGET']]),
  malformed('method-empty', [[':method', '']]),
  malformed('authority-crlf', [[':authority', 'bb.test\r\nx-evil: 1']]), malformed('authority-userinfo', [[':authority', 'u@bb.test']]),
  malformed('scheme-crlf', [[':scheme', 'https\r\nx-evil: 1']]), malformed('connection', [['connection', 'x-a']]),
  malformed('upgrade', [['upgrade', 'websocket']]),
  malformed('proxy-connection', [['proxy-connection', 'close']]), malformed('te-gzip', [['te', 'gzip']]),
  malformed('encoding', [['transfer-encoding', 'chunked']], SMUGGLED),
  malformed('status', [[':status', '200']]), malformed('unknown-pseudo', [[':odd', '1']]),
  malformed('path-twice', [[':path', '/r'], [':path', '/smuggled']]),
  malformed('length-long', [['content-length', '50']], 'hello'), malformed('length-short', [['content-length', '1']], 'hello'),
  malformed('length-zero', [['content-length', '0']], SMUGGLED),
  malformed('lengths', [['content-length', '5'], ['content-length', '6']], 'hello'),
];
