/** Steps `handshake` and `plain_on_tls`: what the TLS listener of the proxy shows. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import type { ConnectionOptions, SecureVersion, TLSSocket } from 'node:tls';

import type { SentPiece, Step } from '../../suite.ts';
import { differences } from '../expectation.ts';
import { observe } from '../observation.ts';
import { exchange } from '../raw-client.ts';
import type { ObservingStep, ReplayContext } from '../replay-context.ts';
import type { Pki } from '../templates.ts';

interface Handshake {
  readonly sni?: string | null;
  readonly version?: string;
  readonly ciphers?: string;
  readonly alpn?: readonly string[];
  /** Name of a certificate of the recording. */
  readonly client?: string;
  /** Also tell which authorities the server names for client certificates. */
  readonly cas?: boolean;
}

/** What the recording client offered where a step does not say, strongest first. */
const RECORDER_CIPHERS = [
  'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384', 'DHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'DHE-RSA-AES128-GCM-SHA256',
].join(':');

/** Names of the certificates that a listener may show. */
const NAMES = ['exact', 'wild', 'suffix', 'star', 'ec', 'client', 'client2', 'up_ok', 'up_other', 'up_exp'];

export const handshakeStep: ObservingStep = async ({ handshake }: Step, context, expected) => {
  const options = handshake as Handshake;
  const seen = await shake(options, context);
  const authorities = options.cas === true ? await namedAuthorities(options, context) : {};
  return differences(expected, { handshake: { ...seen, ...authorities } }, context.bindings);
};

function shake({ sni, version, ciphers, alpn, client }: Handshake, context: ReplayContext): Promise<Record<string, unknown>> {
  const { node: { ports }, pki } = context;
  const options: ConnectionOptions = {
    port: ports.proxyssl, host: '127.0.0.1', rejectUnauthorized: false,
    ...sni && { servername: sni },
    ...version !== undefined && { minVersion: `TLSv${version}` as SecureVersion, maxVersion: `TLSv${version}` as SecureVersion },
    ciphers: ciphers ?? RECORDER_CIPHERS,
    ...alpn && { ALPNProtocols: [...alpn] },
    ...client !== undefined && { cert: pki(`${client}.cert`), key: pki(`${client}.key`) },
  };
  return new Promise((resolve) => {
    const socket = connect(options, () => {
      resolve(shownSession(socket, context));
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve({ tls_error: shownError(error.code ?? '') }));
  });
}

function shownSession(socket: TLSSocket, { pki }: ReplayContext): Record<string, unknown> {
  const shown = socket.getPeerX509Certificate();
  const name = certificateName(shown, pki);
  return {
    version: socket.getProtocol(), cipher: socket.getCipher().name, alpn: socket.alpnProtocol || null,
    // The node's own certificate is the only one that the recording does not have.
    ...name === undefined ? { cert: 'other', subject: 'default' } : { cert: name },
  };
}

/** The certificate's name in the recording. */
export function certificateName(shown: X509Certificate | undefined, pki: Pki): string | undefined {
  return NAMES.find((one) => shown !== undefined && new X509Certificate(pki(`${one}.cert`)).fingerprint256 === shown.fingerprint256);
}

/** OpenSSL's names. */
function shownError(code: string): string {
  return code.startsWith('ERR_SSL_') ? code.slice('ERR_SSL_'.length).replace('SSL/TLS_ALERT', 'SSLV3_ALERT') : 'EOF';
}

/** Only OpenSSL's client tells whether the server asked for a certificate. */
function namedAuthorities({ sni, version }: Handshake, { node }: ReplayContext): Promise<Record<string, unknown>> {
  const args = ['s_client', '-connect', `127.0.0.1:${node.ports.proxyssl}`];
  if (sni) args.push('-servername', sni);
  if (version !== undefined) args.push(`-tls${version.replace('.', '_')}`);
  return new Promise((resolve) => {
    const child = execFile('openssl', args, (_, output) => {
      const names = /Acceptable client certificate CA names\n((?:[^\n]*=[^\n]*\n)*)/.exec(output)?.[1] ?? '';
      resolve({
        cas: names.split('\n').filter((line) => line !== '').map((line) => /CN ?= ?([^,/]+)/.exec(line)?.[1] ?? line),
        requests_client_certificate: /Acceptable client certificate CA names|Client Certificate Types/.test(output),
      });
    });
    child.stdin!.end();
  });
}

/** What is sent where a step does not say. */
const PLAIN = 'GET / HTTP/1.1\r\nHost: x.test\r\n\r\n';

export const plainOnTlsStep: ObservingStep = async ({ plain_on_tls: pieces }: Step, { node, ports, bindings }, expected) => {
  const listener = { proxy: node.ports.proxyssl, proxyssl: node.ports.proxyssl };
  const sent = typeof pieces === 'boolean' ? [PLAIN] : [pieces].flat() as SentPiece[];
  const wanted = expected as { readonly conn?: string; readonly res?: readonly unknown[] };
  const exchanged = await exchange({ pieces: sent }, {
    ports: listener, expected: wanted.conn === 'open' ? 'open' : 'closed', answers: wanted.res?.length,
  });
  const seen = observe({}, exchanged, [], ports);
  return differences(expected, Object.fromEntries(Object.entries(seen).filter(([name]) => name in expected)), bindings);
};
