/**
 * Where this data plane differs from the recordings, and why. A suite fails when one of these begins to agree, so that
 * the list stays true.
 */

export interface Deviation {
  /** Of a case's id. */
  readonly id: RegExp;
  readonly reason: string;
}

export const DEVIATIONS: readonly Deviation[] = [
  {
    id: anyOf(
      /^router\/hosts\/host\|(?:upper\.test|(?!UPPER\.test$)[^|]*[A-Z][^|]*)$/,
      /^headers\/forwarded\/host-upper$/,
      /^router\/preserve-host\/\w+\|\w+\|upper$/,
    ),
    reason: 'host names match without regard to case, as RFC 9110 §4.2.3 says',
  },
  {
    id: /^tls\/listen\/sni\|SNI-/,
    reason: 'server names match without regard to case, as RFC 6066 §3 says',
  },
  {
    id: /^grpc\/plain\/h2\|https-only-route-h2c$/,
    reason: 'the answer 426 has no field Upgrade in HTTP/2, where it makes an answer malformed: RFC 9113 §8.2.2',
  },
  {
    id: /^grpc\/web\/wp\|bad-json$/,
    reason: 'a body that is no JSON gets a whole answer with 400, the client being at fault',
  },
  {
    id: /^tls\/listen\/alpn\|(?:h3|spdy)/,
    reason: 'a handshake without a common protocol ends with the alert no_application_protocol, as RFC 7301 §3.2 says',
  },
  {
    id: /^tls\/listen\/two-keys$/,
    reason: 'of two pairs for a server name, clients with TLS 1.2 get the one with an RSA key: Node does not show which suites they offer',
  },
  { id: /^headers\/request\/dot$/, reason: 'header names may contain dots, as RFC 9110 §5.1 says' },
  { id: /^headers\/forwarded\/via-twice$/, reason: 'all Via lines of a request are kept, as RFC 9110 §7.6.3 says' },
  {
    id: /^headers\/response\/header\|proxy-connection$/,
    reason: 'Proxy-Connection of an upstream is not passed on: it concerns one connection',
  },
  {
    id: /^headers\/response\/header\|x-accel-redirect$/,
    reason: 'X-Accel-Redirect of an upstream is a command to nginx, which is not here: it is dropped, and the answer passed on',
  },
  {
    id: /^balancer\/spread\/hash\|cookie\|(?:path|set)/,
    reason: 'sticky cookies say SameSite=Lax, as RFC 6265bis §4.1.2.7 spells it: browsers ignore Same-Site',
  },
  {
    id: /^(?:headers\/connection\/websocket\||websocket\/http\/)(?:http10|post)$/,
    reason: 'only a GET with HTTP/1.1 can ask for a WebSocket, as RFC 6455 §4.1 says',
  },
  {
    id: /^websocket\/http\/handshake\|connection-missing$/,
    reason: 'a request without `Connection: Upgrade` does not ask for a WebSocket, as RFC 6455 §4.2.1 says',
  },
  {
    id: /^websocket\/http\/handshake\|upgrade-list$/,
    reason: 'an upstream that switches to a protocol which it was not asked for becomes 502, as RFC 9110 §7.8 says',
  },
  {
    id: /^vaults\/env\/key-auth\|/,
    reason: 'a reference in place of a key stands for its secret: its own text is in configurations that many can read, and opens nothing',
  },
  { id: /^headers\/connection\/upstream-fails\|garbage$/, reason: 'an upstream answer that is not HTTP becomes 502' },
  {
    id: anyOf(/^headers\/connection\/upstream-fails(?:-json)?\|half-body$/, /^balancer\/failures\/read-timeout\|mid-body$/),
    reason: "a client connection is closed when the upstream's answer breaks off",
  },
  {
    id: /^plugins\/jwt\/token\|hs256_crit$/,
    reason: 'jwt: a token whose header has `crit` is refused, as RFC 7515 §4.1.11 says: no extension is understood',
  },
  {
    id: anyOf(/^plugins\/jwt\/token\|hs256_iss_(?:number|null)$/, /^auth\/edges\/jwt\|token\|iss-(?:number|null)$/),
    reason: 'jwt: a claim that names the credential and is no text is answered with 401 in place of 500: the client is at fault',
  },
  {
    id: /^plugins\/rate-limiting\/response-ratelimiting$/,
    reason: 'an answer that response-ratelimiting takes away has Content-Length: 0, as RFC 9112 §6.2 says of its empty body',
  },
  { id: /^rate-limiting\/windows\/over-accept\|.*(?:html|xml)/, reason: 'messages are escaped in HTML and XML' },
  {
    id: /^rate-limiting\/windows\/cluster\|/,
    reason: 'the policy `cluster` counts on the node, at once: no request more than the limit passes',
  },
  {
    id: /^redis\/limits\/rrsync(?:over)?$/,
    reason: 'with `sync_rate` the first request counts on the node, too: no request more than the limit passes on one node',
  },
  { id: /^plugins\/cors\/cor(?:two|reg)\|origin\|$/, reason: 'an empty Origin is no origin: Kong closes the connection without an answer' },
  {
    id: /^proxy-cache\/memory\/truncated$/,
    reason: "a client connection is closed when the upstream's answer breaks off, and the client gets what came of it",
  },
  {
    id: /^proxy-cache\/memory\/get-with-body$/,
    reason: 'the answer to a GET with a body is not kept: others, whose GET has none, would get it (RFC 9110 §9.3.1, RFC 9111 §4)',
  },
  {
    id: /^proxy-cache\/memory\/cc-request\|(?:max-stale|max-age=x)$/,
    reason: 'max-stale without a number accepts any age (RFC 9111 §5.2.1.2), and a max-age that is no number is ignored',
  },
  {
    id: /^proxy-cache\/memory\/cc-response\|max-age=x$/,
    reason: 'an answer whose max-age is no number is stale (RFC 9111 §4.2.1); it is not kept',
  },
  {
    id: /^proxy-cache\/memory\/.*(?:storage|stor-|stale-after|cstor)/,
    reason: 'an answer that is no longer fresh is asked for again, as RFC 9111 §4.2 says, however long `storage_ttl` keeps it',
  },
  {
    id: /^(?:proxy-cache\/memory|plugins\/proxy-cache)\/.*[Vv]ary-(?:response|upstream|star|ignored)/,
    reason: 'an answer with Vary is for requests that have the same in those headers, as RFC 9111 §4.1 says',
  },
  {
    id: /^(?:proxy-cache\/memory|plugins\/proxy-cache)\/.*authorization/i,
    reason: 'the answer to a request with Authorization is not kept unless the upstream says that others may have it (RFC 9111 §3.5)',
  },
  {
    id: /^proxy-cache\/memory\/key\|vary-query\/k\?a=1&z=9$/,
    reason: 'it gets the answer of a case that is not among the recordings here',
  },
  {
    id: /^log-entry\/retry-then-200$/,
    reason: 'the upstream of the replay reads the request before it resets the connection; the log entry is the recorded one',
  },
  {
    id: /^log-lines-queue\//,
    reason: 'errors are JSON on standard error, with the same messages; there is no file of nginx for them',
  },
  {
    id: /^prometheus-[\w-]+\/traffic$/,
    reason: 'the recorded node showed the health of targets, and one as unhealthy, because of suites before',
  },
  {
    id: anyOf(/^otel-(?:plugins|logs)\//, /^otel-other\/custom-span$/),
    reason: 'pre-function and post-function are Lua, which this gateway does not run',
  },
  {
    id: /^otel-other\/dns-error$/,
    reason: 'the exception of a name without addresses says which name that is',
  },
  {
    id: /^(?:zipkin|otel)-propagation\/(?:default|type-[\w-]+)\/(?!.*b3).*state/,
    reason: 'a tracestate without B3 in it is no header of B3: the traceparent beside it is read, as the W3C says',
  },
];

function anyOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'));
}
