/** The fields of a described request: what `POST /explain` takes is checked like an entity. */
import type { EntityValue } from '../model/schema/field.ts';
import { array, map, record, string } from '../model/schema/field.ts';
import type { DescribedRequest } from './explanation.ts';

/** nginx' limit for a request line. */
const MAX_URL_LENGTH = 8_192;

export const DESCRIBED_REQUEST = record({
  method: string({ match: '^[A-Za-z-]+$', len_max: 64, description: 'Method of the request. Default: GET.' }),
  url: string({ required: true, len_max: MAX_URL_LENGTH, description: 'Absolute URL with http or https.' }),
  headers: map(string(), array(string()), { description: 'Values of headers, by name.' }),
  consumer: string({ description: 'Id, username or custom id of the consumer that the request comes from.' }),
  client_ip: string({ description: 'Address of the client. Default: 127.0.0.1.' }),
  sni: string({ description: 'Server name of the TLS handshake. Default: the host of the URL.' }),
  http_version: string({ one_of: ['1.0', '1.1', '2.0'], description: 'Default: 1.1.' }),
}, { required: true });

/** A header may have its one value without a list. */
export function describedRequest(given: EntityValue): EntityValue & DescribedRequest {
  const { headers } = given;
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return given as EntityValue & DescribedRequest;
  const lists = Object.entries(headers).map(([name, values]) => [name, typeof values === 'string' ? [values] : values]);
  return { ...given, headers: Object.fromEntries(lists) } as EntityValue & DescribedRequest;
}
