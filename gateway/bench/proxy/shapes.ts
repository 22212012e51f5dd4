/** What is asked of the proxies: each shape is one scenario. Their names are what the command line chooses by. */

export interface Shape {
  readonly name: string;
  readonly about: string;
  readonly connections: number;
  /** Of the body of each answer. */
  readonly answerBytes: 128 | 16_384;
  /** Of the body of each request. @default - GET, without a body */
  readonly requestBytes?: number;
  /** @default 'http' */
  readonly protocol?: 'http' | 'https' | 'h2';
  /** Whether requests carry a key, and it is checked, counted and logged. @default false */
  readonly hasPolicies?: boolean;
  /** @default 1 */
  readonly routes?: number;
  /** Whether all peers take part, or nginx alone. @default false */
  readonly hasPeers?: boolean;
  /** Whether our subject is started with one and with two workers. @default false */
  readonly comparesWorkers?: boolean;
}

const BASE = { connections: 32, answerBytes: 128 } as const;

export const SHAPES: readonly Shape[] = [
  { ...BASE, name: 'plain-128', about: 'GET, 128 bytes.', hasPeers: true },
  { ...BASE, name: 'plain-128-256', about: 'GET, 128 bytes, 256 connections.', connections: 256 },
  { ...BASE, name: 'plain-16k', about: 'GET, 16 KiB.', answerBytes: 16_384 },
  { ...BASE, name: 'plain-16k-256', about: 'GET, 16 KiB, 256 connections.', answerBytes: 16_384, connections: 256 },
  { ...BASE, name: 'post-1k', about: 'POST of 1 KiB.', requestBytes: 1024 },
  { ...BASE, name: 'post-64k', about: 'POST of 64 KiB.', requestBytes: 65_536 },
  { ...BASE, name: 'tls-128', about: 'GET over TLS with kept connections, 128 bytes.', protocol: 'https' },
  { ...BASE, name: 'tls-16k', about: 'GET over TLS with kept connections, 16 KiB.', protocol: 'https', answerBytes: 16_384 },
  { ...BASE, name: 'h2-128', about: 'GET in HTTP/2 over TLS, one request at a time on each connection, 128 bytes.', protocol: 'h2' },
  {
    ...BASE, name: 'policies', hasPolicies: true,
    about: 'GET with a key: key-auth, rate-limiting, and a JSON line in a file for each request. The access log and the first two of nginx '
      + 'write what the access log has by default (0.5 KB; nginx 0.3 KB, as it knows no entities), file-log and the third of nginx the '
      + 'entry of 1.9 KB that Kong writes. Policies of nginx: a map of keys and limit_req; it sets no headers of limits.',
  },
  { ...BASE, name: 'routes-10k', about: 'GET with 10,000 routes; nginx has one.', routes: 10_000 },
  { ...BASE, name: 'routes-100k', about: 'GET with 100,000 routes; nginx has one.', routes: 100_000 },
  {
    ...BASE, name: 'workers', comparesWorkers: true,
    about: 'GET with one worker and with two. Only with four processors or more the rates tell how two scale: on fewer, client and '
      + 'upstream take from them, and the processor time of a request has to tell.',
  },
];
