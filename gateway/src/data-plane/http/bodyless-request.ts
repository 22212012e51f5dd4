/**
 * A request without a body that does not say so. Node's client would add `Content-Length: 0` to a POST; nginx sends on what the client
 * sent, which is neither length nor chunks. RFC 9112 §6.3: such a request has no body.
 */
import { ClientRequest } from 'node:http';

interface StoresHeader {
  _hasBody: boolean;
  _storeHeader(firstLine: string, headers: unknown): void;
}

export class BodylessRequest extends ClientRequest {
  // Node decides on the framing here, while the constructor of the request runs.
  _storeHeader(this: BodylessRequest & StoresHeader, firstLine: string, headers: unknown): void {
    this._hasBody = false;
    (ClientRequest.prototype as unknown as StoresHeader)._storeHeader.call(this, firstLine, headers);
  }
}
