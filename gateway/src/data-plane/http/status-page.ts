/** The pages of statuses that have one, for answers without a body: what nginx sends with them. */
import { STATUS_CODES } from 'node:http';

const WITH_PAGE: ReadonlySet<number> = new Set([
  301, 302, 303, 307, 308,
  400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 421, 429,
  500, 501, 502, 503, 504, 505, 507,
]);

/** nginx' own phrases where they differ from Node's. */
const PHRASES: Readonly<Record<number, string>> = {
  302: 'Found', 408: 'Request Time-out', 413: 'Request Entity Too Large', 414: 'Request-URI Too Large',
  416: 'Requested Range Not Satisfiable', 503: 'Service Temporarily Unavailable', 504: 'Gateway Time-out',
};

export const PAGE_TYPE = 'text/html; charset=UTF-8';

/** Content type of the page of a status: nginx leaves the charset out where it redirects with one of the two oldest statuses. */
export function pageType(status: number): string {
  return status === 301 || status === 302 ? 'text/html' : PAGE_TYPE;
}

/** @returns `undefined` for a status without a page */
export function statusPage(status: number): Buffer | undefined {
  if (!WITH_PAGE.has(status)) return undefined;
  const title = `${status} ${PHRASES[status] ?? STATUS_CODES[status] ?? ''}`;
  return Buffer.from([
    '<html>', `<head><title>${title}</title></head>`, '<body>', `<center><h1>${title}</h1></center>`, '</body>', '</html>', '',
  ].join('\r\n'));
}
