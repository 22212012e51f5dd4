/** Where this data plane differs from the recordings, and why. A suite fails when one of these begins to agree, so that the list stays true. */

export interface Deviation {
  /** Of a case's id. */
  readonly id: RegExp;
  readonly reason: string;
}

export const DEVIATIONS: readonly Deviation[] = [
  {
    id: /^router\/hosts\/host\|(?:EXACT\.test|Exact\.Test|upper\.test|WWW\.LEFT\.test)$|^headers\/forwarded\/host-upper$|^router\/preserve-host\/ho\|own\|upper$/,
    reason: 'host names are compared without case, RFC 9110 §4.2.3',
  },
  { id: /^router\/protocols\/grpcs?\|/, reason: 'gRPC comes with HTTP/2, in a later version' },
  { id: /\|FOO$/, reason: 'Node\'s parser knows no other methods than the registered ones' },
  { id: /^router\/normalisation\/match\|\/\u00c3\u00a9$/, reason: 'Node\'s parser refuses bytes above 127 in a target' },
  {
    id: /^router\/precedence\/(?:prec\.test\|PUT\|\/z|prec\.test\|POST\|\/a\/b|o\.test\|LOCK\|\/pn|mm\.test\|POST\|\/x?|headers\|put)$|^headers\/request\/method\|(?:POST|PUT|PATCH|PROPFIND|PURGE|LOCK)$/,
    reason: 'a request without body says so by Content-Length: 0 when its method may have one, RFC 9110 §8.6',
  },
  { id: /^headers\/request\/(?:chunked\|(?:hd\.test|unbuf\.test\|empty)|expect\|hd\.test\|chunked)/, reason: 'chunked bodies are streamed as they come, not collected first' },
  { id: /^headers\/request\/dot$/, reason: 'a dot is a valid character of a header name, RFC 9110 §5.1' },
  { id: /^headers\/forwarded\/via-twice$/, reason: 'all lines of Via are kept, RFC 9110 §7.6.3' },
  { id: /^headers\/response\/header\|proxy-connection$/, reason: 'Proxy-Connection concerns one connection' },
  { id: /^headers\/response\/header\|x-kong-response$/, reason: 'what an upstream says under the gateway\'s own names is dropped' },
  { id: /^headers\/response\/header\|x-accel-/, reason: 'X-Accel-* are commands to nginx' },
  { id: /^headers\/connection\/websocket\|refused$/, reason: 'after a refused upgrade the connection is closed' },
  { id: /^headers\/connection\/websocket\|(?:http10|post)$/, reason: 'only GET with HTTP/1.1 can ask for a WebSocket, RFC 6455 §4.1' },
  { id: /^headers\/connection\/upstream-fails\|garbage$/, reason: 'an answer that is no HTTP becomes 502' },
  { id: /^headers\/connection\/upstream-fails(?:-json)?\|half-body$/, reason: 'a connection whose answer broke off is closed' },
  { id: /^headers\/connection\/bad\|version$/, reason: 'Node\'s parser does not tell an unknown version from other malformed requests' },
  { id: /^headers\/connection\/bad\|(?:json|html)-accept$/, reason: 'Node\'s parser does not hand out the headers of a malformed request' },
  { id: /^headers\/connection\/bad\|xml-accept$/, reason: 'a client that accepts XML gets XML here too' },
];
