/** docs/reference/http-policy.md: what is accepted of HTTP/1.1, what is refused and why, limits and patience. */
import { HTTP1_LIMITS, HTTP1_TIMEOUTS } from '../src/http-engine/http1/limits.ts';
import type { Http1Limits, Http1Timeouts } from '../src/http-engine/http1/limits.ts';
import { LOOSER_THAN_LLHTTP, STRICTER_THAN_LLHTTP } from '../src/http-engine/http1/llhttp-differences.ts';
import { REQUEST_ACCEPTANCES } from '../src/http-engine/http1/request-acceptances.ts';
import { REQUEST_REFUSALS } from '../src/http-engine/http1/request-refusals.ts';
import { code, generatedBy, table } from './markdown.ts';

/** Of all protocols: the pipeline refuses these, so that plugins which log see them. */
const OF_REQUESTS: readonly (readonly [what: string, status: number, section: string])[] = [
  ['no Host in HTTP/1.1, or an empty one', 400, 'RFC 9112 §3.2'],
  ['a Host or an authority with userinfo, spaces, `#`, an escaped NUL or a port that is no number', 400, 'RFC 9110 §4.2'],
  ['a fragment in the target', 400, 'RFC 9112 §3.2'],
  ['two lines of Authorization, Proxy-Authorization, User-Agent, Range conditions or Content-Range', 400, 'RFC 9110 §5.3'],
  ['TRACE', 405, 'RFC 9110 §9.3.8'],
  ['a path that leaves the root (`/../a`), an escaped NUL, `%` without two digits', 400, 'RFC 3986 §2.1'],
];

const LIMITS: Readonly<Record<keyof Http1Limits, string>> = {
  requestLineBytes: 'request line',
  headerBytes: 'all header lines together',
  headerCount: 'header lines',
  requests: 'requests on one connection; the answer to the last one says `Connection: close`',
  waitingBytes: 'bytes of a body that no reader takes, or of the next requests, before the connection is read no further',
  drainBytes: 'rest of a body that is read and dropped behind an early answer; where it is longer, the connection ends',
};

const TIMEOUTS: Readonly<Record<keyof Http1Timeouts, string>> = {
  head: 'a head, from its first byte on: 408',
  body: 'between two parts of a body: 408, or the answer is cut',
  idle: 'until the next request: the connection ends',
  write: 'while a client takes nothing of an answer: the connection is reset',
  drain: 'the rest of a body behind an early answer: the connection ends',
  linger: "the client's end of a connection that the gateway has ended",
};

export function httpPolicyPage(): string {
  const refusals = Object.entries(REQUEST_REFUSALS);
  return [
    generatedBy('http-policy-page.ts', 'the tables of gateway/src/http-engine/http1'),
    '# Acceptance policy of HTTP/1.1',
    '',
    'What two servers could read differently is refused, or rewritten: framing of a request is never relayed. The connection ends '
    + 'behind a refusal, and nothing that came behind the refused bytes is read. Reasons are the keys of metrics. `robustness.json` and '
    + 'the payloads of `gateway/test/hostile` hold this page.',
    '',
    '## Refused by the engine',
    '',
    ...table(
      ['what', 'status', 'specification', 'reason'],
      refusals.map(([reason, { what, status, section }]) => [what, String(status), section, code(reason)]),
    ),
    '',
    '## Refused by the pipeline, in all protocols',
    '',
    ...table(['what', 'status', 'specification'], OF_REQUESTS.map(([what, status, section]) => [what, String(status), section])),
    '',
    '## Accepted',
    '',
    ...table(
      ['what', 'what becomes of it', 'specification'],
      Object.values(REQUEST_ACCEPTANCES).map(({ what, becomes, section }) => [what, becomes, section]),
    ),
    '',
    '## Limits',
    '',
    ...table(['of', 'limit'], Object.entries(LIMITS).map(([name, what]) => [what, limitText(name as keyof Http1Limits)])),
    '',
    '## Patience',
    '',
    ...table(
      ['for', 'seconds'],
      Object.entries(TIMEOUTS).map(([name, what]) => [what, String(HTTP1_TIMEOUTS[name as keyof Http1Timeouts])]),
    ),
    '',
    "## Differences from Node's parser",
    '',
    'llhttp, with its strict rules, accepts what has these reasons above: '
    + `${[...STRICTER_THAN_LLHTTP].map(code).join(', ')}. It refuses, and the gateway accepts: ${LOOSER_THAN_LLHTTP.join('; ')}.`,
    '',
  ].join('\n');
}

function limitText(name: keyof Http1Limits): string {
  return name.endsWith('Bytes') ? `${HTTP1_LIMITS[name].toLocaleString('en')} bytes` : HTTP1_LIMITS[name].toLocaleString('en');
}
