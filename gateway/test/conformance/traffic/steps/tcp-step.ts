/** Step `tcp`: one stream connection. */
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import type { Step } from '../../suite.ts';
import { differences } from '../expectation.ts';
import { pause } from '../replay-context.ts';
import type { ObservingStep, ReplayContext } from '../replay-context.ts';
import { certificateName } from './tls-steps.ts';

interface TcpStep {
  readonly tls?: boolean;
  /** Plain bytes on the TLS port. */
  readonly ssl_port?: boolean;
  readonly sni?: string;
  readonly alpn?: readonly string[];
  /** Address of the client. */
  readonly source?: string;
  readonly say?: string;
  /** How often. @default 1 */
  readonly times?: number;
  /** Bytes to wait for. @default - any */
  readonly want?: number;
  /** Ends this direction afterwards. */
  readonly shut?: boolean;
  /** Watches until the end, or for the whole time. */
  readonly linger?: boolean;
  /** How long to wait. Seconds. */
  readonly read?: number;
}

interface Seen {
  got?: string;
  end?: 'open' | 'closed' | 'reset';
  tls?: string | null;
  cert?: string;
  alpn?: string | null;
  tls_error?: string;
}

/** Time for an end that is on its way. Seconds. */
const END_GRACE = 0.1;

export const tcpStep: ObservingStep = async ({ tcp }: Step, context, expected) => {
  return differences(expected, { tcp: await talk(tcp as TcpStep, context) }, context.bindings);
};

async function talk(step: TcpStep, context: ReplayContext): Promise<Seen> {
  const { stream, streamtls } = context.node.ports;
  const { source, sni, alpn, read = 1 } = step;
  const place = {
    host: '127.0.0.1', port: step.tls === true || step.ssl_port === true ? streamtls : stream, allowHalfOpen: true,
    ...source !== undefined && { localAddress: source },
  };
  const socket: Socket = step.tls === true
    ? connectTls({ ...place, rejectUnauthorized: false, servername: sni ?? '', ...alpn && { ALPNProtocols: [...alpn] } })
    : connect(place);
  const seen: Seen = {};
  let got = '';
  let end: Seen['end'] = 'open';
  socket.on('data', (chunk: Buffer) => {
    got += chunk.toString('latin1');
  });
  socket.on('end', () => {
    if (end === 'open') end = 'closed';
  });
  const problem = new Promise<NodeJS.ErrnoException>((resolve) => void socket.on('error', resolve));
  void problem.then(() => {
    end = 'reset';
  });
  try {
    const opened = new Promise((resolve) => void socket.once(step.tls === true ? 'secureConnect' : 'connect', () => resolve(undefined)));
    const failure = await Promise.race([opened, problem, pause(5).then(() => new Error('timeout'))]);
    if (failure instanceof Error) return { tls_error: shownError(failure) };
    if (step.tls === true) Object.assign(seen, shownSession(socket as TLSSocket, context));
    if (step.say !== undefined) socket.write(step.say.repeat(step.times ?? 1), 'latin1');
    if (step.shut === true) socket.end();
    const isDone = () => end !== 'open' || (step.linger !== true && got.length >= (step.want ?? 1));
    for (const deadline = Date.now() + read * 1000; !isDone() && Date.now() < deadline;) await pause(0.005);
    if (end === 'open' && step.linger !== true) await pause(END_GRACE);
    return { ...seen, got, end };
  } finally {
    socket.destroy();
  }
}

function shownSession(socket: TLSSocket, { pki }: ReplayContext): Seen {
  const certificate = socket.getPeerX509Certificate() as X509Certificate | undefined;
  return { tls: socket.getProtocol(), alpn: socket.alpnProtocol || null, cert: certificateName(certificate, pki) ?? 'other' };
}

/** OpenSSL's names, as the recording has them. */
function shownError({ code = '' }: NodeJS.ErrnoException): string {
  return code.startsWith('ERR_SSL_') ? code.slice('ERR_SSL_'.length) : 'UNEXPECTED_EOF_WHILE_READING';
}
